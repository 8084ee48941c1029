"""What a scenario becomes before it is simulated."""

from ustyurt_models.bridge.assemble import schedule_of
from ustyurt_models.study.engine import EVENTS, Engine, Processes


def names(engine, **switches):
    return [EVENTS[code] for code in schedule_of(engine, Processes(**switches))]


def test_events_happen_in_the_order_of_the_study():
    order = ("prey_deaths", "births", "ageing", "record")
    assert names(Engine()) == list(EVENTS)
    assert names(Engine(order=order)) == list(order)


def test_without_predation_nobody_hunts():
    assert names(Engine(), predation=False) == [name for name in EVENTS if name != "predation"]
