#!/usr/bin/env python3
"""Stands in for a Python that runs vLLM: prints the lines of a start as vLLM 0.16 words them, has a child as vLLM has its
engine, and then listens. FAKE in the environment makes it misbehave."""
import http.server, json, os, signal, subprocess, sys, time

ARGS = sys.argv[1:]
FAKE = os.environ.get("FAKE", "")
PORT = int(ARGS[ARGS.index("--port") + 1])
MODEL = ARGS[ARGS.index("--model") + 1]
HOST = ARGS[ARGS.index("--host") + 1] if "--host" in ARGS else "127.0.0.1"
KEY = None
if "TT_JUKEBOX_ENV_FILE" in os.environ:
    with open(os.environ["TT_JUKEBOX_ENV_FILE"]) as lines:
        KEY = next(line.split("=", 1)[1].strip() for line in lines if line.startswith("VLLM_API_KEY="))
PAUSE = float(os.environ.get("FAKE_PAUSE", "0.01"))


def say(who, text):
    print(f"({who} pid={os.getpid()}) {text}", flush=True)
    time.sleep(PAUSE)


ENGINE = subprocess.Popen(["/bin/sleep", "600"], start_new_session=FAKE == "careless")
with open(os.environ["FAKE_PIDS"], "a") as pids:
    pids.write(f"{os.getpid()} {ENGINE.pid}\n")


def end(*_):
    if FAKE != "careless":
        ENGINE.kill()
        ENGINE.wait()
    say("APIServer", "INFO:     Application shutdown complete.")
    os._exit(0)


signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
say("APIServer", "INFO 11-21 11:06:17 [utils.py:223] non-default args: {}")
say("EngineCore_DP0", "INFO 11-21 11:06:31 [core.py:97] Initializing a V1 LLM engine (v0.16.0) with config: model='x'")
say("EngineCore_DP0", "INFO 11-21 11:06:33 [model_runner.py:57] Starting to load model x...")
say("EngineCore_DP0", "Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:00<?, ?it/s]")
if FAKE == "die":
    say("EngineCore_DP0", "ERROR 11-21 11:06:34 [core.py:9] RuntimeError: no device is free")
    ENGINE.kill()
    sys.exit(1)
say("EngineCore_DP0", "INFO 11-21 11:06:43 [kv_cache_utils.py:1307] GPU KV cache size: 1,048,576 tokens")
say("EngineCore_DP0", "INFO 11-21 11:06:44 [model_runner.py:68] Warming up model for the compilation...")
while FAKE == "mute":
    time.sleep(0.05)
say("APIServer", "INFO 11-21 11:07:34 [api_server.py:486] Starting vLLM API server 0 on http://127.0.0.1:%d" % PORT)


class Answer(http.server.BaseHTTPRequestHandler):
    def reply(self, text, kind="application/json"):
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refused(self):
        if KEY is None or self.headers["authorization"] == f"Bearer {KEY}" or not self.path.startswith("/v1"):
            return False
        self.send_error(401)
        return True

    def do_GET(self):
        if self.refused():
            return
        if self.path == "/v1/models":
            self.reply(json.dumps({"object": "list", "data": [{"id": MODEL, "max_model_len": 1024}]}))
        else:
            self.reply('vllm:num_requests_running{engine="0"} 0.0\nvllm:generation_tokens_total{engine="0"} 24.0\n', "text/plain")

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.refused():
            return
        if not asked.get("stream"):
            self.reply(json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "hello from the fake"}}]}))
            return
        chunk = {"choices": [{"index": 0, "delta": {"content": "hello from the fake"}, "finish_reason": "stop"}],
                 "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}}
        self.reply("data: %s\n\ndata: [DONE]\n\n" % json.dumps(chunk), "text/event-stream")

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer.daemon_threads = True
SERVER = http.server.ThreadingHTTPServer((HOST, PORT), Answer)
say("APIServer", "INFO:     Application startup complete.")
SERVER.serve_forever()
