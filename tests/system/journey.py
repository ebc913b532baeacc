"""Everything a user does, one after another, as a program: `python journey.py FOLDER`. Says `NAME ok` after each."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

_SECONDS = 300
QUESTION = "What are the common side effects of ibuprofen?"


def vademecum(*arguments: object) -> str:
    command = [sys.executable, "-m", "chatbot.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        sys.exit(f"{arguments[0]}: {done.stderr}")
    return done.stdout


@contextmanager
def serving(name: str, kb: Path):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "chatbot.cli", name, "--kb", str(kb), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + _SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                httpx.get(f"{url}/health", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False)
    finally:
        process.terminate()
        process.wait(120)


def chat(client: httpx.Client) -> None:
    """The page, its parts, and a question with its answer."""
    assert client.get("/").raise_for_status().text.count("<script nonce=") >= 3
    functions = client.get("/config").raise_for_status().json()["dependencies"]
    ask = next(one["id"] for one in functions if (len(one["inputs"]), len(one["outputs"])) == (5, 4))
    body = {"data": [None, QUESTION, "patient", False, None], "fn_index": ask, "session_hash": "journey"}
    client.post("/gradio_api/queue/join", json=body).raise_for_status()
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "journey"}) as reply:
        text = ""
        for line in reply.iter_lines():
            text += line
            if "close_stream" in line:
                break
    assert "vm-cite" in text, text[-2000:]


def main(folder: Path) -> None:
    kb = folder / "kb"
    starter = Path(os.environ["PYTHONPATH"].split(":")[-1]) / "knowledge_base" / "data" / "starter"
    papers = [starter / "monographs" / "ibuprofen.md", starter / "guidelines" / "hypoglycemia-on-the-ward.pdf"]
    vademecum("ingest", *papers, "--kb", kb)
    vademecum("kb", "info", "--kb", kb)
    print("ingest ok")
    assert json.loads(vademecum("ask", QUESTION, "--kb", kb, "--json"))["kind"] == "answer"
    assert json.loads(vademecum("search", "ibuprofen storage", "--kb", kb, "--json"))
    vademecum("doctor", "--kb", kb)
    print("ask ok")
    with serving("chat", kb) as client:
        chat(client)
    print("chat ok")
    with serving("serve", kb) as client:
        assert client.post("/ask", json={"question": QUESTION}).raise_for_status().json()["kind"] == "answer"
        client.post("/search", json={"query": "ibuprofen"}).raise_for_status()
        client.get("/openapi.json").raise_for_status()
    print("serve ok")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
