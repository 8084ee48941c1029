"""Whatever a file holds: it is read, or refused in words; it never crashes."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ustyurt_models.checks import InputError
from ustyurt_models.report.quality import quality_page
from ustyurt_models.survey.quality.assess import assess_file
from ustyurt_models.survey.read.transects import read_survey

HEADS = {
    "flat": "Region.Label,Area,Sample.Label,Effort,distance,size,object,wind",
    "radial": "region,area,transect,effort,radial_distance,angle,object,wind",
    "classes": "region,area,transect,effort,distbegin,distend,distance,object",
    "wide": "site,n_0_10,n_10_30,n_30_60,longitude,latitude,date,size",
    "places": "region,transect,effort,distance,longitude,latitude,date,year",
    "observers": "region,transect,effort,distance,object,observer,detected,size",
    "strips": "stratum,area,strip,length,width,count,object,wind",
}
UNITS = "# units: distance=m, effort=km, area=km2, angle=degrees, length=km, width=m\n"
NUMBERS = ["0", "1", "2", "5", "10", "30", "100", "0.5", "-1", "1e3", "43.2", "55.1", "190"]
ODD = ["NaN", "NA", "1e400", "inf", "-0", "1_0", "1,5", "\u0661", "", '"', "a" * 300]
WORDS = [
    "x",
    "2026-05-31",
    "31/02/2026",
    "05/06/2026",
    "Aliya",
    "\u0430\u043b\u0438",
    "=1+1",
    "<b>",
]
CELLS = st.sampled_from([*NUMBERS, *ODD, *WORDS])


def tables(width: int):
    return st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=14)


@pytest.mark.parametrize("form", HEADS)
@pytest.mark.parametrize("kind", ["line", "point"])
@given(data=st.data())
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_table_is_read_or_refused(tmp_path, form, kind, data):
    head = HEADS[form]
    separator = data.draw(st.sampled_from([",", ";", "\t"]))
    rows = data.draw(tables(head.count(",") + 1))
    text = UNITS + head.replace(",", separator) + "\n"
    text += "\n".join(separator.join(row) for row in rows)
    path = tmp_path / "survey.csv"
    path.write_bytes(text.encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))))
    try:
        quality = assess_file(path, kind=kind)
    except InputError:
        return
    page = quality_page(quality)
    assert "<b>" not in page
    assert "nan" not in page
    if form != "strips":
        survey = read_survey(path, kind=kind)
        assert np.isfinite(survey.distance_m).all()
        assert (survey.distance_m >= 0).all()
        assert (survey.effort > 0).all()
        assert (survey.size >= 1).all()
        assert np.unique(survey.detection_transect).size <= len(survey.transect)
        assert all(len(values) == survey.distance_m.size for values in survey.covariates.values())


@given(raw=st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(tmp_path, raw):
    path = tmp_path / "survey.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError):
        read_survey(path)


@given(cut=st.integers(0, 600), turned=st.integers(0, 599))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_zip_is_refused(tmp_path, cut, turned):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("samples.csv", "Sample.Label,Effort\n1,10\n2,8\n" * 3)
        archive.writestr("seen.csv", "object,distance,Sample.Label\n1,30,1\n2,50,1\n")
    raw = bytearray(memory.getvalue())
    raw[turned % len(raw)] ^= 0x55
    path = tmp_path / "survey.zip"
    path.write_bytes(bytes(raw[: max(cut, 4)]))
    with pytest.raises(InputError):
        read_survey(path, {"distance": "m", "effort": "km"})
