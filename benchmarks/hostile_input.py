"""Study files that are wrong in every way we could think of, for `faults.py`."""

from collections.abc import Iterator
from pathlib import Path

from ustyurt_models.resources import scenarios_dir

_DEMO = scenarios_dir() / "demo.toml"
_SURVEY = scenarios_dir() / "surveys" / "gazelle_transects.csv"
_BASE = f'extends = "{_DEMO.resolve()}"\n'

#: Name of the fault -> study file, given as text or bytes.
_STUDIES: dict[str, str | bytes] = {
    "empty file": "",
    "no TOML at all": "this is not TOML {{{",
    "binary": bytes(range(256)) * 50,
    "Windows-1251 text": 'title = "Сайгак"\n'.encode("cp1251"),
    "byte zero": b'title = "a\x00b"\n',
    "unknown key": _BASE + "drwas = 5\n",
    "text for a number": _BASE + 'draws = "many"\n',
    "negative draws": _BASE + "draws = -3\n",
    "zero replicates": _BASE + "replicates = 0\n",
    "infinite years": _BASE + "years = inf\n",
    "astronomic draws": _BASE + "draws = 1000000000000000000000\n",
    "wrong unit": _BASE + '[survey.goitered_gazelle]\ntruncation = "800 kg"\n',
    "missing survey file": _BASE + '[survey.goitered_gazelle]\nfile = "nowhere.csv"\n',
    "survey file is a folder": _BASE + '[survey.goitered_gazelle]\nfile = "/"\n',
    "missing landscape": _BASE + '[area]\nlandscape = "atlantis.nc"\n',
    "release outside the years": _BASE + '[[release]]\nname = "south_chinks"\nwhen = 2190\n',
    "unknown site": _BASE + '[[release]]\nname = "south_chinks"\nsite = "moon"\n',
    "criterion that is code": _BASE + "[criteria]\nx = \"__import__('os').getcwd()\"\n",
    "criterion outside the years": _BASE + '[criteria]\nx = "P(cheetah > 0 in year 900) >= 0.9"\n',
    "probability above one": _BASE + '[criteria]\nx = "P(cheetah > 0 in year 3) >= 95"\n',
    "parameter without source": _BASE + '[prey.saiga]\nstart = "evidence:no_such_row"\n',
    "unknown species": _BASE + "[prey.unicorn]\nstart = 5\n",
    "extends itself": 'extends = "self.toml"\n',
    "extends nothing": 'extends = "nowhere.toml"\n',
    "thousandfold nesting": "a = " + "[" * 5000 + "]" * 5000 + "\n",
    "sweep of a million scenarios": _BASE
    + f'[sweep]\n"years" = {list(range(1, 1001))}\n"replicates" = {list(range(1, 1001))}\n',
}


def hostile_studies(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write the studies into `folder`; yield the name of the fault and the file."""
    for name, content in _STUDIES.items():
        path = folder / ("self.toml" if name == "extends itself" else f"{len(name)}-{name}.toml")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield name, path
    yield from _hostile_surveys(folder)
    yield "study that is a folder", folder
    yield "study that does not exist", folder / "nowhere.toml"
    loop = folder / "loop.toml"
    loop.symlink_to(loop)
    yield "link to itself", loop


def _hostile_surveys(folder: Path) -> Iterator[tuple[str, Path]]:
    """Spoil the example survey in one place each."""
    text = _SURVEY.read_text(encoding="utf-8")
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line and not line.startswith("#"))
    names = lines[start].split(",")
    distance = next(i for i, name in enumerate(names) if "distance" in name.lower())
    effort = next(i for i, name in enumerate(names) if "effort" in name.lower())
    # The first row with a detection.
    row = next(i for i in range(start + 1, len(lines)) if lines[i].split(",")[distance])

    def spoiled(column: int, value: str) -> bytes:
        cells = lines[row].split(",")
        cells[column] = value
        return "\n".join([*lines[:row], ",".join(cells), *lines[row + 1 :]]).encode()

    surveys = {
        "negative distance": spoiled(distance, "-50"),
        "text in a number column": spoiled(distance, "far"),
        "missing effort": spoiled(effort, ""),
        "infinite distance": spoiled(distance, "inf"),
        "no rows": "\n".join(lines[: start + 1]).encode(),
        "no such columns": b"a,b\n1,2\n",
        "empty": b"",
        "binary": bytes(range(256)) * 20,
        "letters of two readings": spoiled(0, "Düne").decode().encode("cp1252"),
        "decimal comma between commas": _decimal_comma(lines, start),
    }
    for name, content in surveys.items():
        data = folder / f"survey {name}.csv"
        data.write_bytes(content)
        study = folder / f"survey {name}.toml"
        study.write_text(f'{_BASE}[survey.goitered_gazelle]\nfile = "{data}"\n')
        yield f"survey with {name}", study


def _decimal_comma(lines: list[str], start: int) -> bytes:
    """Write decimal commas into a table whose cells are separated by commas."""
    table = [line.replace(".", ",") for line in lines[start + 1 :]]
    return "\n".join([*lines[: start + 1], *table]).encode()
