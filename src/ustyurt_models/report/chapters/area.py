"""Study area: the map, the layers and where each comes from."""

from collections.abc import Mapping

import numpy as np

from ustyurt_models.report.atlas import area_map, layer_maps
from ustyurt_models.report.content import Block, Column, Note, Paragraph, Section, Table
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.maps import Sheet
from ustyurt_models.report.words import readable, shown_count, unit_words

__all__ = ["chapter"]

_DRAWN = (
    "elevation",
    "forage",
    "snow_depth",
    "distance_to_water",
    "livestock_share",
    "poaching_pressure",
    "road_exposure",
    "people_exposure",
    "protection",
)

#: Coordinates, not layers.
_PLACES = ("lon", "lat")
_MEANING = (
    "Tags: real = measured data; derived = computed from real data; schematic = drawn from "
    "descriptions; placeholder = right size, wrong shape; synthetic = a documented formula."
)


def _mean(values: np.ndarray, inside: np.ndarray) -> float:
    """Return the mean of a layer over the study region."""
    return float(np.nanmean(np.asarray(values, dtype=float)[..., inside]))


def _layers(inputs: ReportInputs, sheet: Sheet) -> Table:
    """Return the list of layers with unit, mean, provenance, source and licence."""
    rows = []
    for name, layer in inputs.land.data_vars.items():
        if "provenance" not in layer.attrs or name in _PLACES:
            continue
        measured = layer.dims == ("y", "x") and layer.dtype.kind == "f"
        rows.append(
            (
                readable(str(name)).replace("inside", "study outline"),
                layer.attrs.get("long_name", ""),
                unit_words(layer.attrs.get("units", "1")),
                _mean(layer.to_numpy(), sheet.inside) if measured else None,
                layer.attrs.get("provenance", ""),
                layer.attrs.get("source", ""),
                layer.attrs.get("licence", ""),
            )
        )
    columns = (
        Column("layer"),
        Column("meaning", kind="long"),
        Column("unit"),
        Column("mean in the region", kind="number"),
        Column("provenance"),
        Column("source", kind="long"),
        Column("licence", kind="long"),
    )
    return Table("landscape_layers", "Layers of the landscape.", columns, tuple(rows), _MEANING)


def _surveyed(inputs: ReportInputs) -> Mapping[tuple[str, str], list[str]]:
    """Return (species, survey) -> scenarios whose habitat is the map of a survey."""
    told: dict[tuple[str, str], list[str]] = {}
    for scenario, resolved in inputs.study.scenarios.items():
        species = {**resolved.get("prey", {}), "cheetah": resolved.get("cheetah", {})}
        for name, block in species.items():
            survey = str(block.get("suitability", "")).partition(":")[2]
            if survey:
                told.setdefault((name, survey), []).append(scenario)
    return told


def _suitability(inputs: ReportInputs, sheet: Sheet) -> Section:
    """Return the habitat of each species: the layers in use, and where surveys replace them."""
    told = _surveyed(inputs)
    blocks: list[Block] = []
    for (species, survey), scenarios in told.items():
        text = (
            f"Habitat of {readable(species)} is the map of survey {readable(survey)}, draw by "
            f"draw, not the layer of the landscape, in: {', '.join(map(readable, scenarios))}. "
            "The chapter on surveys shows that map."
        )
        blocks.append(Note(text, "warning"))
    blocks += [
        Note(f"{readable(one[:1].upper() + one[1:])}.", "warning") for one in inputs.map_warnings
    ]
    replaced = {
        species
        for species in {one for one, _ in told}
        if sum(len(told[key]) for key in told if key[0] == species) == len(inputs.study.scenarios)
    }
    layers = [
        str(name)
        for name in inputs.land.data_vars
        if str(name).startswith("suitability_")
        and str(name).removeprefix("suitability_") not in replaced
    ]
    if layers:
        caption = "Habitat suitability, 0 (never used) to 1 (best), by species."
        blocks.append(layer_maps("map_suitability", sheet, layers, caption))
    return Section("suitability", "Habitat suitability", tuple(blocks))


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on the study area."""
    sheet = Sheet(inputs.land)
    area = int(sheet.inside.sum()) * sheet.cell_km2
    text = Paragraph(
        f"The study region covers {shown_count(area)} km² in {shown_count(sheet.inside.sum())} "
        f"cells of {sheet.cell_km2:.0f} km². What each layer is worth stands beside it: several "
        "are placeholders until the three countries supply measured data."
    )
    drawn = [name for name in _DRAWN if name in inputs.land]
    return Section(
        "area",
        "Study area",
        (text, area_map(sheet)),
        (
            Section(
                "layers",
                "Layers",
                (
                    layer_maps("map_layers", sheet, drawn, "Landscape layers in the mean year."),
                    _layers(inputs, sheet),
                ),
            ),
            _suitability(inputs, sheet),
        ),
    )
