"""Numbers as a decision maker reads them."""

import math

__all__ = ["in_futures", "shown"]

#: Lets a half that binary fractions fall short of, as 0.285, still be rounded up.
_SLACK = 1e-9


def in_futures(share: float) -> str:
    """Return a share as a count of futures: ``about 9 of 10 futures``."""
    if not math.isfinite(share):
        return "no known future"
    if share <= 0.0:
        return "none of the futures"
    if share >= 1.0:
        return "all futures"
    if share < 0.005:
        return "fewer than 1 of 100 futures"
    if share >= 0.995:
        return "more than 99 of 100 futures"
    for base in (10, 100):
        count = round(share * base)
        if abs(share * base - count) < 0.25 and 0 < count < base:
            return f"about {count} of {base} futures"
    return f"about {math.floor(share * 100 + 0.5 + _SLACK)} of 100 futures"


def shown(value: float) -> str:
    """Return a number with three significant digits, without an exponent where possible."""
    if not math.isfinite(value):
        return "unknown"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
