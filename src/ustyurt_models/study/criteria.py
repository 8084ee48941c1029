"""Criteria of success: the little language, and what a sentence in it means.

Forms (years count from the start of the study, 1..years)::

    P(cheetah > 0 in year 50) >= 0.95
    P(goitered_gazelle below start in year 30) <= 0.1
    P(prey_biomass_kg_per_km2 >= 15 in core in year 10) >= 0.8
    P(extinct by year 50) <= 0.05
    gene_diversity in year 50 >= 0.90 of founders
"""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from ustyurt_models.study.grammar import Reader
from ustyurt_models.study.quantities import refuse

__all__ = ["STATISTICS", "ZONES", "Criterion", "parse_criterion"]

#: What a criterion or a gate may speak of, besides the number of any prey species of the study.
STATISTICS = {
    "cheetah": "cheetahs alive, all ages",
    "adult_females": "female cheetahs of breeding age",
    "gene_diversity": "1 - mean kinship of living cheetahs",
    "mean_inbreeding": "mean inbreeding coefficient F of living cheetahs",
    "founder_genomes": "founder genome equivalents of living cheetahs",
    "expected_heterozygosity": "expected heterozygosity at neutral loci of living cheetahs",
    "observed_heterozygosity": "share of neutral loci at which living cheetahs are heterozygous",
    "alleles_per_locus": "alleles per neutral locus that living cheetahs carry",
    "occupied_cells": "cells inside at least one cheetah home range",
    "livestock_killed": "livestock killed by cheetahs in the year, sheep units",
    "money_spent": "money spent in the year, in the currency of the study",
    "prey_biomass_kg_per_km2": "prey biomass density in a zone",
}
#: Parts of the study area that a sentence may name.
ZONES = ("region", "core")

_FORM = "P(cheetah > 0 in year 50) >= 0.95"


@dataclass(frozen=True)
class Criterion:
    """One condition on the future, and the probability it must have.

    Attributes
    ----------
    name : str
        Key in the study file.
    text : str
        The sentence as written.
    statistic : str
        A key of `STATISTICS` or a prey species.
    comparison : str
        How `statistic` is compared: one of ``>= <= == != > <``.
    threshold : float
        With what: a number, or a multiple of the value named by `of`.
    of : {"", "start", "founders"}
        ``""``: `threshold` is absolute; ``"start"``: times the value at the start of the
        study; ``"founders"``: times the value among the founders once released.
    period : {"in", "by", "until"}
        When the comparison must hold: at the end of `year`, at the end of any year up to it,
        or at the end of every year up to it.
    year : int
        Years since the start of the study, 1..years.
    zone : {"region", "core"}
        Where, for statistics that differ by zone.
    judged : {"probability", "mean"}
        Whether the share of futures in which the condition holds is judged, or the condition
        on the mean over futures.
    probability_comparison : str
        How that share is compared; ``""`` when `judged` is ``"mean"``.
    probability : float or None
        With what; ``None`` when `judged` is ``"mean"``.
    """

    name: str
    text: str
    statistic: str
    comparison: str
    threshold: float
    of: Literal["", "start", "founders"] = ""
    period: Literal["in", "by", "until"] = "in"
    year: int = 1
    zone: Literal["region", "core"] = "region"
    judged: Literal["probability", "mean"] = "probability"
    probability_comparison: str = ""
    probability: float | None = None

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read the sentence, keep its meaning, write the sentence again in JSON."""
        return core_schema.no_info_plain_validator_function(
            _read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda criterion: criterion.text,
                return_schema=core_schema.str_schema(),
                when_used="json",
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the sentence for editors."""
        return {"type": "string", "description": f"a criterion such as {_FORM!r}"}


def _read(value: object) -> Criterion:
    """Read a criterion whose name is not known yet."""
    if isinstance(value, Criterion):
        return value
    if not isinstance(value, str):
        raise refuse(f"must be a sentence such as {_FORM!r}")
    return parse_criterion("", value)


def parse_criterion(name: str, text: str) -> Criterion:
    """Read one criterion.

    Parameters
    ----------
    name : str
        Its key in the study file.
    text : str
        The sentence.

    Returns
    -------
    Criterion
        Its meaning. Whether `statistic` exists is checked where the species are known.

    Raises
    ------
    PydanticCustomError
        With position, what was expected there, and an example.
    """
    reader = Reader(text, _FORM)
    parts = _probability(reader) if reader.accept("P") else _mean(reader)
    reader.end()
    return Criterion(name, text, **parts)


def _probability(reader: Reader) -> dict[str, Any]:
    """Read ``(condition) >= p``."""
    reader.expect("(")
    parts = _extinction(reader)
    if parts is None:
        statistic = reader.word("a quantity such as 'cheetah'")
        parts = {"statistic": statistic, **_condition(reader), **_zone(reader)}
    parts |= _when(reader)
    reader.expect(")")
    parts["probability_comparison"] = reader.comparison()
    parts["probability"] = reader.share("a probability")
    return parts


def _extinction(reader: Reader) -> dict[str, Any] | None:
    """Read ``extinct``, which is short for ``cheetah == 0``."""
    if not reader.accept("extinct"):
        return None
    return {"statistic": "cheetah", "comparison": "==", "threshold": 0.0}


def _mean(reader: Reader) -> dict[str, Any]:
    """Read ``quantity in year n >= x of founders``."""
    statistic = reader.word("'P(' or a quantity such as 'gene_diversity'")
    return {
        "statistic": statistic,
        "judged": "mean",
        **_zone(reader),
        **_when(reader),
        **_condition(reader),
    }


def _condition(reader: Reader) -> dict[str, Any]:
    """Read ``>= 20``, ``>= 0.9 of founders``, ``below start``, ``above start`` or ``extinct``."""
    if reader.accept("extinct"):
        return {"comparison": "==", "threshold": 0.0}
    side = reader.accept("below", "above")
    if side:
        return {
            "comparison": "<" if side == "below" else ">",
            "threshold": 1.0,
            "of": reader.expect("start", "founders"),
        }
    parts: dict[str, Any] = {"comparison": reader.comparison(), "threshold": reader.number()}
    if reader.accept("of"):
        parts["of"] = reader.expect("start", "founders")
    return parts


def _zone(reader: Reader) -> dict[str, Any]:
    """Read ``in core``, if it stands there; ``in year`` is left alone."""
    mark = reader.mark()
    if reader.accept("in"):
        zone = reader.accept(*ZONES)
        if zone:
            return {"zone": zone}
        if not reader.at("year"):
            reader.fail("'year' or a zone (" + ", ".join(ZONES) + ")")
        reader.back(mark)
    return {}


def _when(reader: Reader) -> dict[str, Any]:
    """Read ``in year 50``, ``by year 50`` or ``until year 50``."""
    period = reader.expect("in", "by", "until")
    reader.expect("year")
    return {"period": period, "year": reader.whole("the number of years since the start")}
