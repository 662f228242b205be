"""A small server that speaks OpenAI's interface and refuses what a real one would refuse, and tests that have one."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from running import Case

MODEL = "stand-in/Model-1B"
PNG = b"\x89PNG\r\n\x1a\nstand-in"
# The fields of OpenAI's chat completions that the templates may use.
CHAT = {"model", "messages", "max_tokens", "temperature", "stream", "tools"}
# The fields of ImageGenerateRequest of tt-inference-server's media server (b13470e6) that they may use.
IMAGE = {"prompt", "negative_prompt", "num_inference_steps", "guidance_scale", "seed", "number_of_images"}


class Quiet(ThreadingHTTPServer):
    """Clients of these tests hang up on purpose."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None: ...


class OpenAiServer:
    """Listens on a free port of the loopback until it is closed."""

    def __init__(self) -> None:
        self.key: str | None = None
        self.busy = 0
        self.cut = False
        self.image_path = "/v1/images/generations"
        self.asked: list[dict[str, Any]] = []
        self.under_way = self.most = 0
        self.lock = threading.Lock()
        self.hold: threading.Event | None = None
        self.fail_on = ""
        self.redirect: str | None = None
        self.http = Quiet(("127.0.0.1", 0), type("Bound", (Handler,), {"state": self}))
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


class ClientCase(Case):
    """A test with a server of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.server = OpenAiServer()
        self.addCleanup(self.server.close)


class Handler(BaseHTTPRequestHandler):
    state: OpenAiServer

    def do_GET(self) -> None:
        if not self.welcome():
            return
        if self.path == "/v1/models":
            self.answer(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        else:
            self.answer(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        state = self.state
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.welcome():
            return
        with state.lock:
            state.asked.append({"path": self.path, "body": body})
            state.under_way += 1
            state.most = max(state.most, state.under_way)
            busy = state.busy > 0
            state.busy -= busy
        try:
            if state.hold is not None:
                state.hold.wait(20)
            if busy:
                self.answer(503, {"error": {"message": "the engine is busy"}})
            elif self.path == "/v1/chat/completions":
                self.chat(body)
            elif self.path == state.image_path:
                self.image(body)
            else:
                self.answer(404, {"detail": "Not Found"})
        finally:
            with state.lock:
                state.under_way -= 1

    def welcome(self) -> bool:
        if self.state.redirect:
            self.send_response(307)
            self.send_header("Location", self.state.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        if self.state.key and self.headers.get("Authorization") != f"Bearer {self.state.key}":
            self.answer(401, {"error": {"message": "Unauthorized"}})
            return False
        if not self.state.key and "Authorization" in self.headers:
            self.answer(400, {"error": {"message": "a key that nobody asked for"}})
            return False
        return True

    def chat(self, body: dict[str, Any]) -> None:
        wrong = sorted(set(body) - CHAT)
        if wrong or body.get("model") != MODEL or not isinstance(body.get("max_tokens", 1), int):
            self.answer(400, {"error": {"message": f"wrong request: {wrong or body.get('model')}"}})
            return
        last = body["messages"][-1]
        if self.state.fail_on and self.state.fail_on in str(last["content"]):
            self.answer(400, {"error": {"message": "this one is refused"}})
            return
        if body.get("stream"):
            self.stream(str(last["content"]))
            return
        message: dict[str, Any] = {"role": "assistant", "content": f"answer to {last['content']}"}
        if body.get("tools"):
            if last["role"] == "tool":
                if not any(call["id"] == last.get("tool_call_id") for call in body["messages"][-2]["tool_calls"]):
                    self.answer(400, {"error": {"message": "a result that nobody asked for"}})
                    return
                message["content"] = f"the tool says {last['content']} for {last['tool_call_id']}"
            else:
                name = body["tools"][0]["function"]["name"]
                arguments = json.dumps({"expression": "(17 + 4) * 23"})
                call = {"id": "call-1", "type": "function", "function": {"name": name, "arguments": arguments}}
                message = {"role": "assistant", "content": None, "tool_calls": [call]}
        self.answer(200, {"object": "chat.completion", "choices": [{"index": 0, "message": message}]})

    def stream(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        pieces = [{"role": "assistant"}, *({"content": f"{word} "} for word in f"streamed: {text}".split())]
        for piece in pieces[: 2 if self.state.cut else None]:
            event = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": piece}]}
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        if not self.state.cut:
            self.wfile.write(b"data: [DONE]\n\n")

    def image(self, body: dict[str, Any]) -> None:
        wrong = sorted(set(body) - IMAGE)
        if wrong or "guidance_scale" not in body:
            self.answer(422, {"detail": [{"msg": f"wrong request: {wrong}"}]})
            return
        self.answer(200, {"images": [base64.b64encode(PNG).decode()] * body["number_of_images"]})

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None: ...
