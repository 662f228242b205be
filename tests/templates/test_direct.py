"""Chat, API server and assistant against stand-ins of ttnn and of tt_transformers in three of its shapes."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
from typing import Any

from running import Case

ERAS = ("2025", "2026", "later")
CHAT = "tt-chat-direct.py"


class DirectChat(Case):
    def test_every_shape_of_the_generator_is_spoken(self) -> None:
        self.copy("chat-direct")
        for era in ERAS:
            with self.subTest(era):
                done = self.good(CHAT, "--prompt", "hello", stubs=True, env={"STUB_ERA": era, "LLAMA_DIR": "/old"})
                self.assertEqual(done.stdout, "2: hello \u00e9\n", "the character of two bytes comes whole")
                self.assertIn("this takes minutes", done.stderr)

    def test_a_conversation_remembers_and_forgets(self) -> None:
        self.copy("chat-direct")
        done = self.good(CHAT, stubs=True, said="one\ntwo\n/clear\nthree\n/quit\n")
        answers = done.stdout.replace("> ", "").split("\n")
        self.assertEqual(answers[:3], ["2: one \u00e9", "4: two \u00e9", "2: three \u00e9"])

    def test_leaving_without_an_answer_is_no_success(self) -> None:
        self.copy("chat-direct")
        for said in ("", "/quit\n", "/clear\n/quit\n"):
            with self.subTest(said):
                self.assertIn("before anything was answered", self.refused(4, CHAT, stubs=True, said=said))

    def test_a_mesh_gets_its_fabric_and_is_given_back(self) -> None:
        self.copy("chat-direct")
        for device, chips in (("t3k", "8"), ("auto", "2"), ("n150", "4")):
            with self.subTest(device):
                env = {"STUB_CHIPS": chips, "STUB_ERA": "2026"}
                self.good(CHAT, "--device", device, "--prompt", "x", stubs=True, env=env)
        said = self.refused(3, CHAT, "--device", "t3k", "--prompt", "x", stubs=True)
        self.assertIn("needs 8 chips, and there are 1", said)

    def test_sampling_with_a_temperature_gives_the_same_for_the_same_seed(self) -> None:
        self.copy("chat-direct")
        done = self.good(CHAT, "--prompt", "x", "--temperature", "0.1", stubs=True)
        self.assertEqual(done.stdout, "2: x \u00e9\n")

    def test_what_does_not_fit_is_refused_and_the_oldest_is_dropped(self) -> None:
        self.copy("chat-direct")
        short = ["--max-seq-len", "128", "--max-tokens", "40"]
        said = self.refused(2, CHAT, *short, "--prompt", "x" * 200, stubs=True)
        self.assertIn("do not fit into 88", said)
        done = self.good(CHAT, *short, stubs=True, said="a" * 20 + "\n" + "b" * 20 + "\n" + "c" * 20 + "\n")
        self.assertIn("2: " + "c" * 20, done.stdout, "the first two are gone")

    def test_one_wrong_word_is_a_wrong_call(self) -> None:
        words = {
            "page_table=self.page_table": "page_tables=self.page_table",
            "prompt_lens=[len(ids)]": "prompt_lens=[1]",
            "dtype=self.torch.int32)": "dtype=self.torch.float32)",
            '"reset_batch": first': '"reset_batch": False',
            "len(ids) + step, first": "len(ids) + step + 1, first",
            '"warmup_prefill": False': '"warmup_prefill": True',
            "max_batch_size=1": "max_batch_size=32",
            "add_generation_prompt=True": "add_generation_prompt=False",
            "// 32) * 32": "// 1) - 1",
            "self.ttnn.close_mesh_device(self.mesh)": "pass",
            'os.environ.pop("LLAMA_DIR", None)': "pass",
        }
        for right, wrong in words.items():
            with self.subTest(wrong):
                self.copy("chat-direct", broken=(right, wrong))
                env = {"STUB_ERA": "2026", "LLAMA_DIR": "/old"}
                done = self.run_program(CHAT, "--prompt", "hello", stubs=True, env=env)
                self.assertNotEqual(done.returncode, 0, done.stdout)
                self.assertRegex(done.stderr, "WrongCall|TypeError|left open")
        self.copy("chat-direct", broken=("self._forget()\n", "pass\n"))
        done = self.run_program(CHAT, stubs=True, said="one\ntwo\n")
        self.assertIn("still holds the last conversation", done.stderr)
        self.copy("chat-direct", broken=('"reload_inputs": True', '"reload_inputs": False'))
        done = self.run_program(CHAT, "--prompt", "hello", stubs=True, env={"STUB_ERA": "later"})
        self.assertIn("the tokens of the host count", done.stderr)


class ApiServer(Case):
    def serve(self, *args: str, env: dict[str, str] | None = None) -> tuple[subprocess.Popen[str], int]:
        self.copy("api-server-direct")
        program = self.start("tt-api-server-direct.py", "--port", "0", *args, stubs=True, env=env)
        assert program.stdout is not None
        line = program.stdout.readline()
        self.assertIn("Listening on http://127.0.0.1:", line)
        return program, int(line.rsplit(":", 1)[1])

    def ask(
        self, port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        data = body if isinstance(body, (str, type(None))) else json.dumps(body)
        link.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, text

    def test_it_answers_and_stays_loaded(self) -> None:
        _, port = self.serve()
        self.assertEqual(json.loads(self.ask(port, "GET", "/health")[1])["status"], "ready")
        for _ in range(2):
            status, text = self.ask(port, "POST", "/chat", {"prompt": "hello", "max_tokens": 64})
            found = json.loads(text)
            self.assertEqual((status, found["response"]), (200, "1: hello \u00e9"))
            self.assertEqual(found["tokens_generated"], len("1: hello \u00e9".encode()))
        messages = [{"role": "user", "content": "hi"}]
        status, text = self.ask(port, "POST", "/v1/chat/completions", {"model": "m", "messages": messages})
        self.assertEqual(json.loads(text)["choices"][0]["message"]["content"], "1: hi \u00e9")
        body = {"model": "m", "messages": messages, "stream": True}
        events = self.ask(port, "POST", "/v1/chat/completions", body)[1].strip().split("\n\n")
        self.assertEqual(events[-1], "data: [DONE]")
        deltas = [json.loads(event[5:])["choices"][0]["delta"].get("content", "") for event in events[:-1]]
        self.assertEqual("".join(deltas), "1: hi \u00e9")

    def test_whatever_ends_it_the_chips_are_given_back(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                program, _ = self.serve()
                program.send_signal(number)
                self.assertEqual(program.wait(20), 130, "99 is a device that was left open")

    def test_what_is_wrong_is_refused(self) -> None:
        _, port = self.serve("--max-seq-len", "128")
        cases = [
            (400, "POST", "/chat", {"prompt": ""}),
            (400, "POST", "/chat", {"prompt": "x", "max_tokens": 0}),
            (400, "POST", "/chat", {"prompt": "x", "temperature": "hot"}),
            (400, "POST", "/chat", {"prompt": "x" * 200}),
            (400, "POST", "/chat", "[]"),
            (400, "POST", "/chat", "no json"),
            (400, "POST", "/v1/chat/completions", {"messages": [{"role": "user"}]}),
            (404, "POST", "/elsewhere", {}),
            (404, "GET", "/elsewhere", None),
        ]
        for status, method, path, body in cases:
            with self.subTest(body=body, path=path):
                found, text = self.ask(port, method, path, body)
                self.assertEqual(found, status, text)
                self.assertIn("message", json.loads(text)["error"])
        plain = {"Content-Type": "text/plain"}
        self.assertEqual(self.ask(port, "POST", "/chat", {"prompt": "x"}, plain)[0], 415, "a web page could send that")
        self.assertEqual(self.ask(port, "POST", "/chat", {"prompt": "hello", "max_tokens": 32})[0], 200)

    def test_a_key_is_asked_for_and_others_need_one(self) -> None:
        _, port = self.serve(env={"API_KEY": "secret"})
        self.assertEqual(self.ask(port, "POST", "/chat", {"prompt": "x"})[0], 401)
        self.assertEqual(self.ask(port, "GET", "/v1/models")[0], 401)
        right = {"Authorization": "Bearer secret"}
        self.assertEqual(self.ask(port, "POST", "/chat", {"prompt": "x"}, right)[0], 200)
        said = self.refused(2, "tt-api-server-direct.py", "--host", "192.0.2.1", stubs=True)
        self.assertIn("there is no key", said)

    def test_a_taken_port_is_said_before_the_weights_are_loaded(self) -> None:
        _, port = self.serve()
        said = self.refused(3, "tt-api-server-direct.py", "--port", str(port), stubs=True)
        self.assertNotIn("Loading", said)


class CodingAssistant(Case):
    def test_the_system_prompt_and_files_come_first(self) -> None:
        self.copy("coding-assistant")
        (self.folder / "a.c").write_text("int x;", encoding="utf-8")
        done = self.good("tt-coding-assistant.py", "--prompt", "why", "--file", "a.c", "--temperature", "0", stubs=True)
        self.assertEqual(done.stdout, "2: File a.c:\n```\nint x;\n```\nwhy \u00e9\n")
        self.refused(2, "tt-coding-assistant.py", "--prompt", "why", "--file", "none.c", stubs=True)
