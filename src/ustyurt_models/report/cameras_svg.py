"""The calendar of cameras: when each watched, when it failed, when it saw something."""

import datetime as dt
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup

from ustyurt_models.report.quality_svg import AMBER, BLUE, FONT, INK, PALE, SOFT
from ustyurt_models.survey.read.camtrap.effort import Watch, watch_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage
from ustyurt_models.survey.read.camtrap.times import DAY_S, moment

__all__ = ["MOST_ROWS", "calendar"]

#: Deployments drawn; more would be thinner than a pixel.
MOST_ROWS = 400
_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 720.0, 118.0, 14.0, 8.0, 34.0
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 400)


def _ticks(first_s: float, last_s: float) -> list[tuple[float, str]]:
    """Return moments with labels: months where the survey is long enough, else days."""
    start = dt.datetime.fromtimestamp(first_s, dt.UTC)
    months = (last_s - first_s) / DAY_S / 30.4
    if months < 2:
        days = (last_s - first_s) / DAY_S
        step = next(step for step in _STEPS if days / step <= 8)
        day = dt.datetime(start.year, start.month, start.day, tzinfo=dt.UTC)
        moments = [day + dt.timedelta(days=i * step) for i in range(1, 10)]
        return [(m.timestamp(), m.strftime("%d %b")) for m in moments if m.timestamp() <= last_s]
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / step <= 9)
    found = []
    for number in range(start.year * 12 + start.month, start.year * 12 + start.month + 2400):
        year, month = divmod(number, 12)
        one = dt.datetime(year, month + 1, 1, tzinfo=dt.UTC)
        if one.timestamp() > last_s:
            break
        if number % step == 0:
            found.append((one.timestamp(), one.strftime("%b %Y" if month == 0 else "%b")))
    return found


def _bar(x1: float, x2: float, y: float, height: float, look: str, tip: str) -> str:
    """Return a bar that says what it is when pointed at."""
    return (
        f'<rect x="{x1:.1f}" y="{y:.1f}" width="{max(x2 - x1, 0.8):.1f}" '
        f'height="{height:.1f}" {look}><title>{escape(tip)}</title></rect>'
    )


@dataclass(frozen=True)
class _Frame:
    """Where moments and rows lie on the drawing."""

    first_s: float
    span_s: float
    row: float

    def x(self, second: float) -> float:
        """Return where a moment lies."""
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (second - self.first_s) / self.span_s


def _axis(frame: _Frame, bottom: float) -> list[str]:
    """Return the lines and labels of time."""
    parts = []
    for second, label in _ticks(frame.first_s, frame.first_s + frame.span_s):
        at = frame.x(second)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{bottom:.1f}" stroke="{PALE}"/>'
            f'<text x="{at:.1f}" y="{bottom + 16:.1f}" text-anchor="middle" fill="{SOFT}">'
            f"{label}</text>"
        )
    return parts


def _bars(frame: _Frame, package: CamtrapPackage, watch: Watch, i: int, y: float) -> list[str]:
    """Return when a deployment watched, and when it failed."""
    failures, row, parts = package.failures, frame.row, []
    name, offset = package.deployments.identity[i], float(package.deployments.offset_s[i])

    def bar(ends: tuple[float, float], inset: float, look: str, words: tuple[str, str]) -> str:
        told = f"{moment(ends[0], offset)} to {moment(ends[1], offset)}"
        tip = f"{name} {words[0]} {told} {words[1]}".strip()
        across = frame.x(ends[0]), frame.x(ends[1])
        return _bar(*across, y + row * inset, row * (1 - 2 * inset), look, tip)

    for j in np.flatnonzero(watch.deployment == i):
        ends = float(watch.start_s[j]), float(watch.end_s[j])
        parts.append(bar(ends, 0.2, f'fill="{BLUE}" fill-opacity=".55"', ("watched", "")))
    look = f'fill="none" stroke="{AMBER}" stroke-width="1.4"'
    for j in np.flatnonzero(failures.deployment == i):
        ends = float(failures.start_s[j]), float(failures.end_s[j])
        parts.append(bar(ends, 0.3, look, ("failed", failures.reason[j])))
    return parts


def _days_with_animals(frame: _Frame, package: CamtrapPackage, i: int, y: float) -> list[str]:
    """Return a stroke for every day with animals."""
    seen, parts = package.observations, []
    own = (seen.deployment == i) & (seen.kind == "animal")
    top, bottom = y + frame.row * 0.2, y + frame.row * 0.8
    for day in np.unique((seen.start_s[own] - frame.first_s) // DAY_S):
        at = min(frame.x(frame.first_s + (float(day) + 0.5) * DAY_S), _WIDTH - _RIGHT)
        ends = f'x1="{at:.1f}" x2="{at:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"'
        parts.append(f'<line {ends} stroke="{INK}" stroke-width="1.6"/>')
    return parts


def _label(name: str, y: float) -> str:
    """Return the name of a row."""
    shown = name if len(name) <= 15 else f"{name[:14]}\N{HORIZONTAL ELLIPSIS}"
    return (
        f'<text x="{_LEFT - 6}" y="{y:.1f}" text-anchor="end" fill="{INK}">{escape(shown)}</text>'
    )


def calendar(package: CamtrapPackage) -> Markup:
    """Draw a row per deployment, in order of site and time.

    Parameters
    ----------
    package : CamtrapPackage
        At most `MOST_ROWS` deployments are drawn.
    """
    deployments, watch = package.deployments, watch_of(package)
    order = np.lexsort((deployments.start_s, deployments.site))[:MOST_ROWS]
    first, last = float(deployments.start_s.min()), float(deployments.end_s.max())
    row = 18.0 if order.size <= 40 else max(720.0 / order.size, 2.5)
    frame, bottom = _Frame(first, max(last - first, 1.0), row), _TOP + row * order.size
    every = max(1, int(np.ceil(15.0 / row)))
    parts = _axis(frame, bottom)
    for place, i in enumerate(order.tolist()):
        y = _TOP + row * place
        if place % every == 0:
            parts.append(_label(deployments.identity[i], y + min(row, 18.0) * 0.72))
        parts += _bars(frame, package, watch, i, y) + _days_with_animals(frame, package, i, y)
    said = (
        f"{order.size} deployments from {moment(first)} to {moment(last)} UTC; "
        f"{package.failures.deployment.size} failures."
    )
    return Markup(
        f'<svg viewBox="0 0 {_WIDTH:g} {bottom + _BOTTOM:.1f}" role="img" class="calendar" '
        f'aria-labelledby="calendar-title calendar-text" font-size="{FONT}">'
        f'<title id="calendar-title">When cameras watched</title>'
        f'<desc id="calendar-text">{said}</desc>{"".join(parts)}</svg>'
    )
