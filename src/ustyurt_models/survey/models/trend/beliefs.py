"""What a trend is told: beliefs named by the survey file, replaced by those of the study."""

from dataclasses import dataclass

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys.trend import CountMethod, Stated, Trend
from ustyurt_models.survey.beliefs import belief_from
from ustyurt_models.survey.models.trend.settings import MethodBelief, TrendSettings, folded
from ustyurt_models.survey.settings import Belief

__all__ = ["Words", "read_changes", "read_years", "trend_settings"]

_NEEDED = ("detection", "observation_cv", "process_sd", "growth_ceiling", "loss")
_INDEX = "index"
_THETA = "pre_theta"  # row of models/parameters.csv that the simulation uses too


def read_years(text: str) -> tuple[int, ...]:
    """Read ``2004, 2015``."""
    return tuple(int(part) for part in text.split(",") if part.strip())


def read_changes(text: str) -> tuple[tuple[int, int], ...]:
    """Read ``2015-2022, 2024``: a gradual change and a step."""
    spans = (part.strip().split("-") for part in text.split(",") if part.strip())
    return tuple((int(span[0]), int(span[-1])) for span in spans)


@dataclass(frozen=True)
class Words:
    """What file and study say of beliefs.

    Attributes
    ----------
    header : dict of str to str
        Of the survey file: key to evidence row.
    catalogue : Catalogue
        Evidence.
    name : str
        Name of the survey file, for messages.
    """

    header: dict[str, str]
    catalogue: Catalogue
    name: str

    def belief(self, key: str, given: Stated | None = None) -> Belief | None:
        """Return a belief: the study's own, else that of the row the file names, else nothing."""
        if isinstance(given, tuple):
            low, value, high = given
            return Belief(value, low, high, "study file")
        id = given or self.header.get(key, "")
        return belief_from(self.catalogue, id, f"{self.name}: {key}") if id else None

    def compulsory(self, key: str, given: Stated | None = None) -> Belief:
        """Return a belief that must not be missing."""
        found = self.belief(key, given)
        advice = f"write '# {key}: <id>' above the table, or beliefs.{key} in the study file"
        require(
            found is not None, self.name, f"must name the evidence row for {key!r}", None, advice
        )
        assert found is not None
        return found


def _methods(words: Words, spec: Trend) -> dict[str, MethodBelief]:
    """Return the ways of counting that file or study say something of, by folded name.

    The file says ``# detection of ground: <id>`` and ``# observation_cv of ground: <id>``.
    """
    starts = ("detection_of_", "observation_cv_of_")
    said = [k.removeprefix(start) for start in starts for k in words.header if k.startswith(start)]
    own = {folded(name): method for name, method in spec.methods.items()}
    found = {}
    for name in dict.fromkeys([*said, *own]):
        method = own.get(name, CountMethod())
        seen = method.detection or words.header.get(f"detection_of_{name}") or None
        is_index = seen == _INDEX
        general = words.compulsory("detection", spec.beliefs.get("detection"))
        share = None if is_index else words.belief("detection", seen) if seen else general
        cv = words.belief(f"observation_cv_of_{name}", method.cv)
        found[name] = MethodBelief(share, cv)
    return found


def trend_settings(
    spec: Trend, header: dict[str, str], catalogue: Catalogue | None, name: str
) -> TrendSettings:
    """Return the settings of a trend analysis.

    Parameters
    ----------
    spec : Trend
        Block of the study file; ``detection_shifts`` replaces the file's own.
    header : dict of str to str
        Header of the survey file, which names the evidence rows of the priors.
    catalogue : Catalogue or None
        Evidence; a trend cannot be fitted without.
    name : str
        Name of the survey file, for messages.

    Returns
    -------
    TrendSettings
        Priors and the years of change.

    Raises
    ------
    InputError
        When the header lacks an evidence row or has unreadable years.
    """
    require(catalogue is not None, name, "needs the evidence catalogue for its priors")
    assert catalogue is not None
    words, own = Words(header, catalogue, name), spec.beliefs
    _need(words, spec)
    try:
        periods = read_years(header.get("periods", ""))
        changes = read_changes(header.get("detection_change", ""))
        area = float(header.get("area_km2", "1"))
    except ValueError as error:
        require(False, name, f"must have whole years and a number for the area ({error})")
        raise
    shifts = spec.detection_shifts
    open_ = "immigration" in header or "immigration" in own
    return TrendSettings(
        growth_ceiling=words.compulsory("growth_ceiling", own.get("growth_ceiling")),
        loss=_losses(words, len(periods) + 1),
        detection=words.compulsory("detection", own.get("detection")),
        observation_cv=words.compulsory("observation_cv", own.get("observation_cv")),
        process_sd=words.compulsory("process_sd", own.get("process_sd")),
        immigration=(
            words.belief("immigration", own.get("immigration"))
            if open_ and spec.immigration
            else None
        ),
        capacity=words.belief("capacity", own.get("capacity")),
        periods=periods,
        detection_changes=tuple((year, year) for year in shifts) or changes,
        stratum=header.get("stratum", "all"),
        area_km2=area,
        growth=spec.growth,
        process=spec.process,
        theta=_theta(words, spec),
        full_growth_at=spec.full_growth_at,
        methods=_methods(words, spec),
    )


def _need(words: Words, spec: Trend) -> None:
    """Refuse a file that leaves a belief open, with all that it lacks at once."""
    faults = Faults()
    needed = [*_NEEDED, *(["capacity"] if spec.growth != "exponential" else [])]
    for key in needed:
        if key not in words.header and key not in spec.beliefs:
            advice = (
                f"write '# {key}: <id>' above the table, an id of models/parameters.csv, or "
                f"beliefs.{key} in the study file"
            )
            faults.add(words.name, f"must name the evidence row for {key!r}", None, advice)
    faults.raise_if_any()


def _losses(words: Words, periods: int) -> tuple[Belief, ...]:
    """Return the loss of every period."""
    where = f"{words.name}: loss"
    ids = [id.strip() for id in words.header["loss"].split(",")]
    require(
        len(ids) == periods, where, f"must name one evidence row for each of {periods} periods", ids
    )
    return tuple(belief_from(words.catalogue, id, where) for id in ids)


def _theta(words: Words, spec: Trend) -> Belief | None:
    """Return the power of the theta-Ricker: own, the file's, or that of large mammals."""
    if spec.growth != "theta_ricker":
        return None
    named = words.belief("theta", spec.beliefs.get("theta"))
    return named or belief_from(words.catalogue, _THETA, f"{words.name}: theta")
