"""What is fixed about a detection function; apart from it, so that a check needs no SciPy."""

from dataclasses import dataclass

__all__ = ["DetectionForm"]

_LINE_CLOSED = ("half-normal", "uniform", "negative-exponential")


@dataclass(frozen=True)
class DetectionForm:
    """What is fixed about a detection function.

    Attributes
    ----------
    key : str
        Key function, see `detection_keys.KEYS`.
    truncation_m : float
        Right truncation distance w [m].
    left_m : float
        Left truncation distance [m]; nearer detections are not used.
    point : bool
        True around points, False along lines.
    series : str
        Series of adjustments, see `detection_adjustments.ADJUSTMENTS`; unused without orders.
    orders : tuple of int
        Orders of the adjustment terms.
    """

    key: str
    truncation_m: float
    left_m: float = 0.0
    point: bool = False
    series: str = "cosine"
    orders: tuple[int, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether integrals have a closed form."""
        simple = ("half-normal", "uniform") if self.point else _LINE_CLOSED
        return not self.orders and self.key in simple
