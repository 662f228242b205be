#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""A small HTTP server around a model that stays loaded. For one person; vLLM serves many at once.

    GET  /health               whether the model is loaded
    GET  /v1/models            its name
    POST /chat                 {"prompt": "...", "max_tokens": 128, "temperature": 0}
    POST /v1/chat/completions  as OpenAI has it, also with "stream": true

It listens on 127.0.0.1. Any other address needs a key in the environment variable API_KEY, which clients then send as
`Authorization: Bearer ...`. Requests have to be JSON by their Content-Type, so that no web page can send one unseen.

Examples:
    python tt-api-server-direct.py --dry-run
    python tt-api-server-direct.py --model ~/models/Llama-3.1-8B-Instruct --port 8090
    curl -H 'Content-Type: application/json' -d '{"prompt": "Hello"}' http://127.0.0.1:8090/chat
"""

from __future__ import annotations

import argparse
import hmac
import ipaddress
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import tt_direct_model as direct

PROGRAM = "tt-api-server-direct"
LARGEST_BODY = 1 << 20


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=direct.PORT, default=8090, help="port; 0 takes a free one (default: 8090)")
    direct.add_arguments(parser)
    return parser.parse_args(argv)


def check_host(host: str) -> None:
    """An address that others can reach needs a key."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise direct.Problem(f"{host} is no address", "say for example --host 127.0.0.1", direct.INPUT) from None
    if not address.is_loopback and not os.environ.get("API_KEY"):
        raise direct.Problem(
            f"others could reach {host}, and there is no key", "set API_KEY in the environment", direct.INPUT
        )


class Refused(Exception):
    """A request that gets no answer of the model."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


def number(body: dict[str, Any], name: str, default: float, least: float, most: float) -> float:
    """A number of the request, within its limits."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise Refused(400, f"{name} has to be a number from {least} to {most}")
    return float(value)


class Handler(BaseHTTPRequestHandler):
    """Answers one request; the model answers one at a time."""

    model: direct.DirectModel
    turn = threading.Lock()
    timeout = 60

    def do_GET(self) -> None:
        """The state, and the name of the model."""
        if self.path == "/health":
            self.answer(200, {"status": "ready", "model": self.model.settings.model})
        elif not self.may_ask():
            self.answer(401, {"error": {"message": "the key is missing or wrong"}})
        elif self.path == "/v1/models":
            row = {"id": self.model.settings.model, "object": "model", "max_model_len": self.model.settings.max_seq_len}
            self.answer(200, {"object": "list", "data": [row]})
        else:
            self.answer(404, {"error": {"message": f"there is no {self.path}"}})

    def do_POST(self) -> None:
        """A question."""
        try:
            body = self.body()
            if self.path == "/chat":
                self.chat(body)
            elif self.path == "/v1/chat/completions":
                self.completion(body)
            else:
                raise Refused(404, f"there is no {self.path}")
        except Refused as refused:
            self.answer(refused.status, {"error": {"message": refused.why}})
        except direct.Problem as problem:
            self.answer(400, {"error": {"message": f"{problem.what}: {problem.then}"}})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def may_ask(self) -> bool:
        """Whether the request has the key, where there is one."""
        key = os.environ.get("API_KEY")
        said = self.headers.get("Authorization", "")
        return not key or hmac.compare_digest(said.encode(), f"Bearer {key}".encode())

    def body(self) -> dict[str, Any]:
        """The request, as far as it may be believed."""
        if not self.may_ask():
            raise Refused(401, "the key is missing or wrong")
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "the Content-Type has to be application/json")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise Refused(413, f"the body needs a length of at most {LARGEST_BODY} bytes")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            raise Refused(400, "the body is not JSON") from None
        if not isinstance(body, dict):
            raise Refused(400, "the body has to be a JSON object")
        return body

    def chat(self, body: dict[str, Any]) -> None:
        """The short form: a prompt, and figures with the answer."""
        prompt = body.get("prompt")
        if not isinstance(prompt, str) or not prompt.strip():
            raise Refused(400, "prompt has to be a text")
        limit = int(number(body, "max_tokens", 128, 1, 2048))
        warmth = number(body, "temperature", 0.0, 0.0, 2.0)
        started = time.monotonic()
        with self.turn:
            pieces = list(self.model.stream([{"role": "user", "content": prompt}], limit, warmth))
        seconds = time.monotonic() - started
        text = "".join(pieces)
        count = len(self.model.tokenizer.encode(text, add_special_tokens=False))
        figures = {"tokens_generated": count, "time_seconds": round(seconds, 3)}
        self.answer(200, {"response": text, **figures, "tokens_per_second": round(count / max(seconds, 1e-6), 2)})

    def completion(self, body: dict[str, Any]) -> None:
        """The form that OpenAI's clients speak."""
        messages = body.get("messages")
        if not isinstance(messages, list) or not all(
            isinstance(m, dict) and isinstance(m.get("role"), str) and isinstance(m.get("content"), str)
            for m in messages
        ):
            raise Refused(400, "messages has to be a list of {role, content}, both texts")
        limit = int(number(body, "max_tokens", 256, 1, self.model.settings.max_seq_len))
        warmth = number(body, "temperature", 0.0, 0.0, 2.0)
        shape = {"id": f"chatcmpl-{time.time_ns()}", "created": int(time.time()), "model": self.model.settings.model}
        with self.turn:
            answer = self.model.stream(messages, limit, warmth)
            if not body.get("stream"):
                message = {"role": "assistant", "content": "".join(answer)}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                self.answer(200, {**shape, "object": "chat.completion", "choices": [choice]})
                return
            # The first piece before the headers, so that a refusal still has its status.
            first = next(answer, "")
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.event(shape, first, None)
            for piece in answer:
                self.event(shape, piece, None)
            self.event(shape, "", "stop")
            self.wfile.write(b"data: [DONE]\n\n")

    def event(self, shape: dict[str, Any], text: str, ended: str | None) -> None:
        """One piece of a stream."""
        choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": ended}
        chunk = {**shape, "object": "chat.completion.chunk", "choices": [choice]}
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """A whole answer."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """The request line alone: what people ask is nobody's business."""
        print(f"{self.command} {self.path.split('?')[0]}: {args[1] if len(args) > 1 else ''}", file=sys.stderr)


def main(argv: list[str]) -> int:
    """Load, then serve until Ctrl-C."""
    options = parse(argv)
    try:
        check_host(options.host)
        settings = direct.settings_of(options)
        if options.dry_run:
            where = f"http://{options.host}:{options.port}"
            print(json.dumps({"would": f"load the model and serve {where}", **direct.plan(settings)}, indent=2))
            return 0
        # The port before the weights: nobody wants to hear of a taken one after minutes.
        try:
            server = ThreadingHTTPServer((options.host, options.port), Handler)
        except OSError as error:
            raise direct.Problem(
                f"port {options.port} cannot be opened: {error.strerror}", "choose another --port"
            ) from None
        Handler.model = direct.DirectModel(settings)
    except direct.Problem as problem:
        return direct.fail(PROGRAM, problem)
    try:
        print(f"Listening on http://{options.host}:{server.server_address[1]}", flush=True)
        server.serve_forever()
    except KeyboardInterrupt:
        return 130
    finally:
        server.server_close()
        Handler.model.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
