"""The page about a package of camera traps: calendar, species, hours, map, what to look at."""

from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from ustyurt_models import __version__
from ustyurt_models.report.cameras_svg import MOST_ROWS, calendar
from ustyurt_models.report.quality_svg import bar_chart, effort_map
from ustyurt_models.report.templating import environment_of, template_text
from ustyurt_models.report.words import shown_count, shown_number
from ustyurt_models.survey.quality.cameras import PAUSE_MIN, CameraQuality
from ustyurt_models.survey.quality.findings import Finding
from ustyurt_models.survey.read.camtrap.times import moment

__all__ = ["camera_page", "write_camera_page"]

_STYLES = ("blocks.css", "report.css", "quality.css", "cameras.css")
#: Species with a chart of hours, and events below which a chart says nothing.
_MOST_CHARTS, _FEWEST_EVENTS = 6, 10


@cache
def _environment() -> Environment:
    """Return the template environment; everything from outside is escaped."""
    return environment_of({"count": shown_count, "number": shown_number})


def _answer(found: tuple[Finding, ...]) -> tuple[str, str]:
    """Return the light of the page and its first sentence."""
    if any(one.light == "red" for one in found):
        return "red", "These cameras cannot be used before a fault is settled."
    amber = sum(one.light == "amber" for one in found)
    if amber:
        things = "One thing" if amber == 1 else f"{amber} things"
        return "amber", f"{things} to look at before a model is fitted."
    return "green", "Nothing that stands against fitting a model."


def _hours(quality: CameraQuality) -> list[tuple[str, Markup]]:
    """Draw the hours of the species that were seen often."""
    often = [one for one in quality.species if one.events >= _FEWEST_EVENTS][:_MOST_CHARTS]
    labels = [str(hour) for hour in range(24)]
    return [
        (
            f"{one.name}: {one.events} events",
            bar_chart(
                f"hours-{number}",
                f"{one.name} by hour",
                labels,
                one.by_hour.tolist(),
                "hour of the day, mean solar time",
                "events",
            ),
        )
        for number, one in enumerate(often)
    ]


def _rows(quality: CameraQuality) -> list[dict[str, object]]:
    """Return the table of deployments."""
    deployments, rows = quality.package.deployments, []
    for i, name in enumerate(deployments.identity):
        offset = float(deployments.offset_s[i])
        rows.append(
            {
                "name": name,
                "site": deployments.site_names[deployments.site[i]],
                "start": moment(float(deployments.start_s[i]), offset),
                "end": moment(float(deployments.end_s[i]), offset),
                "stood": float(quality.stood_days[i]),
                "watched": float(quality.watched_days[i]),
                "observed": int(quality.observed[i]),
                "gap": quality.observed[i] == 0 or quality.watched_days[i] == 0,
            }
        )
    return rows


def camera_page(quality: CameraQuality, title: str = "") -> str:
    """Return the page about a package of camera traps.

    Parameters
    ----------
    quality : CameraQuality
        From `assess_cameras`.
    title : str
        Heading; the title of the package, or its name, unless given.

    Returns
    -------
    str
        A complete HTML document with style and drawings inside; nothing is loaded from elsewhere.
    """
    package = quality.package
    light, answer = _answer(quality.findings)
    figures = {
        "calendar": calendar(package),
        "map": effort_map(
            quality.site_position,
            True,
            quality.site_days,
            quality.site_events,
            package.deployments.site_names,
            "sites",
        ),
    }
    return (
        _environment()
        .get_template("cameras.html.j2")
        .render(
            quality=quality,
            package=package,
            title=title or package.header.get("title", "") or package.name,
            words={"green": "good", "amber": "look", "red": "stop"},
            light=light,
            answer=answer,
            figures=figures,
            hours=_hours(quality),
            fewest=_FEWEST_EVENTS,
            rows=_rows(quality),
            drawn=min(MOST_ROWS, len(package.deployments.identity)),
            pause=PAUSE_MIN,
            style=Markup("".join(template_text(name) for name in _STYLES)),
            version=__version__,
        )
    )


def write_camera_page(quality: CameraQuality, path: Path, title: str = "") -> Path:
    """Write the page about a package of camera traps.

    Parameters
    ----------
    quality : CameraQuality
        From `assess_cameras`.
    path : Path
        HTML file to write; its folder is made if missing.
    title : str
        Heading.

    Returns
    -------
    Path
        The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(camera_page(quality, title), encoding="utf-8")
    return path
