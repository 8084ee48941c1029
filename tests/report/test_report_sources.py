"""The table of source populations, with and without releases."""

from types import SimpleNamespace

import numpy as np
import xarray as xr

from ustyurt_models.contracts import NO_SOURCE
from ustyurt_models.report.chapters.sources import has_sources, source_blocks


def inputs(sources=("zoo",)):
    dims = ("scenario", "draw", "replicate", "year", "source")
    shape = (1, 2, 2, 3, len(sources))
    number = np.full(shape, 12)
    number[0, 0, 0, 2] = 0
    taken = np.zeros(shape, int)
    taken[:, :, :, 1] = 4
    values = {
        "source_number": number,
        "source_number_untouched": np.full(shape, 20),
        "source_taken": taken,
        "source_inbreeding": np.full(shape, 0.1),
        "source_inbreeding_untouched": np.full(shape, np.nan),
    }
    labels = {"scenario": ["plan"], "year": [2027, 2028, 2029], "source": list(sources)}
    data = xr.Dataset({name: (dims, value) for name, value in values.items()}, labels)
    return SimpleNamespace(results=data)


def test_a_source_is_shown_with_and_without_releases():
    _, table = source_blocks(inputs())
    (row,) = table.rows
    assert row[:3] == ("plan", "zoo", 4.0)
    assert row[3][0] == 12.0
    assert row[4] == (20.0, 20.0, 20.0)
    assert row[5:7] == (0.25, 0.0)
    assert row[7] == 0.1
    assert np.isnan(row[8])


def test_a_study_without_sources_has_no_table():
    assert has_sources(inputs())
    assert not has_sources(inputs(NO_SOURCE))
