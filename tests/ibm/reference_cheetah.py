"""The cheetah season once more, one object per animal, as slow and plain as it reads.

Written from the contract and ``models/ODD.md`` 7.8 to 7.13, not from the kernels, and with
another source of chance. Rates and land are those of the kernels; who lives, where, with whom and
why is decided here anew. Prey is not used up.
"""

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

CUB, DISPERSER, RESIDENT = "cub", "disperser", "resident"
NEIGHBOURS = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
(STARVATION, CUB_LOSS, ROAD, HERDERS, SNARE, CARNIVORES, COLD, DISEASE, OLD, RELEASED, ORPHAN) = (
    range(11)
)


@dataclass(eq=False)
class Cheetah:
    """One animal."""

    male: bool
    age: int
    stage: str
    place: tuple[int, int]
    mother: "Cheetah | None" = None
    parents: "tuple[Cheetah, Cheetah] | None" = None
    coalition: object = None
    holds_territory: bool = False
    heading: int | None = None
    seasons_wandering: int = 0
    condition: float = 1.0
    need: float = 0.0
    intake: float = 0.0
    conflict: float = 0.0
    litter: int = 0
    sires: "list[Cheetah]" = field(default_factory=list)
    inbreeding: float = 0.0
    order: int = 0  # of birth, 0 for founders


class Reference:
    """A population on `land` at `rates` (both as the kernels take them)."""

    def __init__(self, rates, land, prey, rng):
        """Start empty; `prey` are animals by (type, cell)."""
        self.rates, self.land, self.rng = rates, land, rng
        self.prey = prey.reshape(prey.shape[0], land.ny, land.nx)
        self.inside = land.inside.reshape(land.ny, land.nx) == 1
        self.food = np.tensordot(rates.food_kg, self.prey, 1) * self.inside
        self.animals: list[Cheetah] = []
        self.deaths = np.zeros(12, int)
        self.born = self.litters = self.emigrants = self.kills = 0
        self.kin: dict[tuple[Cheetah, Cheetah], float] = {}

    def season(self, number):
        """Let one season pass."""
        self.hunt()
        self.feed()
        self.die(number)
        self.bear()
        self.mate(number)
        self.disperse(number)

    def layer(self, name, place):
        return getattr(self.land, name).reshape(self.land.ny, self.land.nx)[place]

    def km(self, one, other):
        return self.land.cell_km * math.hypot(one[0] - other[0], one[1] - other[1])

    def around(self, place):
        """Cells of the largest home range by distance, None outside."""
        for dy, dx in zip(self.land.offset_y, self.land.offset_x, strict=True):
            y, x = place[0] + dy, place[1] + dx
            there = 0 <= y < self.land.ny and 0 <= x < self.land.nx and self.inside[y, x]
            yield (y, x) if there else None

    def grown(self):
        return [a for a in self.animals if a.stage != CUB]

    def cubs_of(self, mother):
        return [a for a in self.animals if a.stage == CUB and a.mother is mother]

    # 7.8 predation and 7.9 condition

    def home_range(self, place):
        cells, food = [], 0.0
        for looked, cell in enumerate(self.around(place)):
            enough = looked >= self.land.range_least and food >= self.rates.range_biomass_kg
            if enough or looked >= self.land.range_most:
                break
            if cell is not None:
                cells.append(cell)
                food += self.food[cell]
        return cells

    def hunt(self):
        r = self.rates
        living_here = Counter(a.place for a in self.grown())
        lives = {
            (j, *c): np.ones(self.prey[(j, *c)], bool)
            for j in range(len(self.prey))
            for c in zip(*np.nonzero(self.inside), strict=True)
        }
        for hunter in self.rng.permutation(np.array(self.grown(), dtype=object)):
            young = sum(cub.age < r.dependency for cub in self.cubs_of(hunter))
            hunter.need = r.need_kg * (1 + r.cub_need * young)
            hunter.intake = taken = 0
            cells = self.home_range(hunter.place)
            if cells:
                area = len(cells) * self.land.cell_km**2
                numbers = sum(self.prey[(slice(None), *c)] for c in cells)
                met = r.attack_km2 * numbers / area
                small = r.small_attack_km2 * np.mean(
                    [self.layer("small_prey_kg_per_km2", c) for c in cells]
                )
                stock = r.livestock_attack_km2 * np.mean(
                    [
                        self.layer("livestock_per_km2", c) * (1 - self.layer("mitigation", c))
                        for c in cells
                    ]
                )
                handling = r.mass_kg / (r.surplus * hunter.need)
                busy = 1 + (met * handling).sum()
                busy += (small + stock * r.livestock_kg) / (r.surplus * hunter.need)
                around = [c for c in self.around(hunter.place) if c is not None]
                others = sum(living_here[c] for c in around) - 1
                busy += r.interference_km2 * others / (len(around) * self.land.cell_km**2)
                for j in np.flatnonzero(numbers):
                    chance = -math.expm1(-met[j] / busy / numbers[j])
                    for c in cells:
                        alive = lives[(j, *c)]
                        killed = alive & (self.rng.random(alive.size) < chance)
                        alive[killed] = False
                        self.kills += killed.sum()
                        hunter.intake += killed.sum() * r.mass_kg[j]
                taken = self.rng.poisson(stock / busy)
                hunter.intake += small / busy + taken * r.livestock_kg
            m = r.condition_memory
            hunter.conflict = m * hunter.conflict + (1 - m) * taken

    def feed(self):
        m = self.rates.condition_memory
        for a in self.grown():
            a.condition = m * a.condition + (1 - m) * min(1, a.intake / a.need)
        for a in self.animals:
            if a.stage == CUB:
                a.condition = a.mother.condition

    # 7.10 deaths

    def hazards(self, a):
        r, table = self.rates, self.rates.hazard
        h = table[:, int(a.male), min(a.age, table.shape[2] - 1)].copy()
        unguarded = 1 - r.protection_effect * self.layer("protection", a.place)
        h[STARVATION] *= max(0, 1 - a.condition / r.starvation_condition)
        if a.age < r.load_seasons:
            h[CUB_LOSS] += r.inbreeding_load * a.inbreeding / r.load_seasons
        h[ROAD] *= self.layer("road", a.place)
        h[HERDERS] *= self.layer("people", a.place) * unguarded
        h[HERDERS] *= 1 - self.layer("mitigation", a.place)
        h[HERDERS] *= 1 + r.retaliation * a.conflict
        h[SNARE] *= self.layer("poaching", a.place) * unguarded
        h[CARNIVORES] *= self.layer("carnivores", a.place)
        h[COLD] = 0  # nobody is released in this world
        return h

    def die(self, number):
        for a in list(self.animals):
            h = self.hazards(a)
            if self.rng.random() < math.exp(-h.sum()):
                a.age += 1
                continue
            self.deaths[self.rng.choice(h.size, p=h / h.sum())] += 1
            self.animals.remove(a)
        for a in list(self.animals):
            if a.stage == CUB and a.mother not in self.animals:
                if a.age < self.rates.orphan_age:
                    self.deaths[ORPHAN] += 1
                    self.animals.remove(a)
                else:
                    a.stage, a.mother = DISPERSER, None

    # 7.11 reproduction, 7.13 genetics

    def kinship(self, one, other):
        """Chance that a gene of each is the same by descent; asks the parents of the younger."""
        if one is other:
            return 0.5 * (1 + one.inbreeding)
        if one.parents is None and other.parents is None:
            return 0.0
        if other.parents is None or (one.parents is not None and one.order > other.order):
            one, other = other, one
        pair = (one, other)
        if pair not in self.kin:
            self.kin[pair] = 0.5 * sum(self.kinship(one, parent) for parent in other.parents)
        return self.kin[pair]

    def bear(self):
        r = self.rates
        for mother in self.grown():
            if mother.litter == 0:
                continue
            brothers = object()
            for _ in range(mother.litter):
                father = mother.sires[self.rng.integers(len(mother.sires))]
                male = self.rng.random() < r.male_share
                cub = Cheetah(male, 0, CUB, mother.place, mother, (mother, father))
                cub.coalition = brothers if male else None
                cub.condition = mother.condition
                cub.order = self.born = self.born + 1
                cub.inbreeding = self.kinship(mother, father)
                self.animals.append(cub)
            self.litters += 1
            mother.litter, mother.sires = 0, []

    def mate(self, number):
        r = self.rates
        males = [a for a in self.grown() if a.male and a.age >= r.breed_age_male]
        for female in self.grown():
            if female.male or female.stage != RESIDENT or female.litter:
                continue
            of_age = r.breed_age_female <= female.age <= r.last_breed_age
            nursing = any(cub.age < r.dependency for cub in self.cubs_of(female))
            if not of_age or nursing or female.condition < r.breed_condition:
                continue
            if self.rng.random() >= r.conception[number % 4]:
                continue
            near = [m for m in males if self.km(m.place, female.place) <= r.mate_radius_km]
            if not near:
                continue
            holders = [m for m in near if m.holds_territory]
            first = self.rng.choice(np.array(holders or near, dtype=object))
            female.sires = [first]
            others = [m for m in near if m is not first]
            if others and self.rng.random() < r.multiple_paternity:
                female.sires.append(self.rng.choice(np.array(others, dtype=object)))
            female.litter = 1 + int((self.rng.random() >= r.litter).sum())

    # 7.12 independence, dispersal and territories

    def partners(self, a):
        together = a.coalition is not None
        return [b for b in self.grown() if b is a or (together and b.coalition is a.coalition)]

    def disperse(self, number):
        r = self.rates
        for a in self.animals:
            if a.stage == CUB and a.age >= r.dependency:
                a.stage, a.mother = DISPERSER, None
        led = set()
        for a in self.rng.permutation(np.array(self.grown(), dtype=object)):
            if a not in self.animals or a in led:
                continue
            group = self.partners(a)
            led.update(group)
            if a.stage == RESIDENT:
                self.revise(a)
            elif self.cubs_of(a):
                a.stage = RESIDENT
            elif not self.walk(a):
                self.emigrants += len(group)
                self.animals = [b for b in self.animals if b not in group]
                continue
            elif a.stage == DISPERSER:
                a.seasons_wandering += 1
                if a.male and a.seasons_wandering > r.float_seasons:
                    a.stage = RESIDENT
            for b in group:
                b.place, b.stage, b.heading = a.place, a.stage, a.heading
                b.seasons_wandering, b.holds_territory = a.seasons_wandering, a.holds_territory

    def revise(self, a):
        r = self.rates
        hungry = a.condition < r.leave_condition and not self.cubs_of(a)
        ousted = a.holds_territory and self.rng.random() < r.tenure_loss
        if hungry or ousted:
            a.stage, a.holds_territory, a.seasons_wandering = DISPERSER, False, 0
        elif a.male and not a.holds_territory:
            self.settle(a)

    def settle(self, a):
        r, group = self.rates, self.partners(a)
        if self.layer("suitability", a.place) < r.settle_suitability:
            return False
        others = [b for b in self.grown() if b.stage == RESIDENT and b not in group]
        reach = self.land.offset_km[-1]
        claims = 1
        if r.share_food:
            claims += sum(self.km(a.place, b.place) <= reach + 1e-9 for b in others)
        if sum(self.food[c] for c in self.around(a.place) if c) < claims * r.range_biomass_kg:
            return False
        if a.male:
            held = [b for b in others if b.holds_territory]
            if any(self.km(a.place, b.place) < r.territory_km - 1e-9 for b in held):
                return False
            a.holds_territory = True
        a.stage, a.seasons_wandering = RESIDENT, 0
        return True

    def walk(self, a):
        """Walk, then look for a place; return False when the animal left the land."""
        to_go = self.rng.exponential(self.rates.dispersal_km[int(a.male)])
        if a.heading is None:
            a.heading = int(self.rng.integers(8))
        looked = 0
        while True:
            if to_go < self.land.cell_km / 2:
                if self.settle(a) or looked >= self.rates.search_steps:
                    return True
                looked += 1
            weights, targets = [], []
            for k, (dy, dx) in enumerate(NEIGHBOURS):
                target = (a.place[0] + dy, a.place[1] + dx)
                good = max(self.layer("suitability", target), self.rates.matrix_weight)
                apart = min((k - a.heading) % 8, (a.heading - k) % 8)
                weights.append(good * self.rates.turn[apart] / math.hypot(dy, dx))
                targets.append(target)
            k = int(self.rng.choice(8, p=np.array(weights) / sum(weights)))
            to_go -= self.land.cell_km * math.hypot(*NEIGHBOURS[k])
            if self.inside[targets[k]]:
                a.place, a.heading = targets[k], k
            elif self.land.edge_open:
                return False
            else:
                a.heading = (k + 4) % 8
