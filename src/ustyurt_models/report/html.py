"""The document as one HTML file without external resources."""

import base64
import re
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from ustyurt_models import __version__
from ustyurt_models.report import content
from ustyurt_models.report.tables import shown_cell
from ustyurt_models.report.templating import environment_of, template_text

__all__ = ["fragment", "to_html"]


def _data_uri(figure: content.Figure) -> str:
    """Return the smaller of the two forms of a figure as a data URI."""
    svg = figure.svg
    kind, picture = ("svg+xml", svg) if len(svg) <= 1.5 * len(figure.png) else ("png", figure.png)
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def _size(figure: content.Figure) -> tuple[int, int]:
    """Return width and height [CSS px] from the header of the SVG, given there in points."""
    header = figure.svg[:2000].decode("utf-8", "replace")
    found = re.search(r'<svg[^>]*?height="([\d.]+)pt"[^>]*?width="([\d.]+)pt"', header) or None
    if found:
        height, width = (float(value) for value in found.groups())
    else:
        width, height = (
            float(re.search(rf'{key}="([\d.]+)pt"', header)[1])  # type: ignore[index]
            for key in ("width", "height")
        )
    return round(width * 4 / 3), round(height * 4 / 3)


def _kind(block: content.Block) -> str:
    """Return the name of the macro that shows a block."""
    return type(block).__name__.lower()


@cache
def _environment() -> Environment:
    """Return the template environment; everything from outside is escaped."""
    return environment_of(
        {
            "cell": shown_cell,
            "uri": _data_uri,
            "size": _size,
            "kind": _kind,
        }
    )


def _numbers(document: content.Document) -> dict[str, int]:
    """Return the number of every figure and table, in reading order."""
    figures = enumerate(document.figures(), 1)
    tables = enumerate(document.tables(), 1)
    numbers = {f"figure {figure.name}": number for number, figure in figures}
    return numbers | {f"table {table.name}": number for number, table in tables}


def to_html(document: content.Document) -> str:
    """Return the document as a complete HTML page.

    Parameters
    ----------
    document : content.Document
        What to show.

    Returns
    -------
    str
        HTML with style and pictures inside; nothing is loaded from elsewhere.
    """
    template = _environment().get_template("report.html.j2")
    return template.render(
        document=document,
        numbers=_numbers(document),
        style=Markup(template_text("blocks.css") + template_text("report.css")),
        version=__version__,
    )


def fragment(part: content.Section | content.Block) -> str:
    """Return a section or block as HTML with its style, for a notebook.

    Parameters
    ----------
    part : content.Section or content.Block
        What to show; figures and tables are not numbered.
    """
    template = _environment().get_template("fragment.html.j2")
    return template.render(
        content=part,
        is_section=isinstance(part, content.Section),
        style=Markup(template_text("blocks.css")),
    )
