import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ustyurt_models.seeds import generator, stream_key


@given(st.integers(0, 2**63), st.integers(1, 50))
def test_taking_more_numbers_never_changes_the_first(seed, n):
    short = generator(seed, "evidence", "x").random(n)
    long = generator(seed, "evidence", "x").random(n + 20)
    assert np.array_equal(short, long[:n])


def test_addresses_give_different_streams():
    assert generator(1, "a").random() != generator(1, "b").random()
    assert generator(1, "a", 2).random() != generator(2, "a", 2).random()


def test_stream_keys_differ_between_draws_and_replicates():
    keys = {int(stream_key(5, draw, replicate)) for draw in range(50) for replicate in range(50)}
    assert len(keys) == 2500
    assert stream_key(5, 3, 4) == stream_key(5, 3, 4)
