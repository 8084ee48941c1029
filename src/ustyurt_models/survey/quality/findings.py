"""What to look at before the data are used: plain sentences, each with a light."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ustyurt_models.survey.quality.assess import Quality
from ustyurt_models.survey.quality.distances import AngleQuality, DistanceQuality
from ustyurt_models.survey.quality.effort import EffortQuality
from ustyurt_models.survey.quality.heaping import Heap
from ustyurt_models.survey.quality.repeats import Repeats
from ustyurt_models.survey.quality.sizes import SizeQuality

__all__ = ["Finding", "findings"]

#: Detections and transects below which estimates are poor.
#: Buckland et al. 2001, section 7.2: 60 to 80 detections along lines, a quarter more at points;
#: 10 to 20 lines.
_ENOUGH = {"line": 60, "point": 75}
_FEW_TRANSECTS = 10
_DOUBT = 0.01


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    light : {"green", "amber", "red"}
        Nothing to see, look at it, or do not use the data before it is settled.
    title : str
        What was looked at.
    text : str
        What was seen, and what follows.
    """

    light: Literal["green", "amber", "red"]
    title: str
    text: str


def _number(value: float, digits: int = 3) -> str:
    """Write a number without exponent and needless digits."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "\N{EN DASH}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(",", "\u202f")


def _p(value: float) -> str:
    """Write a p value."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _units(quality: Quality) -> Finding:
    """Tell units that nobody declared."""
    assumed = [unit for unit in quality.units if unit.how == "assumed"]
    if assumed:
        named = ", ".join(f"{unit.quantity} in {unit.unit}" for unit in assumed)
        text = f"Taken for granted, because nothing says otherwise: {named}."
        return Finding("amber", "Units", text)
    if not quality.units:
        return Finding("green", "Units", "No quantity of this file needs a unit.")
    said = ", ".join(f"{unit.quantity} in {unit.unit} ({unit.how})" for unit in quality.units)
    return Finding("green", "Units", f"All known: {said}.")


def _sample(effort: EffortQuality, fits_detection: bool) -> Finding:
    """Tell whether there is enough to estimate from."""
    groups, transects = int(effort.groups.sum()), len(effort.transect)
    few = [one.name for one in effort.strata if one.transects < _FEW_TRANSECTS]
    enough = _ENOUGH[effort.kind] if fits_detection else 0
    text = f"{groups} {effort.found} on {transects} {effort.what}."
    if groups == 0:
        return Finding("red", "Sample", text)
    if groups < enough:
        text += f" Below {enough} the detection function is poorly known."
    if few:
        named = ", ".join(few[:6]) + (" ..." if len(few) > 6 else "")
        text += f" Fewer than {_FEW_TRANSECTS} {effort.what} in {named}: variance poorly known."
    return Finding("amber" if groups < enough or few else "green", "Sample", text)


def _empty(effort: EffortQuality) -> Finding:
    """Tell how many transects have no detection; none at all is suspicious."""
    count, empty, title = (
        len(effort.transect),
        effort.empty,
        f"{effort.what} without {effort.found}".capitalize(),
    )
    mean = float(effort.groups.mean())
    # With so few per transect, chance alone would leave some of them empty.
    if empty == 0 and count * math.exp(-mean) > 3:
        text = (
            f"Every one of {count} {effort.what} has {effort.found}, {_number(mean, 2)} on "
            "average. Were some without any left out? Without them density is too high."
        )
        return Finding("amber", title, text)
    share = f"{100 * empty / count:.0f} %"
    text = f"{empty} of {count} {effort.what} ({share}) are without {effort.found}."
    return Finding("green", title, text)


def _areas(effort: EffortQuality) -> Iterator[Finding]:
    """Tell strata without an area."""
    unknown = [one.name for one in effort.strata if not one.area_km2 > 0]
    if unknown:
        named = ", ".join(unknown[:6]) + (" ..." if len(unknown) > 6 else "")
        text = (
            f"No area for {named}: enough for density; abundance needs 'areas' in the study file."
        )
        yield Finding("amber", "Areas", text)


def _coarsest(heaps: tuple[Heap, ...]) -> Heap | None:
    """Return the largest base at which values are heaped."""
    return next((heap for heap in reversed(heaps) if heap.heaped), None)


def _rounding(distances: DistanceQuality) -> Finding:
    """Tell whether distances were rounded."""
    if distances.classes:
        return Finding("green", "Rounding", "Distances were recorded in classes.")
    if math.isnan(distances.resolution):
        text = "Distances were computed, so their rounding cannot be seen."
        return Finding("green", "Rounding", text)
    heap = _coarsest(distances.heaps)
    if heap is None:
        text = f"No heaping beyond the resolution of {distances.resolution:g} {distances.unit}."
        return Finding("green", "Rounding", text)
    base = f"{heap.base:g} {distances.unit}"
    text = (
        f"{heap.observed} of {heap.count} {distances.measured} are multiples of {base}, where "
        f"{_number(heap.expected, 2)} would be ({_p(heap.p_value)}). "
    )
    if distances.measured == "distances":
        limits = f"{heap.base * 1.5:g} and {heap.base * 2.5:g} {distances.unit}"
        text += f"Use classes whose limits lie midway between multiples, such as {limits}."
    else:
        text += "Use wide classes of perpendicular distance."
    return Finding("amber", "Rounding", text)


def _ends(distances: DistanceQuality) -> Iterator[Finding]:
    """Tell values piled at zero or at the largest distance."""
    zero, end, unit = distances.zero, distances.end, distances.unit
    if zero is not None and zero.piled:
        text = (
            f"{zero.observed} distances are exactly 0, where {_number(zero.expected, 2)} would be "
            f"({_p(zero.p_value)}): rounded to the line, or animals met on it? Use a first class "
            "wide enough to take them in."
        )
        yield Finding("amber", "Distances of zero", text)
    if end is not None and end.piled:
        text = (
            f"{end.observed} distances equal the largest, {end.at:g} {unit}, where "
            f"{_number(end.expected, 2)} would be ({_p(end.p_value)}): animals beyond the limit "
            "put on it? Truncate below it."
        )
        yield Finding("amber", "Distances at the limit", text)


def _movement(distances: DistanceQuality, kind: str) -> Finding | None:
    """Tell a dip or a spike next to the line or point."""
    near = distances.near
    if near is None:
        return None
    seen = (
        f"{near.first} detections within {_number(near.edge_m[0])} m, {near.second} from there to "
        f"{_number(near.edge_m[1])} m"
    )
    if near.p_dip < _DOUBT:
        text = (
            f"{seen}; with even density and full detection the first would be "
            f"{_number(near.expected, 2)} or more ({_p(near.p_dip)}). Animals that move away "
            f"before they are seen, or are missed close to the {kind}, make the estimate too low."
        )
        return Finding("amber", f"Close to the {kind}", text)
    if kind == "line" and near.p_spike < _DOUBT:
        text = (
            f"{seen} ({_p(near.p_spike)}). Attraction, roads that animals follow, rounding to the "
            "line, or a detection function without a shoulder: look before a key is chosen."
        )
        return Finding("amber", f"Close to the {kind}", text)
    return Finding("green", f"Close to the {kind}", f"{seen}: no sign of flight or attraction.")


def _angles(angles: AngleQuality) -> Finding:
    """Tell whether sighting angles were rounded."""
    heap, parts = _coarsest(angles.heaps), []
    if angles.zero is not None and angles.zero.piled:
        parts.append(
            f"{angles.zero.observed} of {angles.count} angles are 0, where "
            f"{_number(angles.zero.expected, 2)} would be ({_p(angles.zero.p_value)}): these "
            "detections fall on the line itself and make the detection function too steep"
        )
    if heap is not None:
        parts.append(
            f"{heap.observed} of {heap.count} angles are multiples of {heap.base:g} degrees, where "
            f"{_number(heap.expected, 2)} would be ({_p(heap.p_value)})"
        )
    if not parts:
        return Finding("green", "Sighting angles", "No rounding seen.")
    advice = "Use wide first classes (smearing does not repair it)."
    return Finding("amber", "Sighting angles", f"{'; '.join(parts)}. {advice}")


def _sizes(sizes: SizeQuality) -> Finding:
    """Tell rounded sizes, and a single group that decides."""
    parts, heap = [], _coarsest(sizes.heaps)
    if heap is not None:
        parts.append(
            f"{heap.observed} of {heap.count} large groups are multiples of {heap.base:g} animals"
        )
    if sizes.share_of_largest > 0.2 and sizes.bar.sum() >= 10:
        share = f"{100 * sizes.share_of_largest:.0f} %"
        parts.append(f"one group of {sizes.largest} holds {share} of all animals seen")
    if not parts:
        text = f"{_number(sizes.mean)} animals per group on average, at most {sizes.largest}."
        return Finding("green", "Group sizes", text)
    return Finding("amber", "Group sizes", f"{'; '.join(parts)}.".capitalize())


def _missing(quality: Quality) -> Finding:
    """Tell columns with gaps."""
    gaps = [one for one in quality.columns if 0 < one.missing < one.rows]
    if not gaps:
        return Finding("green", "Missing values", "None where a value belongs.")
    named = ", ".join(f"{one.name} ({one.missing} of {one.rows})" for one in gaps[:8])
    more = f" and {len(gaps) - 8} more columns" if len(gaps) > 8 else ""
    text = f"{named}{more}. A model that uses the column will ask for them."
    return Finding("amber", "Missing values", text)


def _repeats(repeats: Repeats) -> Finding:
    """Tell detections that may be one."""
    counts = (
        f"Pairs on one transect that agree in everything but their number: {repeats.alike} "
        f"({_number(repeats.alike_by_chance, 2)} expected by chance); with distances within "
        f"{_number(repeats.tolerance_m, 2)} m of each other: {repeats.near} "
        f"({_number(repeats.near_by_chance, 2)} expected)."
    )
    if repeats.suspicious:
        return Finding("amber", "Duplicates", f"{counts} Entered twice? No row repeats exactly.")
    return Finding("green", "Duplicates", f"No row repeats another. {counts}")


def _odd(quality: Quality) -> Iterator[Finding]:
    """Tell values far out, and words spelt in two ways."""
    spelt = [f"{one.name}: {group}" for one in quality.columns for group in one.spellings]
    if spelt:
        text = f"The same word written in different ways? {'; '.join(spelt[:5])}."
        yield Finding("amber", "Spelling", text)
    if quality.odd:
        named = ", ".join(dict.fromkeys(one.what for one in quality.odd))
        text = f"{len(quality.odd)} far from the others, in {named}; see the table."
        yield Finding("amber", "Unusual values", text)
    elif not quality.holds:
        yield Finding("green", "Unusual values", "None beyond three interquartile ranges.")


def findings(quality: Quality) -> tuple[Finding, ...]:
    """Return what was looked at, gravest first.

    Parameters
    ----------
    quality : Quality
        Of one survey file.
    """
    found: list[Finding] = [_units(quality)]
    if quality.effort is not None:
        fits = quality.form != "strip counts"
        found += [_sample(quality.effort, fits), _empty(quality.effort), *_areas(quality.effort)]
    if quality.distances is not None and quality.effort is not None:
        found += [_rounding(quality.distances), *_ends(quality.distances)]
        near = _movement(quality.distances, quality.effort.kind)
        found += [near] if near is not None else []
    if quality.angles is not None:
        found.append(_angles(quality.angles))
    if quality.sizes is not None:
        found.append(_sizes(quality.sizes))
    found.append(_missing(quality))
    if quality.repeats is not None:
        found.append(_repeats(quality.repeats))
    found += _odd(quality)
    found += [Finding("amber", "Look at this", one) for one in quality.doubts]
    order = ("red", "amber", "green")
    return tuple(sorted(found, key=lambda one: order.index(one.light)))
