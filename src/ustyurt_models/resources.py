"""Where `models/` and `scenarios/` are: beside the sources in a checkout, inside the wheel else."""

from pathlib import Path

from ustyurt_models.checks import require

__all__ = ["models_dir", "scenarios_dir"]

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    """Return the checkout's folder `name`, or the copy that the wheel carries."""
    checkout = _PACKAGE.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    shipped = _PACKAGE / "_data" / name
    require(shipped.is_dir(), str(shipped), "the folder must exist", remedy="reinstall the package")
    return shipped


def models_dir() -> Path:
    """Return the folder with parameters, sources, species, landscape and the ODD."""
    return _folder("models")


def scenarios_dir() -> Path:
    """Return the folder with the studies that ship."""
    return _folder("scenarios")
