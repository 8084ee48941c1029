"""Prices: what events of the simulation cost, in the currency of the study."""

from typing import Annotated

from pydantic import Field

from ustyurt_models.study.block import Block

__all__ = ["Costs", "Money"]

Money = Annotated[float, Field(ge=0)]


class Costs(Block):
    """Prices of what happens; measures carry their own `cost_once` and `cost_per_year`."""

    currency: Annotated[str, Field(min_length=1)] = "USD"
    """Of all costs of the study, in prices of its first year; nothing is discounted."""
    every_year: Money = 0.0
    """Staff, monitoring and what else does not depend on events."""
    released_cheetah: Money = 0.0
    """Per cheetah set free: catching or breeding, transport, holding, collar."""
    translocated_prey: dict[str, Money] = Field(default_factory=dict)
    """Per animal brought in, by prey species."""
    livestock_killed: Money = 0.0
    """Compensation per sheep unit that cheetahs take."""
