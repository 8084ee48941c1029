"""Words, numbers and places: the small reader under the rule languages of a study file."""

import re
from dataclasses import dataclass
from typing import NoReturn

from ustyurt_models.checks import did_you_mean
from ustyurt_models.study.quantities import refuse

__all__ = ["COMPARISONS", "Reader", "compare"]

COMPARISONS = (">=", "<=", "==", "!=", ">", "<")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>>=|<=|==|!=|[><()%]))"
)


def compare(value: float, comparison: str, threshold: float) -> bool:
    """Return whether ``value comparison threshold`` holds, e.g. ``compare(3, ">=", 2)``."""
    return {
        ">=": value >= threshold,
        "<=": value <= threshold,
        "==": value == threshold,
        "!=": value != threshold,
        ">": value > threshold,
        "<": value < threshold,
    }[comparison]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


def _tokens(text: str) -> list[_Token]:
    """Cut `text` into numbers, words and signs; the last token is the end."""
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            raise refuse(f"cannot be read at position {place + 1}: {text[place]!r} means nothing")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        place = match.end()
    return [*found, _Token("end", "", len(text.rstrip()))]


class Reader:
    """Reads a rule from left to right and says what it expected where it did not find it."""

    def __init__(self, text: str, form: str) -> None:
        """Start at the beginning of `text`; `form` is shown as the example in every error."""
        self.text = text
        self.form = form
        self._tokens = _tokens(text)
        self._next = 0

    def fail(self, expected: str, advice: str = "") -> NoReturn:
        """Refuse the rule at the present place."""
        token = self._tokens[self._next]
        found = repr(token.text) if token.text else "the end"
        raise refuse(
            f"expected {expected} at position {token.place + 1}, found {found}",
            advice or f"write it like {self.form!r}",
        )

    def mark(self) -> int:
        """Return the present place, for `back`."""
        return self._next

    def back(self, mark: int) -> None:
        """Return to a place noted by `mark`."""
        self._next = mark

    def at(self, *words: str) -> bool:
        """Return whether the next token is one of `words`."""
        return self._tokens[self._next].text in words

    def accept(self, *words: str) -> str:
        """Take the next token if it is one of `words`; return it, or an empty string."""
        token = self._tokens[self._next]
        if token.text and token.text in words:
            self._next += 1
            return token.text
        return ""

    def expect(self, *words: str) -> str:
        """Take one of `words` or refuse."""
        return self.accept(*words) or self.fail(" or ".join(repr(word) for word in words))

    def word(self, expected: str) -> str:
        """Take any word or refuse."""
        token = self._tokens[self._next]
        if token.kind != "word":
            self.fail(expected)
        self._next += 1
        return token.text

    def known(self, expected: str, options: tuple[str, ...]) -> str:
        """Take one of `options`, whose words may be written apart, or refuse with a suggestion."""
        start = self._next
        words = []
        while self._tokens[self._next].kind == "word":
            words.append(self.word(expected))
            name = "_".join(words)
            longer = any(option.startswith(f"{name}_") for option in options)
            if name in options and not (longer and self._continues(name, options)):
                return name
        self._next = start
        tries = [did_you_mean("_".join(words[:length]), options) for length in (2, 1)]
        self.fail(expected, min(tries, key=lambda advice: not advice.startswith("did")))

    def _continues(self, name: str, options: tuple[str, ...]) -> bool:
        """Return whether the next word makes `name` the beginning of a longer option."""
        token = self._tokens[self._next]
        return token.kind == "word" and any(
            option == f"{name}_{token.text}" or option.startswith(f"{name}_{token.text}_")
            for option in options
        )

    def comparison(self) -> str:
        """Take one of `COMPARISONS`."""
        return self.accept(*COMPARISONS) or self.fail(
            "a comparison (" + ", ".join(COMPARISONS) + ")"
        )

    def number(self, expected: str = "a number") -> float:
        """Take a number; a following percent sign divides it by 100."""
        token = self._tokens[self._next]
        if token.kind != "number":
            self.fail(expected)
        self._next += 1
        return float(token.text) / 100 if self.accept("%") else float(token.text)

    def share(self, expected: str) -> float:
        """Take a number from 0 to 1, or a percentage."""
        start = self._next
        value = self.number(expected)
        if not 0 <= value <= 1:
            self._next = start
            self.fail(f"{expected}, from 0 to 1,")
        return value

    def whole(self, expected: str) -> int:
        """Take a whole number >= 1."""
        start = self._next
        value = self.number(expected)
        if value < 1 or value != int(value):
            self._next = start
            self.fail(f"{expected}, a whole number >= 1,")
        return int(value)

    def end(self) -> None:
        """Refuse anything that is left over."""
        if self._tokens[self._next].kind != "end":
            self.fail("the end")
