"""Where pages of data quality go: beside a study's results, or into the folder at hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ustyurt_models.checks import require
from ustyurt_models.report.cameras import write_camera_page
from ustyurt_models.report.quality import write_quality_page
from ustyurt_models.study.load import Study
from ustyurt_models.study.surveys import SiteBlock, SurveyBlock
from ustyurt_models.survey.check import kind_of_block
from ustyurt_models.survey.quality.assess import assess_file
from ustyurt_models.survey.quality.cameras import assess_cameras
from ustyurt_models.survey.quality.tables import assess_other, other_survey, page_of_tables
from ustyurt_models.survey.read.camtrap.package import read_camtrap
from ustyurt_models.survey.read.camtrap.source import is_package
from ustyurt_models.survey.read.sources import read_source

__all__ = ["QualityPages"]

_FOLDER = "check"


@dataclass
class QualityPages:
    """Writes a page per survey that was checked.

    Attributes
    ----------
    page : Path or None
        Where the page of a single data file goes; ``check/<name>.html`` unless given.
    """

    page: Path | None = None
    _written: set[Path] = field(default_factory=set)

    def of_survey(self, name: str, survey: SurveyBlock, study: Study) -> str:
        """Write the page of a survey of a study; say where it is.

        Parameters
        ----------
        name : str
            Name of the survey in the study.
        survey : SurveyBlock
            Its block.
        study : Study
            The study, whose results folder takes the page.
        """
        if not survey.file:
            return ""
        path = study.folder / survey.file
        target = study.results_folder / _FOLDER / f"{name}.html"
        if is_package(path):
            return self._cameras(path, target)
        patrols = getattr(survey, "patrols", None) is not None
        if patrols or isinstance(survey, SiteBlock):
            form = "SMART patrols" if patrols else "visits to sites"
            quality = page_of_tables(
                read_source(path, survey.encoding), form, (f"data of survey {name}",)
            )
            return self._write(partial(write_quality_page, quality), target)
        kind = kind_of_block(survey)
        quality = assess_file(path, survey.units, survey.encoding, kind)
        return self._write(partial(write_quality_page, quality), target)

    def of_file(self, path: Path) -> str:
        """Write the page of a data file; say where it is.

        Parameters
        ----------
        path : Path
            The file, folder or zip.
        """
        target = self.page or Path(_FOLDER) / f"{path.stem}.html"
        if is_package(path):
            return self._cameras(path, target)
        other = other_survey(path)
        quality = assess_file(path) if other is None else assess_other(other)
        return self._write(partial(write_quality_page, quality), target)

    def _cameras(self, path: Path, target: Path) -> str:
        """Write the page of a package of camera traps."""
        quality = assess_cameras(read_camtrap(path))
        return self._write(partial(write_camera_page, quality), target)

    def _write(self, write: Callable[[Path], Path], wanted: Path) -> str:
        """Write one page; two pages of one name stand beside each other."""
        target, number = wanted, 1
        while target in self._written:
            number += 1
            target = wanted.with_stem(f"{wanted.stem}-{number}")
        self._written.add(target)
        try:
            write(target)
        except OSError as error:
            rule = "must be a place for the page of data quality that can be written"
            require(self.page is None, str(target), rule, error.strerror)
            return f"data quality: no page, {target.parent} cannot be written ({error.strerror})"
        return f"data quality: {target}"
