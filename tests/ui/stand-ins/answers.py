#!/usr/bin/env python3
"""Stands in for a server of pictures and for the small server of a lesson: answers at the port that it is called with, as
long as the file `mood` in the home says 0."""
import http.server, json, os, sys

# One white point.
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


class Answer(http.server.BaseHTTPRequestHandler):
    def reply(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        if self.path == "/v1/models":
            self.reply(200, {"object": "list", "data": [{"id": "example/Media"}]})
        else:
            self.reply(404, {"detail": "Not Found"})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with open(os.path.join(os.environ["HOME"], "mood")) as mood:
            well = mood.read().strip() == "0"
        if not well:
            self.reply(500, {"error": {"message": "the stand-in fails"}})
        elif self.path == "/chat":
            self.reply(200, {"answer": f"You asked: {asked['prompt']}"})
        elif "images" in self.path:
            self.reply(200, {"images": [PICTURE]})
        else:
            self.reply(404, {"detail": "Not Found"})

    def log_message(self, *_):
        pass


with open(os.environ["FAKE_PIDS"], "a") as pids:
    pids.write(f"{os.getpid()}\n")
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer)
print(f"listening at {server.server_address}", flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    print("stopped", flush=True)
