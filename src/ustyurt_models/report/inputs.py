"""What the report is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from ustyurt_models.evidence import Catalogue

__all__ = ["Finding", "ReportInputs", "StudyFacts", "SurveyResult", "VarianceShare"]


@dataclass(frozen=True)
class StudyFacts:
    """The study as it was run.

    Attributes
    ----------
    title : str
        Title of the study.
    path : str
        Study file, as the reader should name it in the commands.
    start : int
        First simulated year.
    years : int
        Length of the projection [yr].
    draws, replicates : int
        Parameter draws, and chance replicates per draw.
    seed : int
        Seed of the study.
    scenarios : mapping of str to dict
        Resolved form of every scenario, as JSON values.
    """

    title: str
    path: str
    start: int
    years: int
    draws: int
    replicates: int
    seed: int
    scenarios: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Finding:
    """One criterion judged in one scenario.

    Attributes
    ----------
    scenario, name, text : str
        Scenario, name of the criterion, and its sentence in the study file.
    light : {"green", "amber", "red", "grey"}
        Met, open, not met, not applicable.
    estimate : float
        Probability, or the mean for criteria on a mean.
    mc_error : float
        Monte-Carlo standard error of `estimate`.
    is_probability : bool
        Whether `estimate` is the share of futures in which the condition holds.
    rule : str
        The comparison that decided, in words.
    """

    scenario: str
    name: str
    text: str
    light: Literal["green", "amber", "red", "grey"]
    estimate: float
    mc_error: float
    is_probability: bool
    rule: str


@dataclass(frozen=True)
class VarianceShare:
    """Share of the variance of one result from each source; the three add up to 1.

    Attributes
    ----------
    scenario, quantity : str
        Scenario and what varies, with its year.
    survey, evidence, chance : float
        Shares, 0..1.
    """

    scenario: str
    quantity: str
    survey: float
    evidence: float
    chance: float


@dataclass(frozen=True)
class SurveyResult:
    """One fitted survey.

    Attributes
    ----------
    name, species, model : str
        Name in the study, species counted, statistical model.
    file : str
        Data file.
    status : {"real", "simulated", "placeholder"}
        What the data are.
    overridden : bool
        Whether a failed diagnostics gate was accepted in the study file.
    tree : xarray.DataTree
        Posterior as the survey room writes it.
    """

    name: str
    species: str
    model: str
    file: str
    status: Literal["real", "simulated", "placeholder"]
    overridden: bool
    tree: xr.DataTree = field(repr=False)


@dataclass(frozen=True)
class ReportInputs:
    """All that `build_report` needs; nothing is read from elsewhere.

    Attributes
    ----------
    output : pathlib.Path
        Folder that receives ``report.html``, ``tables/`` and ``figures/``.
    study : StudyFacts
        The study as run.
    results : xarray.Dataset
        Result cube, contracts.RESULTS.
    maps : xarray.Dataset
        Map sums, contracts.MAPS.
    land : xarray.Dataset
        Landscape, contracts.LAND.
    findings : tuple of Finding
        Criteria of every scenario.
    shares : tuple of VarianceShare
        Shares of uncertainty; may be empty.
    surveys : tuple of SurveyResult
        Fitted surveys; may be empty.
    catalogue : Catalogue
        Evidence.
    parameters_used : tuple of str
        Ids of the parameters that the run drew.
    influence : mapping of str to float
        Influence of a parameter on the first criterion, 0..1 (rank correlation squared or a
        sensitivity index); may be empty.
    provenance : mapping of str to object
        Versions, seeds, hashes; nested mappings become tables.
    """

    output: Path
    study: StudyFacts
    results: xr.Dataset = field(repr=False)
    maps: xr.Dataset = field(repr=False)
    land: xr.Dataset = field(repr=False)
    findings: tuple[Finding, ...]
    shares: tuple[VarianceShare, ...]
    surveys: tuple[SurveyResult, ...]
    catalogue: Catalogue = field(repr=False)
    parameters_used: tuple[str, ...]
    provenance: Mapping[str, Any]
    influence: Mapping[str, float] = field(default_factory=dict)
