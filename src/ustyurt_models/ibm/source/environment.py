"""Good and bad years: environmental noise and catastrophes, shared by all patches."""

import math

import numpy as np

from ustyurt_models.ibm.chance import child, normal, uniform
from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.source.state import Now, Rates, Setup, State

__all__ = ["NOISE_GRID", "NOISE_REACH", "draw_environment", "noisy", "set_survival"]

#: Tables of rates by normal score reach this far to both sides ...
NOISE_REACH = 6.0
#: ... with so many entries.
NOISE_GRID = 1537

_KEY = 1


@kernel
def noisy(mean: float, sd: float, score: float, quantile: np.ndarray, row: int) -> float:
    """Return a rate in a year with a normal `score`.

    Normal noise cut at 0 and 1, as Vortex does, or the quantile of `quantile` (shape
    (rate, NOISE_GRID)) at the score when that table is not empty.
    """
    if quantile.shape[0] == 0:
        return min(1.0, max(0.0, mean + sd * score))
    place = (score + NOISE_REACH) * ((NOISE_GRID - 1) / (2.0 * NOISE_REACH))
    place = min(NOISE_GRID - 1.001, max(0.0, place))
    low = int(place)
    part = place - low
    return (1.0 - part) * quantile[row, low] + part * quantile[row, low + 1]


@kernel
def set_survival(rates: Rates, state: State) -> None:
    """Write the survival of every class under the weather at hand, in place."""
    score, factor = state.weather[1], state.weather[3]
    for kind in range(rates.rate_class.size):
        row = rates.rate_class[kind]
        lives = noisy(1.0 - rates.death[row], rates.death_sd[row], score, rates.quantile, row)
        state.survival[kind] = 0.0 if kind >= rates.last_class else lives * factor


@kernel
def draw_environment(setup: Setup, state: State, now: Now) -> None:
    """Draw the noise and the catastrophes of the step, in place.

    One normal score moves all births, another all deaths, correlated as set (Vortex: "EV in
    reproduction and survival"); the capacity has its own. A catastrophe multiplies survival and
    births by its factors; several may strike at once.
    """
    rates, weather = setup.rates, state.weather
    key = np.uint64(child(now.key, _KEY))
    own = normal(key, np.uint64(0), 1)
    weather[0] = normal(key, np.uint64(0), 0)
    weather[1] = rates.correlation * weather[0] + math.sqrt(1.0 - rates.correlation**2) * own
    weather[2] = normal(key, np.uint64(0), 2)
    weather[3] = 1.0
    weather[4] = 1.0
    for c in range(rates.catastrophe.shape[0]):
        if uniform(key, np.uint64(c), 3) < rates.catastrophe[c, 0]:
            weather[3] *= rates.catastrophe[c, 1]
            weather[4] *= rates.catastrophe[c, 2]
    set_survival(rates, state)
