"""Individual-based projection: state, one kernel file per kind of event, one visible season.

Compiled kernels are cached on disk. Numba does not notice when a callee in another file
changes, so the cache folder is named after a hash of all kernel sources: any edit starts a
fresh cache.
"""

import os
from pathlib import Path

from numba import config

from ustyurt_models.provenance import digest_files

__all__ = ["kernel_cache_dir"]


def kernel_cache_dir() -> Path:
    """Return the folder for compiled kernels of exactly these sources."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ustyurt_models" / f"kernels-{digest_files(sources)}"


config.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or str(kernel_cache_dir())
