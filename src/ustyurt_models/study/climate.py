"""Weather of the future."""

from typing import Literal

from ustyurt_models.study.block import Block

__all__ = ["Climate"]


class Climate(Block):
    """Where winters and droughts come from."""

    pathway: Literal["historical", "ssp126", "ssp245", "ssp585"] = "ssp245"
    """Emission pathway that sets trend and spread of the generated weather."""
    file: str = ""
    """Path of a CSV or NetCDF file with yearly anomalies, from the year before the study on."""
