"""Two ages by two sexes, counted just before the birth season; arithmetic only.

Written with operators alone, so that the same lines serve arrays and symbolic graphs. Females bear
young at one year and later; young of a year are yearlings at the next count.

References
----------
Caswell 2001, *Matrix Population Models*, ch. 2 and 4 (pre-breeding census, dominant eigenvalue).
Milner-Gulland et al. 2003, Nature 422:135 (conception fails where males are too few).
"""

from typing import Any, NamedTuple

__all__ = ["Classes", "Rates", "closed_growth", "conception", "project", "yearlings_per_adult"]


class Classes(NamedTuple):
    """Animals just before the birth season.

    Attributes
    ----------
    yearling_females, adult_females, yearling_males, adult_males : Any
        About one year old, and two years or older; arrays or graphs of one shape.
    """

    yearling_females: Any
    adult_females: Any
    yearling_males: Any
    adult_males: Any

    @property
    def females(self) -> Any:
        """Females that may bear young."""
        return self.yearling_females + self.adult_females

    @property
    def total(self) -> Any:
        """Animals a year old and older."""
        return self.females + self.yearling_males + self.adult_males

    @property
    def male_share(self) -> Any:
        """Adult males among adult males and females: what decides conception."""
        return self.adult_males / (self.adult_males + self.females)


class Rates(NamedTuple):
    """Rates of a year; arrays or graphs.

    Attributes
    ----------
    young_yearling, young_adult : Any
        Young per female about one year old, and older.
    calf, female, male : Any
        Share that lives through the year: young from birth, females and males.
    male_at_birth : Any
        Share of newborns that are male.
    shortage, steepness : Any
        Adult-male share at which half the conceptions fail, and power of that curve.
    """

    young_yearling: Any
    young_adult: Any
    calf: Any
    female: Any
    male: Any
    male_at_birth: Any
    shortage: Any
    steepness: Any


def conception(male_share: Any, shortage: Any, steepness: Any) -> Any:
    """Return the share of conceptions that the males allow.

    ``1 / (1 + (shortage / s) ** steepness)``, the curve of the simulation.
    """
    return 1.0 / (1.0 + (shortage / male_share) ** steepness)


def births(now: Classes, rates: Rates) -> Any:
    """Return the young born just after the count."""
    full = now.yearling_females * rates.young_yearling + now.adult_females * rates.young_adult
    return full * conception(now.male_share, rates.shortage, rates.steepness)


def project(now: Classes, rates: Rates) -> tuple[Classes, Any]:
    """Return the classes a year later, without exchange, and the young born in between.

    Parameters
    ----------
    now : Classes
        Animals just before the birth season.
    rates : Rates
        Of the year that follows.

    Returns
    -------
    tuple
        Classes just before the next birth season, and births.
    """
    born = births(now, rates)
    grown = born * rates.calf
    after = Classes(
        grown * (1.0 - rates.male_at_birth),
        now.females * rates.female,
        grown * rates.male_at_birth,
        (now.yearling_males + now.adult_males) * rates.male,
    )
    return after, born


def closed_growth(rates: Rates) -> Any:
    """Return the yearly growth factor of the females where males are no limit.

    The dominant eigenvalue of ``[[c b1, c b2], [s, s]]`` with c the daughters that live, b young
    per yearling and per adult, s survival of females.
    """
    daughters = (1.0 - rates.male_at_birth) * rates.calf
    one, two, stay = daughters * rates.young_yearling, daughters * rates.young_adult, rates.female
    trace = one + stay
    return 0.5 * (trace + (trace**2 - 4.0 * stay * (one - two)) ** 0.5)


def yearlings_per_adult(rates: Rates) -> Any:
    """Return yearling females per adult female in the stable structure of `closed_growth`."""
    return closed_growth(rates) / rates.female - 1.0
