"""The model: what each sub-model does and simplifies, read from the ODD, and the glossary."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

from ustyurt_models.report.content import Block, Bullets, Definitions, Paragraph, Section
from ustyurt_models.resources import models_dir

__all__ = ["chapter", "odd_simplifications"]

#: Headings under which the ODD says what is left out.
_MARK = re.compile(r"simplif|simple|not modelled", re.IGNORECASE)
_HEADING = re.compile(r"^(#+)\s+(.*)$")


def odd_simplifications(folder: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what the ODD says is simplified.

    Parameters
    ----------
    folder : Path
        Holds ``ODD*.md``. Lists and paragraphs under a heading such as "What is simplified"
        belong to the heading one level above it.

    Returns
    -------
    tuple of (str, tuple of str)
        Part of the model, and its simplifications in the words of the ODD.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("ODD*.md")):
        above: dict[int, str] = {}
        part = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            match = _HEADING.match(line)
            if match:
                level, title = len(match[1]), match[2].strip()
                parents = [above[upper] for upper in sorted(above) if upper < level]
                part = (parents or [title])[-1] if _MARK.search(title) else ""
                above = {k: v for k, v in above.items() if k < level} | {level: title}
            elif part and line.strip():
                _add_line(found.setdefault(part, []), line)
    return tuple((part, tuple(lines)) for part, lines in found.items())


def _add_line(lines: list[str], line: str) -> None:
    """Begin a statement at a list mark, else continue the last one."""
    text = line.strip().replace("**", "").replace("`", "")
    if text.startswith(("- ", "* ")) or not lines:
        lines.append(text.removeprefix("- ").removeprefix("* "))
    else:
        lines[-1] = f"{lines[-1]} {text}"


def _glossary() -> tuple[tuple[str, str], ...]:
    """Return the terms of the shipped glossary in alphabetical order."""
    file = files("ustyurt_models.report") / "texts" / "glossary.toml"
    terms = tomllib.loads(file.read_text(encoding="utf-8"))["en"]
    return tuple(sorted(terms.items(), key=lambda item: item[0].lower()))


def chapter() -> Section:
    """Return the chapter on the model and its words."""
    blocks: list[Block] = [
        Paragraph(
            "Every animal is simulated on a grid in seasonal steps: climate, management, movement, "
            "births, deaths, predation, condition, cheetah deaths, reproduction, dispersal, "
            "genetics, record, in this order. The full description follows the ODD protocol "
            "(Grimm et al. 2020) and ships as models/ODD.md."
        )
    ]
    simplified = tuple(
        Section(f"simplified-{number}", part, (Bullets(lines),))
        for number, (part, lines) in enumerate(odd_simplifications(models_dir()), 1)
    )
    parts = []
    if simplified:
        parts.append(Section("simplified", "What each sub-model simplifies", (), simplified))
    parts.append(Section("glossary", "Glossary", (Definitions(_glossary()),)))
    return Section("model", "The model in short", tuple(blocks), tuple(parts))
