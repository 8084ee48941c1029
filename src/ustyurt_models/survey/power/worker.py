"""How a worker process begins; imports nothing heavy, so that it is ready at once."""

import os
import threading
import time
from signal import SIG_IGN, SIGINT, signal

__all__ = ["start_worker"]

_LOOK_EVERY_S = 1.0


def start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, and do not outlive it.

    Parameters
    ----------
    parent : int
        Process that hands out the work.
    """
    signal(SIGINT, SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
