"""What a part of a report holds, by kind."""

import synthetic_surveys as synthetic

from ustyurt_models.report.content import Figure, Note, Paragraph, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.tables import frame


def survey_of(model="line_transect", **nodes):
    return SurveyResult.of("gazelle", synthetic.tree_of(model, **nodes))


def tables(part):
    return [frame(block) for block in part.blocks if isinstance(block, Table)]


def figures(part):
    return {block.name: block for block in part.blocks if isinstance(block, Figure)}


def words(part):
    return " ".join(block.text for block in part.blocks if isinstance(block, Note | Paragraph))


def warnings(part):
    return [block.text for block in part.blocks if isinstance(block, Note)]
