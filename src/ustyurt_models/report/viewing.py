"""Parts of a report in a notebook: one object that knows how to show itself."""

from dataclasses import dataclass

import pandas as pd

from ustyurt_models.report.content import Block, Section, Table
from ustyurt_models.report.html import fragment
from ustyurt_models.report.tables import frame

__all__ = ["View", "as_frame", "view"]


@dataclass(frozen=True)
class View:
    """Something a notebook shows as HTML.

    Attributes
    ----------
    content : Section or Block
        What is shown.
    """

    content: Section | Block

    def _repr_html_(self) -> str:
        """Return the content as HTML, as IPython asks for it."""
        return fragment(self.content)


def view(content: Section | Block) -> View:
    """Return `content` in a form that notebooks display.

    Parameters
    ----------
    content : Section or Block
        A chapter, figure, table or paragraph of the content model.
    """
    return View(content)


def as_frame(table: Table) -> pd.DataFrame:
    """Return a table of the content model with unrounded values."""
    return frame(table)
