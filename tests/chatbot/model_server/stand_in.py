"""Stands in for vLLM as a program: `stand_in.py PORT FOLDER`. Asks for the key, and has an engine process as vLLM does.

`FOLDER/broken` ends it while it starts, `FOLDER/deaf` keeps it from answering. It writes `FOLDER/engine` with the
engine's process id, and ends at once on `GET /crash`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/crash":
            sys.stderr.write("(EngineCore pid=1) ERROR 11-26 21:04:57 [core.py:1] RuntimeError: told to crash\n")
            sys.stderr.flush()
            os._exit(1)
        known = self.headers["Authorization"] == f"Bearer {os.environ['VLLM_API_KEY']}"
        self.send_response(200 if known else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def main(port: int, folder: Path) -> None:
    if (folder / "broken").exists():
        sys.exit("ValueError: no such architecture")
    engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (folder / "engine").write_text(str(engine.pid))
    if (folder / "deaf").exists():
        engine.wait()
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
