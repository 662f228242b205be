#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""A client for servers that speak OpenAI's HTTP interface, with nothing but Python's standard library.

vLLM on Tenstorrent cards speaks it, tt-inference-server's media server does for its part, and so does
tt-api-server-direct.py. The package `openai` works with all of them too; this file is for machines that lack it.

The key comes from the environment, or for a server of this machine from `~/tt-scratchpad/server.env`, and goes nowhere
else: redirects are not followed.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import math
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

INPUT = 2
MISSING = 3
KEYS = ("VLLM_API_KEY", "API_KEY")


class Problem(Exception):
    """Something that ends the program with words in place of a traceback."""

    def __init__(self, what: str, then: str, code: int = MISSING, status: int = 0) -> None:
        super().__init__(what)
        self.what, self.then, self.code, self.status = what, then, code, status


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to somewhere else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """No request follows."""


def number(kind: Callable[[str], float], least: float, most: float = math.inf) -> Callable[[str], float]:
    """For argparse: a number from `least` to `most`, so that a wrong one is refused before anything begins."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            name = "a whole number" if kind is int else "a number"
            limits = f"{least} or more" if most == math.inf else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"has to be {name}, {limits}, not {text}")
        return value

    return read


def some_text(text: str) -> str:
    """For argparse: a text that is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("has to hold a word")
    return text


TOKENS = number(int, 1)
# OpenAI's own limits.
TEMPERATURE = number(float, 0, 2)
# A socket takes no wait below 0, and with 0 it does not wait at all.
SECONDS = number(float, 0.1, 86400)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every client has."""
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the server (default: %(default)s)")
    parser.add_argument("--model", help="name of the model (default: the first one that the server has)")
    parser.add_argument("--key-from", help=f"environment variable with the key (default: {' or '.join(KEYS)})")
    parser.add_argument("--timeout", type=SECONDS, default=300.0, help="seconds to wait for data (default: 300)")
    parser.add_argument("--dry-run", action="store_true", help="print as JSON what would be sent, and send nothing")


class Server:
    """A server that speaks OpenAI's interface."""

    def __init__(self, options: argparse.Namespace) -> None:
        try:
            parts = urlsplit(options.url)
            # Asking for the port is what checks it.
            wrong = parts.scheme not in ("http", "https") or parts.port == 0
        except ValueError:
            wrong = True
        if wrong or not parts.hostname or parts.username or parts.query:
            raise Problem("that URL is no address of a server", "say for example http://127.0.0.1:8000", INPUT)
        self.url = options.url.rstrip("/").removesuffix("/v1")
        self.wanted: str | None = options.model
        self.timeout: float = options.timeout
        self.here = is_here(parts.hostname)
        self.key = find_key(options.key_from, self.here)
        handlers: list[urllib.request.BaseHandler] = [NoRedirect()]
        if self.here:
            # A proxy cannot reach the server of this machine.
            handlers.append(urllib.request.ProxyHandler({}))
        self.opener = urllib.request.build_opener(*handlers)

    def request(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Sends a request and gives the open answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"Content-Type": "application/json"})
        if self.key:
            request.add_unredirected_header("Authorization", f"Bearer {self.key}")
        try:
            return self.opener.open(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            with error:
                said = words_of(error.read(1 << 16))
            then = "set the key in the environment" if error.code in (401, 403) else "look at the server's own output"
            raise Problem(f"{self.url}{path} answers {error.code}: {said}", then, 1, error.code) from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):
                then = "look at the server's own output, or wait longer with --timeout"
                raise Problem(f"no answer from {self.url} within {self.timeout:g} s", then) from None
            raise Problem(
                f"no answer from {self.url}: {reason}", "start a server, for example with `tt-jukebox serve MODEL`"
            ) from None

    def json(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A whole answer."""
        with self.request(path, body) as answer:
            try:
                found = json.loads(answer.read())
            except (ValueError, OSError, HTTPException) as error:
                raise Problem(f"{self.url}{path} answers no JSON: {error}", "check the address", 1) from None
        if not isinstance(found, dict):
            raise Problem(f"{self.url}{path} answers no JSON object", "check the address", 1)
        return found

    def events(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The events of a streamed answer."""
        with self.request(path, body) as answer:
            try:
                for line in answer:
                    text = line.decode("utf-8", "replace").strip()
                    if text == "data: [DONE]":
                        return
                    if text.startswith("data:"):
                        event = json.loads(text[5:])
                        if "error" in event:
                            raise Problem(words_of(text[5:].encode()), "look at the server's own output", 1)
                        yield event
            except (ValueError, OSError, HTTPException) as error:
                raise Problem(f"the answer broke off: {error}", "look at the server's own output", 1) from None
        raise Problem("the answer broke off before its end", "look at the server's own output", 1)

    def model(self) -> str:
        """The model to ask."""
        if self.wanted is None:
            rows = self.json("/v1/models").get("data") or []
            if not rows:
                raise Problem(f"{self.url} has no model", "name one with --model")
            self.wanted = str(rows[0]["id"])
        return self.wanted

    def chat(self, messages: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """One answer: the message of the model."""
        found = self.json("/v1/chat/completions", {"model": self.model(), "messages": messages, **options})
        try:
            message = found["choices"][0]["message"]
        except (KeyError, IndexError, TypeError):
            raise Problem("the answer holds no message", "check that the server serves a chat model", 1) from None
        return dict(message)

    def chat_stream(self, messages: list[dict[str, Any]], **options: Any) -> Iterator[str]:
        """One answer, piece by piece."""
        body = {"model": self.model(), "messages": messages, "stream": True, **options}
        for event in self.events("/v1/chat/completions", body):
            for choice in event.get("choices") or []:
                piece = (choice.get("delta") or {}).get("content")
                if piece:
                    yield piece

    def plan(self) -> dict[str, Any]:
        """What a dry run tells of the server; the key itself is nobody's business."""
        return {"url": self.url, "model": self.wanted or "the first one of /v1/models", "key": bool(self.key)}


def check_place(path: Path) -> None:
    """Whether a file can be written there: asked before the work, so that its result is not lost."""
    folder = path.parent
    if not path.name:
        raise Problem(f"{path} is no name for a file", "add one", INPUT)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Problem(f"there is no folder {folder} that you may write into", "make it, or choose another", INPUT)


def is_here(host: str) -> bool:
    """Whether a host name means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def find_key(variable: str | None, here: bool) -> str | None:
    """The key, from the environment or the file that tt-jukebox keeps for servers of this machine."""
    if variable:
        if not os.environ.get(variable):
            raise Problem(f"the environment has no {variable}", f"set {variable}, or leave --key-from out", INPUT)
        return os.environ[variable]
    for name in KEYS:
        if os.environ.get(name):
            return os.environ[name]
    if not here:
        return None
    try:
        text = Path("~/tt-scratchpad/server.env").expanduser().read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    found = [line.partition("=")[2] for line in text.splitlines() if line.startswith("VLLM_API_KEY=")]
    return found[0] if found and found[0] else None


def words_of(body: bytes) -> str:
    """What a refusal says."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found: Any = json.loads(text)
    except ValueError:
        return text[:300] or "nothing"
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    return (found if isinstance(found, str) else json.dumps(found))[:300]


def fail(program: str, problem: Problem) -> int:
    """Says what is wrong and what to do, and gives the exit code."""
    print(f"{program}: {problem.what}\n  next: {problem.then}", file=sys.stderr)
    return problem.code


if __name__ == "__main__":
    print("This file is used by the clients beside it, for example tt-openai-client.py.")
