"""Addressed randomness: every stream is named by the study seed and a path, nothing is shared."""

import hashlib

import numpy as np

__all__ = ["generator", "stream_key"]


def _words(seed: int, path: tuple[str | int, ...]) -> tuple[int, ...]:
    """Four 32-bit words from the seed and the address."""
    text = "/".join([str(int(seed)), *(str(part) for part in path)])
    raw = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return tuple(int(word) for word in np.frombuffer(raw, dtype="<u4"))


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """Return a NumPy generator for work outside kernels, addressed by `path`.

    Parameters
    ----------
    seed : int
        The study seed.
    *path : str or int
        Address of the stream, e.g. ``("evidence", "sai_fec_ad")``.

    Returns
    -------
    numpy.random.Generator
        PCG64; the same address always gives the same stream. Taking more numbers
        never changes the first ones.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(_words(seed, path))))


def stream_key(seed: int, draw: int, replicate: int) -> np.uint64:
    """Return the 64-bit key of one replicate for the counter-based streams of the kernels.

    The scenario is not part of the key: two scenarios share weather and fates wherever
    their worlds agree.
    """
    low, high, *_ = _words(seed, ("replicate", draw, replicate))
    return np.uint64(low | (high << 32))
