"""The resolved study: every setting spelled out, written next to the results."""

import json
import os
from pathlib import Path

from ustyurt_models.study.load import Study

__all__ = ["RESOLVED_NAME", "write_resolved"]

RESOLVED_NAME = "study.resolved.json"


def write_resolved(study: Study, folder: Path) -> Path:
    """Write all scenarios of a study with all defaults, so that it can be read again.

    Parameters
    ----------
    study : Study
        What was run.
    folder : Path
        Results folder; made if it is not there.

    Returns
    -------
    Path
        The file; `load.load_study` reads it and gives equal scenarios.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "study": study.path.name,
        "folder": Path(os.path.relpath(study.folder.resolve(), folder.resolve())).as_posix(),
        "title": study.title,
        "digest": study.digest,
        "scenarios": [scenario.model_dump(mode="json") for scenario in study.scenarios],
    }
    file = folder / RESOLVED_NAME
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(file)
    return file
