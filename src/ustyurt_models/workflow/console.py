"""What stages say while they work: one line each on standard error."""

import sys

__all__ = ["say"]


def say(text: str) -> None:
    """Print one line of progress."""
    print(text, file=sys.stderr, flush=True)
