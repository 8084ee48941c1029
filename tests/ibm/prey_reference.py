"""Prey twice more, slowly: one object per animal, and counts of animals that are all alike.

Both are written from models/ODD.md for one step a year, with births before deaths, and share
nothing with the kernels but the rates and the land.
"""

from dataclasses import dataclass

import numpy as np

NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


@dataclass
class Animal:
    """One ungulate."""

    age: int
    male: int
    cell: int

    def of_class(self, rates) -> int:
        return 2 * (self.age >= rates.adult_age) + self.male


def crowding(animals, kind, cell) -> float:
    grazers = sum(one.age > 0 for one in animals if one.cell == cell)
    ratio = grazers / kind.land.capacity_around[cell]
    return min(ratio, kind.rates.crowding_cap) ** kind.rates.theta


def neighbours(grid, cell):
    y, x = divmod(cell, grid.nx)
    return [(y + rows) * grid.nx + x + columns for rows, columns in NEIGHBOURS]


def step_chance(grid, land, here, there) -> float:
    """Chance that a proposed step succeeds; the window is closed."""
    if not grid.inside[there]:
        return 0.0
    return min(1.0, land.attraction[0, there] / land.attraction[0, here])


def walk(animal, grid, land, rng) -> None:
    for _ in range(land.steps[0]):
        there = neighbours(grid, animal.cell)[rng.integers(8)]
        if rng.random() < step_chance(grid, land, animal.cell, there):
            animal.cell = there


def litter(mother, kind, crowd, rng):
    """Return the young that a mother bears this year."""
    rates = kind.rates
    if mother.male or rng.random() >= rates.birth_chance[min(mother.age, mother_ages(rates))]:
        return []
    size = int(np.searchsorted(rates.litter[1], rng.random(), side="right"))
    carried = sum(rng.random() < np.exp(-rates.crowding_births * crowd) for _ in range(size))
    sexes = [int(rng.random() < rates.male_share_at_birth) for _ in range(carried)]
    return [Animal(0, male, mother.cell) for male in sexes]


def mother_ages(rates) -> int:
    return rates.birth_chance.size - 1


def escape(rates, age, male, crowd) -> float:
    """Chance to live through the year."""
    k = 2 * (age >= rates.adult_age) + male
    hazard = rates.background[male, age] + rates.crowding[k] * crowd + rates.poaching[k]
    return np.exp(-hazard) * (age < rates.old_age)


def year_of_objects(animals, grid, kind, rng):
    """Return the animals alive a year later."""
    for one in animals:
        walk(one, grid, kind.land, rng)
    crowd = {cell: crowding(animals, kind, cell) for cell in {one.cell for one in animals}}
    young = [born for one in animals for born in litter(one, kind, crowd[one.cell], rng)]
    everyone = [*animals, *young]
    alive = [
        one
        for one in everyone
        if rng.random() < escape(kind.rates, one.age, one.male, crowd[one.cell])
    ]
    for one in alive:
        one.age += 1
    return alive


def walk_matrix(grid, land) -> np.ndarray:
    """Return the chance to end in each cell from each, after a year's walk."""
    cells = grid.inside.size
    one_step = np.zeros((cells, cells))
    for here in np.flatnonzero(grid.inside):
        for there in neighbours(grid, here):
            one_step[here, there] += step_chance(grid, land, here, there) / 8
        one_step[here, here] += 1.0 - one_step[here].sum()
    return np.linalg.matrix_power(one_step, int(land.steps[0]))


def year_of_counts(counts, grid, kind, rng):
    """Return the counts, shape (replicate, sex, age, cell), a year later."""
    rates, there = kind.rates, walk_matrix(grid, kind.land)
    moved = np.zeros_like(counts)
    for here in np.flatnonzero(grid.inside):
        moved += rng.multinomial(counts[..., here], there[here])
    grazers = moved[:, :, 1:].sum(axis=(1, 2))
    crowd = np.minimum(grazers / kind.land.capacity_around, rates.crowding_cap) ** rates.theta
    mothers = rng.binomial(moved[:, 0], rates.birth_chance[: counts.shape[2], None]).sum(axis=1)
    sizes = rng.multinomial(mothers, np.diff(rates.litter[1], prepend=0.0))
    born = rng.binomial(sizes @ np.arange(sizes.shape[-1]), np.exp(-rates.crowding_births * crowd))
    males = rng.binomial(born, rates.male_share_at_birth)
    moved[:, 1, 0] += males
    moved[:, 0, 0] += born - males
    after = np.zeros_like(counts)
    for male in (0, 1):
        for age in range(counts.shape[2] - 1):
            lives = escape(rates, age, male, crowd)
            after[:, male, age + 1] = rng.binomial(moved[:, male, age], lives)
    return after
