"""What the report is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xarray as xr

from ustyurt_models.decide import Finding, Influence, SourceOfSpread
from ustyurt_models.evidence import Catalogue

__all__ = ["ReportInputs", "ResultInfluence", "StudyFacts", "SurveyResult"]


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
class ResultInfluence:
    """Which parameters move one result.

    Attributes
    ----------
    scenario, outcome : str
        Scenario, and the outcome as `decide.outcomes` names it.
    ranking : tuple of Influence
        Largest share first.
    """

    scenario: str
    outcome: str
    ranking: tuple[Influence, ...]


@dataclass(frozen=True)
class SurveyResult:
    """One fitted survey.

    Attributes
    ----------
    name, species, model : str
        Name in the study, species counted, statistical model.
    file : str
        Data file.
    status : str
        What the data are, as the file says: real, simulated, placeholder.
    overridden : bool
        Whether a failed diagnostics gate was accepted in the study file.
    tree : xarray.DataTree
        Posterior as the survey room writes it.
    """

    name: str
    species: str
    model: str
    file: str
    status: str
    overridden: bool
    tree: xr.DataTree = field(repr=False)

    @classmethod
    def of(cls, name: str, tree: xr.DataTree, overridden: bool = False) -> "SurveyResult":
        """Describe a posterior by what its file says about itself.

        Parameters
        ----------
        name : str
            Name of the survey in the study.
        tree : xarray.DataTree
            Posterior with the attributes that the survey room writes.
        overridden : bool
            Whether a failed diagnostics gate was accepted in the study file.
        """
        about = tree.attrs
        return cls(
            name=name,
            species=str(about.get("species", name)),
            model=str(about.get("model", "")),
            file=str(about.get("survey_file", "")),
            status=str(about.get("status", "not stated")),
            overridden=overridden,
            tree=tree,
        )


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
    summary : xarray.Dataset
        Quantiles by year, from `decide.summarise`.
    maps : xarray.Dataset
        Map sums, contracts.MAPS.
    land : xarray.Dataset
        Landscape, contracts.LAND.
    findings : tuple of Finding
        Criteria of every scenario.
    shares : tuple of SourceOfSpread
        Shares of uncertainty; may be empty.
    influence : tuple of ResultInfluence
        Parameters that move the results; may be empty.
    surveys : tuple of SurveyResult
        Fitted surveys; may be empty.
    catalogue : Catalogue
        Evidence.
    parameters_used : tuple of str
        Ids of the parameters that the run drew.
    provenance : mapping of str to object
        Versions, seeds, hashes; nested mappings become tables.
    map_warnings : tuple of str
        What to know of the maps of surveys that became habitat or places; may be empty.
    """

    output: Path
    study: StudyFacts
    results: xr.Dataset = field(repr=False)
    summary: xr.Dataset = field(repr=False)
    maps: xr.Dataset = field(repr=False)
    land: xr.Dataset = field(repr=False)
    findings: tuple[Finding, ...]
    shares: tuple[SourceOfSpread, ...]
    influence: tuple[ResultInfluence, ...]
    surveys: tuple[SurveyResult, ...]
    catalogue: Catalogue = field(repr=False)
    parameters_used: tuple[str, ...]
    provenance: Mapping[str, Any]
    map_warnings: tuple[str, ...] = ()
