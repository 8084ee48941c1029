"""Words for bad input: one error that names every fault, where it is and what to do."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["CheckFailed", "Fault", "Faults", "InputError", "did_you_mean", "require"]


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the input.

    Attributes
    ----------
    where : str
        File and place in it: ``study.toml: release[0].year`` or ``lines.csv: row 12, distance``.
    rule : str
        What must hold.
    got : object
        The value found; ``None`` when there is none to show.
    remedy : str
        What the user can do about it; may be empty.
    """

    where: str
    rule: str
    got: object = None
    remedy: str = ""

    def __str__(self) -> str:
        """Write the fault as one line: where, rule, value, remedy."""
        shown = "" if self.got is None else f"; got {self.got!r}"
        advice = f" ({self.remedy})" if self.remedy else ""
        return f"{self.where}: {self.rule}{shown}{advice}"


class InputError(Exception):
    """Bad input; carries all faults found, one line each."""

    #: What the command line exits with.
    exit_code = 2

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Collect `faults` (at least one)."""
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CheckFailed(InputError):
    """Good input, but a check or a diagnostic failed, so no result is reported."""

    exit_code = 1


class Faults:
    """A list of faults that is raised as one error once everything has been looked at."""

    def __init__(self) -> None:
        """Start with no fault."""
        self.found: list[Fault] = []

    def add(self, where: str, rule: str, got: object = None, remedy: str = "") -> None:
        """Note one fault and go on."""
        self.found.append(Fault(where, rule, got, remedy))

    def extend(self, error: InputError) -> None:
        """Take over the faults of an error raised elsewhere."""
        self.found.extend(error.faults)

    def raise_if_any(self) -> None:
        """Raise `InputError` with everything noted so far, or do nothing."""
        if self.found:
            raise InputError(self.found)


def require(ok: bool, where: str, rule: str, got: object = None, remedy: str = "") -> None:
    """Raise `InputError` with a single fault unless `ok`."""
    if not ok:
        raise InputError([Fault(where, rule, got, remedy)])


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the closest of `options`, or the list of them."""
    known = sorted(options)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"allowed are {known}"
