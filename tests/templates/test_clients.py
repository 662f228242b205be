"""Clients against a small server that speaks OpenAI's interface."""

from __future__ import annotations

import json
import signal
import threading
import time

from openai_server import MODEL, PNG, ClientCase, OpenAiServer


class OpenAiClient(ClientCase):
    def setUp(self) -> None:
        super().setUp()
        self.copy("openai-client")
        self.call = ["tt-openai-client.py", "--url", self.server.url]

    def test_plain_streamed_and_with_tools(self) -> None:
        self.assertEqual(self.good(*self.call, "plain", "--prompt", "one").stdout, "answer to one\n")
        self.assertEqual(self.good(*self.call, "stream", "--prompt", "one two").stdout, "streamed: one two \n")
        done = self.good(*self.call, "tools", "--prompt", "what is it")
        self.assertEqual(done.stdout, "the tool says 483 for call-1\n")
        roles = [message["role"] for message in self.server.asked[-1]["body"]["messages"]]
        self.assertEqual(roles, ["user", "assistant", "tool"])
        self.assertEqual({row["body"]["model"] for row in self.server.asked}, {MODEL})

    def test_a_tool_runs_nothing_but_arithmetic(self) -> None:
        expressions = ["1+2*3", '__import__("os").system("id")', "9**9", "1/0", "x", "(", "True", "-" * 199]
        code = f"""
import importlib, json
client = importlib.import_module("tt-openai-client")
call = lambda text: client.run_tool({{"function": {{"name": "calculate", "arguments": text}}}})
for expression in {expressions!r}:
    print(call(json.dumps({{"expression": expression}})))
print(call("no json"))
"""
        lines = self.good("-c", code, env={"PYTHONPATH": str(self.folder)}).stdout.splitlines()
        self.assertEqual(lines[0], "7")
        self.assertEqual(len(lines), 9)
        self.assertTrue(all(line.startswith("error: ") for line in lines[1:]), lines)

    def test_keys_come_from_the_environment_or_the_file_and_go_to_nobody_else(self) -> None:
        self.server.key = "right"
        self.assertIn("answers 401", self.refused(1, *self.call))
        self.good(*self.call, env={"VLLM_API_KEY": "right"})
        self.good(*self.call, "--key-from", "MINE", env={"MINE": "right"})
        self.refused(2, *self.call, "--key-from", "MINE")
        (self.folder / "tt-scratchpad").mkdir()
        (self.folder / "tt-scratchpad/server.env").write_text("HF_TOKEN\nVLLM_API_KEY=right\n", encoding="utf-8")
        self.good(*self.call)
        thief = OpenAiServer()
        self.addCleanup(thief.close)
        self.server.redirect = thief.url + "/v1/models"
        self.assertIn("answers 307", self.refused(1, *self.call))
        self.assertEqual(thief.asked, [])
        plan = self.good(*self.call, "--dry-run", env={"VLLM_API_KEY": "right"}).stdout
        self.assertNotIn("right", plan)

    def test_trouble_is_said_in_words(self) -> None:
        self.assertIn("no answer from", self.refused(3, "tt-openai-client.py", "--url", "http://127.0.0.1:9"))
        for url in ("ftp://x", "http://127.0.0.1:99999", "http://127.0.0.1:0", "http://[1"):
            for more in ([], ["--dry-run"]):
                self.assertIn("no address of a server", self.refused(2, "tt-openai-client.py", "--url", url, *more))
        self.assertIn("wrong request: other", self.refused(1, *self.call, "--model", "other"))
        self.server.cut = True
        self.assertIn("broke off", self.refused(1, *self.call, "stream"))

    def test_a_server_that_thinks_for_long_is_not_taken_for_one_that_is_down(self) -> None:
        self.server.hold = threading.Event()
        self.addCleanup(self.server.hold.set)
        said = self.refused(3, *self.call, "--model", MODEL, "--timeout", "0.2")
        self.assertIn("within 0.2 s", said)
        self.assertNotIn("start a server", said)

    def test_the_help_names_the_command_that_has_the_tool_parser(self) -> None:
        text = " ".join(self.good(*self.call, "--help").stdout.split())
        self.assertIn("`tt-jukebox command MODEL` has it as --tool-call-parser", text)

    def test_one_wrong_word_is_refused(self) -> None:
        words = {
            '"messages": messages, **options': '"message": messages, **options',
            '"tool_call_id": call["id"]': '"tool_id": call["id"]',
            "max_tokens=max_tokens)": "max_token=max_tokens)",
        }
        for right, wrong in words.items():
            with self.subTest(wrong):
                self.copy("openai-client", broken=(right, wrong))
                self.assertNotEqual(self.run_program(*self.call, "tools").returncode, 0)


class CodingAssistant(ClientCase):
    def test_it_asks_a_server_that_runs_and_outlives_its_trouble(self) -> None:
        self.copy("coding-assistant")
        self.server.fail_on = "bad"
        call = ["tt-coding-assistant.py", "--server", self.server.url]
        done = self.good(*call, said="one\nbad\ntwo\n/quit\n")
        self.assertIn("this one is refused", done.stderr)
        last = self.server.asked[-1]["body"]["messages"]
        self.assertEqual([message["content"] for message in last[1::2]], ["one", "two"], "the refused one is forgotten")
        self.assertIn("programmer's colleague", last[0]["content"])

    def test_leaving_without_an_answer_is_no_success(self) -> None:
        self.copy("coding-assistant")
        self.server.fail_on = "bad"
        call = ["tt-coding-assistant.py", "--server", self.server.url]
        for said in ("", "bad\n/quit\n"):
            with self.subTest(said):
                self.assertIn("before anything was answered", self.refused(4, *call, said=said))


class Batch(ClientCase):
    def setUp(self) -> None:
        super().setUp()
        self.copy("batch-inference")
        rows = [{"id": f"q{n}", "prompt": f"question {n}"} for n in range(12)]
        (self.folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        self.call = ["tt-batch-inference.py", "in.jsonl", "out.jsonl", "--url", self.server.url, "--pause", "0.01"]

    def answers(self) -> dict[str, str]:
        lines = (self.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        self.assertEqual(len({row["id"] for row in rows}), len(rows), "nothing is answered twice")
        return {row["id"]: row["response"] for row in rows}

    def test_all_are_answered_several_at_once_and_trouble_passes(self) -> None:
        self.server.busy = 5
        self.good(*self.call, "--at-once", "4")
        self.assertEqual(self.answers(), {f"q{n}": f"answer to question {n}" for n in range(12)})
        self.assertLessEqual(self.server.most, 4)
        count = len(self.server.asked)
        self.good(*self.call)
        self.assertEqual(len(self.server.asked), count, "the second run has nothing to send")

    def test_it_carries_on_after_a_kill(self) -> None:
        self.server.hold = threading.Event()
        program = self.start(*self.call, "--at-once", "3")
        until = time.monotonic() + 20
        while self.server.under_way < 3 and time.monotonic() < until:
            time.sleep(0.02)
        self.server.hold.set()
        while not (self.folder / "out.jsonl").exists() or not (self.folder / "out.jsonl").read_bytes():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.005)
        program.kill()
        program.wait()
        # As a machine that lost its power may leave it.
        with (self.folder / "out.jsonl").open("a", encoding="utf-8") as file:
            file.write('{"id": "q11", "resp')
        plan = json.loads(self.good(*self.call, "--dry-run").stdout)
        self.assertEqual(plan["questions"], 12)
        self.good(*self.call)
        self.assertEqual(len(self.answers()), 12)

    def test_ctrl_c_ends_at_once_and_says_how_to_carry_on(self) -> None:
        self.server.hold = threading.Event()
        self.addCleanup(self.server.hold.set)
        program = self.start(*self.call)
        until = time.monotonic() + 20
        while self.server.under_way == 0 and time.monotonic() < until:
            time.sleep(0.02)
        program.send_signal(signal.SIGINT)
        self.assertEqual(program.wait(10), 130)

    def test_what_fails_for_good_is_kept_apart_and_tried_again(self) -> None:
        self.server.fail_on = "question 7"
        done = self.run_program(*self.call)
        self.assertEqual(done.returncode, 1)
        errors = (self.folder / "out.jsonl.errors.jsonl").read_text(encoding="utf-8")
        self.assertIn("this one is refused", errors)
        self.server.fail_on = ""
        self.good(*self.call)
        self.assertEqual(len(self.answers()), 12)
        self.assertFalse((self.folder / "out.jsonl.errors.jsonl").exists())

    def test_a_wrong_input_is_named_by_its_line(self) -> None:
        for text in (
            '{"prompt": "a"}\n{"text": "b"}\n',
            '{"prompt": "a"}\nno json\n',
            '{"id": 1, "prompt": "a"}\n' * 2,
        ):
            (self.folder / "in.jsonl").write_text(text, encoding="utf-8")
            self.assertIn("line 2", self.refused(2, *self.call))
        self.refused(2, "tt-batch-inference.py", "none.jsonl", "out.jsonl")
        (self.folder / "in.jsonl").write_bytes(b'{"prompt": "caf\xe9"}\n')
        self.assertIn("in.jsonl is no UTF-8: its byte 15", self.refused(2, *self.call))

    def test_a_folder_that_is_not_there_is_said_before_anything_is_sent(self) -> None:
        for more in ([], ["--dry-run"]):
            said = self.refused(2, "tt-batch-inference.py", "in.jsonl", "none/out.jsonl", *self.call[3:], *more)
            self.assertIn("there is no folder none", said)
        self.assertEqual(self.server.asked, [])


class ImageGen(ClientCase):
    def setUp(self) -> None:
        super().setUp()
        self.copy("image-gen")
        self.call = ["tt-image-gen.py", "a lighthouse", "--url", self.server.url]

    def test_both_addresses_of_the_media_server_and_no_picture_lost(self) -> None:
        self.assertEqual(self.good(*self.call, "--count", "2").stdout, "picture-1.png\npicture-2.png\n")
        self.server.image_path = "/image/generations"
        self.assertEqual(self.good(*self.call).stdout, "picture-3.png\n")
        self.assertEqual((self.folder / "picture-3.png").read_bytes(), PNG)
        self.server.image_path = "/nowhere"
        self.assertIn("answers 404", self.refused(1, *self.call))

    def test_no_picture_is_made_that_nobody_could_write(self) -> None:
        for out, said in (("none/x", "there is no folder none"), (".", "no name for a file")):
            for more in ([], ["--dry-run"], ["--direct", "--dry-run"]):
                self.assertIn(said, self.refused(2, *self.call, "--out", out, *more))
        self.assertEqual(self.server.asked, [])
        self.assertFalse((self.folder / "none").exists())

    def test_directly_on_a_mesh(self) -> None:
        done = self.good("tt-image-gen.py", "x", "--direct", "--count", "2", stubs=True, env={"STUB_CHIPS": "8"})
        self.assertEqual(done.stdout, "picture-1.png\npicture-2.png\n")
        self.good("tt-image-gen.py", "x", "--direct", "--device", "galaxy", stubs=True, env={"STUB_CHIPS": "32"})
        said = self.refused(3, "tt-image-gen.py", "x", "--direct", stubs=True)
        self.assertIn("needs 8 chips, and there are 1", said)
        for right, wrong in {
            '"T3K": (2, 4)': '"T3K": (1, 8)',
            "num_inference_steps=options": "steps=options",
            "trace_region_size=25_000_000": "trace_region_size=1",
            "ttnn.close_mesh_device(mesh)": "pass",
        }.items():
            with self.subTest(wrong):
                self.copy("image-gen", broken=(right, wrong))
                done = self.run_program("tt-image-gen.py", "x", "--direct", stubs=True, env={"STUB_CHIPS": "8"})
                self.assertNotEqual(done.returncode, 0)
