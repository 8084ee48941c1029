"""The source population once more: one object per animal, plain Python, for comparison.

It shares no code and no random numbers with the kernels; only the meaning of the settings is the
same. Two sexes, polygyny, loci, Ricker or Vortex births, either ceiling, one patch.
"""

import math
import random
from dataclasses import dataclass, field


@dataclass
class Animal:
    male: bool
    age: int
    genes: list[tuple[int, int]] = field(default_factory=list)

    @property
    def inbreeding(self) -> float:
        return sum(a == b for a, b in self.genes) / max(1, len(self.genes))


def rate(values, age):
    return values[min(age, len(values) - 1)]


def clip(value):
    return min(1.0, max(0.0, value))


def share_of(breeding, density, number):
    if breeding["density"] == "ricker":
        return breeding["share"] * math.exp(-breeding["strength"] * density)
    if breeding["density"] == "vortex":
        high, low = breeding["share"], breeding["share_at_capacity"]
        fall = (high - low) * density ** breeding["steepness"]
        return (high - fall) * number / (breeding["allee"] + number)
    return breeding["share"]


def breed(animals, block, score, factor, rng):
    births = block["breeding"]
    pool = [
        one
        for one in animals
        if one.male and one.age >= births["first_age_male"] and rng.random() < births["pool"]
    ]
    if not pool:
        return []
    density = len(animals) / block["capacity"]["number"]
    share = clip(share_of(births, density, len(animals)) + births["share_sd"] * score) * factor
    young = []
    for dam in animals:
        if dam.male or dam.age < births["first_age_female"] or rng.random() >= share:
            continue
        sire = rng.choice(pool)
        (size,) = rng.choices(range(len(births["brood"])), births["brood"])
        for _ in range(size):
            genes = [
                (rng.choice(a), rng.choice(b)) for a, b in zip(dam.genes, sire.genes, strict=True)
            ]
            young.append(Animal(rng.random() < 0.5, 0, genes))
    return young


def survives(one, block, score, factor, rng):
    if one.age >= block["maximum_age"]:
        return False
    death = block["death"]
    mean = rate(death["male" if one.male else "female"], one.age)
    lives = clip(1.0 - mean + death["cv"] * mean * score) * factor
    if one.age == 0:
        lives *= math.exp(-0.5 * block["genetics"]["diploid_lethal_equivalents"] * one.inbreeding)
    return rng.random() < lives


def cut(animals, capacity, rng):
    room = capacity["number"]
    if len(animals) <= room:
        return animals
    if capacity["rule"] == "ceiling_hard":
        return rng.sample(animals, int(room))
    return [one for one in animals if rng.random() < room / len(animals)]


def run(block, steps, seed):
    """Return numbers and mean F by census, for a block as in a study file."""
    rng = random.Random(seed)
    loci, low, high = block["genetics"]["loci"], *block["founders"]["ages"]
    animals = []
    for male, name in ((False, "females"), (True, "males")):
        for _ in range(block["founders"][name]):
            first = 2 * len(animals)
            genes = [(first, first + 1)] * loci
            animals.append(Animal(male, rng.randint(low, high), genes))
    numbers, inbreeding = [len(animals)], [0.0]
    correlation = block["noise_correlation"]
    for _ in range(steps):
        births_score, own = rng.gauss(0, 1), rng.gauss(0, 1)
        score = correlation * births_score + math.sqrt(1 - correlation**2) * own
        struck = rng.random() < block["catastrophe"][0]["chance"]
        live = block["catastrophe"][0]["survival"] if struck else 1.0
        bear = block["catastrophe"][0]["births"] if struck else 1.0
        animals += breed(animals, block, births_score, bear, rng)
        animals = [one for one in animals if survives(one, block, score, live, rng)]
        for one in animals:
            one.age += 1
        animals = [one for one in animals if one.age < 2 or rng.random() >= 0.05]
        animals = cut(animals, block["capacity"], rng)
        numbers.append(len(animals))
        total = sum(one.inbreeding for one in animals)
        inbreeding.append(total / len(animals) if animals else math.nan)
    return numbers, inbreeding
