"""Surveys of the simulated world: what the study file asks for, carried out on snapshots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.ibm.observe.cameras import Camera, Contacts, see_cats, see_groups
from ustyurt_models.ibm.observe.collars import Fixes, follow
from ustyurt_models.ibm.observe.ground import Ground, Lines, lay_cameras, lay_lines
from ustyurt_models.ibm.observe.groups import gather
from ustyurt_models.ibm.observe.lines import Eye, Sightings, walk_lines
from ustyurt_models.ibm.observe.snapshot import Snapshot, take_snapshot
from ustyurt_models.ibm.world import State
from ustyurt_models.seeds import generator
from ustyurt_models.study.observation import Cameras, Collars, LineWalk

__all__ = ["CameraVisit", "LineVisit", "Observer", "Truth"]


@dataclass(frozen=True)
class Truth:
    """What was there where one looked.

    Attributes
    ----------
    area_km2 : float
        Of the zone.
    animals, groups : int
        In the zone; the number of cheetahs is that of ranges centred there.
    """

    area_km2: float
    animals: int
    groups: int


@dataclass(frozen=True)
class LineVisit:
    """Lines of one zone in one year."""

    year: int
    zone: str
    lines: Lines
    seen: Sightings
    truth: Truth


@dataclass(frozen=True)
class CameraVisit:
    """Cameras of one zone in one year."""

    year: int
    zone: str
    place: tuple[NDArray[np.float64], NDArray[np.float64]]
    contacts: Mapping[str, Contacts]
    truth: Mapping[str, Truth]
    snapshot: Snapshot


class Observer:
    """Looks at one replicate of a scenario the way its study file says.

    Parameters
    ----------
    model : ScenarioModel
        The scenario with its inputs.
    draw, replicate : int
        Which replicate.

    Attributes
    ----------
    recorded : dict of str to numpy.ndarray
        What the simulation itself recorded, see `Simulator`.

    Raises
    ------
    InputError
        When a zone is unknown, or zones of one survey overlap.
    """

    def __init__(self, model: ScenarioModel, draw: int, replicate: int) -> None:
        self.model = model
        self._at = (draw, replicate)
        land = model.land
        self.ground = Ground(
            land["x"].to_numpy().astype(float),
            land["y"].to_numpy().astype(float),
            1000.0 * model.cell_km,
        )
        self._zones = self._masks()
        years = {year for one in model.scenario.observation.values() for year in self.years(one)}
        censuses = {year - model.scenario.start for year in years}
        self._snapshots: dict[int, Snapshot] = {}

        def watch(state: State, census: int) -> None:
            if census in censuses:
                self._snapshots[census] = take_snapshot(state, census)

        self.recorded = Simulator(model)(draw, replicate, watch)

    def years(self, one: LineWalk | Cameras | Collars) -> Sequence[int]:
        """Return the years in which a survey looks: those asked for, or the last census."""
        return one.years or (self.model.scenario.last_year + 1,)

    def snapshot(self, year: int) -> Snapshot:
        """Return all animals at the census of a year."""
        return self._snapshots[year - self.model.scenario.start]

    def _masks(self) -> dict[str, NDArray[np.bool_]]:
        """Return the cells of every zone that a survey names, shape (row, column)."""
        names, zones = self.model.zones.names, self.model.zones.zones
        shape = self.model.land["inside"].shape
        masks, faults = {}, Faults()
        for key, one in self.model.scenario.observation.items():
            where = f"observation.{key}.zones"
            covered = np.zeros(shape, int)
            for zone in one.zones:
                if zone not in names:
                    remedy = did_you_mean(zone, names)
                    faults.add(where, "must be a zone of the landscape", zone, remedy)
                    continue
                mask = (zones.member[names.index(zone)][zones.part] > 0).reshape(shape)
                if not mask.any():
                    faults.add(where, "must hold a cell of the study region", zone)
                masks[zone] = mask
                covered += mask
            if covered.max() > 1:
                faults.add(where, "must not overlap", ", ".join(one.zones))
        faults.raise_if_any()
        return masks

    def _visits(
        self, name: str, one: LineWalk | Cameras
    ) -> Iterator[tuple[int, str, np.random.Generator]]:
        """Yield year, zone and stream of every part of a survey."""
        for year in self.years(one):
            for zone in one.zones:
                path = ("observe", name, *self._at, year, zone)
                yield year, zone, generator(self.model.scenario.seed, *path)

    def _area_km2(self, zone: str) -> float:
        return float(self._zones[zone].sum()) * self.model.cell_km**2

    def lines(self, name: str) -> list[LineVisit]:
        """Carry out the line transects `name`; one visit per year and zone."""
        one = self.model.scenario.observation[name]
        assert isinstance(one, LineWalk)
        shape = one.shape if one.key == "hazard-rate" else None
        eye = Eye(one.sigma, shape, one.on_line, one.truncation, one.round_to)
        species = self.model.scenario.species.index(one.species)
        found = []
        for year, zone, rng in self._visits(name, one):
            mask = self._zones[zone]
            herd = self.snapshot(year).herds[species]
            groups = gather(herd.cell, one.group_size, one.group_cv, rng)
            lines = lay_lines(self.ground, mask, one.lines, one.length, rng)
            seen = walk_lines(self.ground, mask, lines, groups, eye, rng)
            here = mask.ravel()
            truth = Truth(
                self._area_km2(zone), int(here[herd.cell].sum()), int(here[groups.cell].sum())
            )
            found.append(LineVisit(year, zone, lines, seen, truth))
        return found

    def cameras(self, name: str) -> list[CameraVisit]:
        """Carry out the camera survey `name`; one visit per year and zone."""
        one = self.model.scenario.observation[name]
        assert isinstance(one, Cameras)
        camera = Camera(one.radius, np.deg2rad(one.angle), float(one.days))
        found = []
        for year, zone, rng in self._visits(name, one):
            mask, snapshot = self._zones[zone], self.snapshot(year)
            here = mask.ravel()
            place = lay_cameras(self.ground, mask, one.cameras, rng)
            contacts, truth = {}, {}
            for species, passer in one.species.items():
                v = passer.day_range
                if species == "cheetah":
                    cats = snapshot.cats
                    contacts[species] = see_cats(self.ground, place, cats, camera, v, rng)
                    count = int(here[cats.cell].sum())
                    truth[species] = Truth(self._area_km2(zone), count, count)
                    continue
                herd = snapshot.herds[self.model.scenario.species.index(species)]
                groups = gather(herd.cell, passer.group_size, passer.group_cv, rng)
                contacts[species] = see_groups(self.ground, place, groups, camera, v, rng)
                truth[species] = Truth(
                    self._area_km2(zone), int(here[herd.cell].sum()), int(here[groups.cell].sum())
                )
            found.append(CameraVisit(year, zone, place, contacts, truth, snapshot))
        return found

    def collars(self, name: str) -> Fixes:
        """Follow the collared cheetahs of survey `name`."""
        one = self.model.scenario.observation[name]
        assert isinstance(one, Collars)
        rng = generator(self.model.scenario.seed, "observe", name, *self._at)
        snapshots = [self.snapshot(year) for year in self.years(one)]
        return follow(snapshots, one.collars, one.battery_years, rng)
