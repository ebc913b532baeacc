"""vLLM's API server, started so that it cannot outlive the process that watches over it.

Runs inside vLLM's environment: `python serve.py VLLM-OPTIONS`. The `vllm` command is not used, as the build for CPUs
lacks the package metadata which it reads. This folder is the first on the path, which is where vLLM finds the door.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""`linux/prctl.h`: the signal this process gets when its parent ends."""


def main() -> None:
    """Serve until told to stop."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
            sys.exit("the supervisor ended before the server started")
    from vllm.entrypoints.launchers.api_server.entry import main as serve

    serve()


if __name__ == "__main__":
    main()
