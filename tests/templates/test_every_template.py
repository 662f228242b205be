"""What holds for every template: it is listed, explains itself, tries itself out, and says what it lacks."""

from __future__ import annotations

import ast
import json
import sys
import unittest
from pathlib import Path

from running import LIST, TEMPLATES, Case, programs
from table import table

# What a program needs on its command line beside its options.
WORDS = {
    "start-vllm-server.py": ["--model", "o/M"],
    "tt-image-gen.py": ["a lighthouse"],
    "tt-rag-folder.py": [".", "which files are here"],
    "tt-batch-inference.py": ["questions.jsonl", "answers.jsonl"],
}
# Programs that load a model, a network or a chip here, and how a person asks for that.
LOADING = {
    "tt-chat-direct.py": [],
    "tt-api-server-direct.py": ["--port", "0"],
    "tt-coding-assistant.py": ["--prompt", "x"],
    "tt-image-gen.py": ["x", "--direct"],
    "tt-forge-classifier.py": ["picture.png"],
    "tt-fine-tune.py": [],
    "cookbook/mandelbrot.py": [],
}

# Words that cannot work, in place of the program's usual ones where they are no options, and what is said of them.
IMPOSSIBLE = [
    ("tt-chat-direct.py", "--max-tokens -5", "--max-tokens: has to be a whole number, 1 or more, not -5"),
    ("tt-chat-direct.py", "--max-tokens 1.5", "not 1.5"),
    ("tt-chat-direct.py", "--max-tokens 4096", "--max-tokens leaves no room"),
    ("tt-chat-direct.py", "--temperature -1", "--temperature: has to be a number, from 0 to 2, not -1"),
    ("tt-chat-direct.py", "--temperature nan", "not nan"),
    ("tt-chat-direct.py", "--tt-metal none", "there is no folder"),
    ("tt-chat-direct.py", "--trace-region-size -1", "0 or more"),
    ("tt-coding-assistant.py", "--max-tokens 0", "1 or more"),
    ("tt-coding-assistant.py", "--temperature 3", "from 0 to 2"),
    ("tt-coding-assistant.py", "--server http://127.0.0.1:99999", "no address of a server"),
    ("tt-coding-assistant.py", "--timeout 0", "from 0.1"),
    ("tt-api-server-direct.py", "--port 99999", "--port: has to be a whole number, from 0 to 65535, not 99999"),
    ("tt-openai-client.py", "--max-tokens 0", "1 or more"),
    ("tt-openai-client.py", "--rounds 0", "1 or more"),
    ("tt-openai-client.py", "--timeout -1", "--timeout: has to be a number, from 0.1"),
    ("tt-openai-client.py", "--timeout 0", "not 0"),
    ("tt-openai-client.py", "--timeout inf", "not inf"),
    ("tt-openai-client.py", "--prompt=", "has to hold a word"),
    ("tt-batch-inference.py", "--at-once 0", "1 or more"),
    ("tt-batch-inference.py", "--attempts 0", "from 1"),
    ("tt-batch-inference.py", "--pause -1", "from 0"),
    ("tt-rag-folder.py", "--top 0", "1 or more"),
    ("tt-rag-folder.py", "--size 9", "10 or more"),
    ("tt-image-gen.py", "--steps 5", "from 12 to 50"),
    ("tt-image-gen.py", "--count 5", "from 1 to 4"),
    ("tt-image-gen.py", "--guidance 0", "from 1 to 20"),
    ("tt-forge-classifier.py", "--top 0", "1 or more"),
    ("tt-fine-tune.py", "--steps 0", "1 or more"),
    ("tt-fine-tune.py", "--length 1", "2 or more"),
    ("tt-fine-tune.py", "--rate 0", "above 0"),
    ("tt-fine-tune.py", "--out questions.jsonl", "questions.jsonl is no folder"),
    ("start-vllm-server.py", "--env-file none", "key file none cannot be read"),
    ("cookbook/mandelbrot.py", "--device 99x", "99x is no chip"),
    ("cookbook/mandelbrot.py", "--width 3", "4 or more"),
    ("cookbook/mandelbrot.py", "--span 0", "--span"),
    ("cookbook/mandelbrot.py", "--out none/x.png", "there is no folder none"),
    ("cookbook/mandelbrot.py", "--out cookbook", "cookbook is a folder"),
    ("cookbook/game_of_life.py", "--steps 0", "1 or more"),
    ("cookbook/particle_life.py", "--kinds 6", "from 1 to 5"),
    ("cookbook/audio_spectrum.py", "--seconds 0", "--seconds: has to be a number, from 0.001"),
    ("cookbook/audio_spectrum.py", "--frame 33", "a multiple of 32"),
    ("cookbook/audio_spectrum.py", "none.wav", "there is no file none.wav"),
    ("cookbook/image_filters.py", "--size 0", "1 or more"),
]


class EveryTemplate(Case):
    def setUp(self) -> None:
        super().setUp()
        for template in LIST:
            self.copy(template["id"])
        (self.folder / "questions.jsonl").write_text('{"prompt": "one"}\n', encoding="utf-8")
        (self.folder / "picture.png").write_bytes(b"no picture")

    def test_help_explains_and_names_device_and_model(self) -> None:
        for name in programs():
            with self.subTest(name):
                text = self.good(name, "--help").stdout
                self.assertIn("--dry-run", text)
                if name.startswith("cookbook/"):
                    self.assertIn("--device", text)
                elif name not in ("tt-forge-classifier.py",):
                    self.assertIn("--model", text)

    def test_dry_run_runs_anywhere_and_changes_nothing(self) -> None:
        before = sorted(self.folder.rglob("*"))
        for name in programs():
            with self.subTest(name):
                plan = json.loads(self.good(name, *WORDS.get(name, []), "--dry-run").stdout)
                self.assertTrue("would" in plan or name == "start-vllm-server.py", plan)
                self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_a_dry_run_refuses_what_cannot_work(self) -> None:
        for name, bad, said in IMPOSSIBLE:
            with self.subTest(f"{name} {bad}"):
                self.assertIn(said, self.not_taken(name, *WORDS.get(name, []), *bad.split(), "--dry-run"))
        for name, words in (("tt-image-gen.py", [" "]), ("tt-rag-folder.py", [".", ""])):
            self.assertIn("has to hold a word", self.not_taken(name, *words, "--dry-run"))
        plan = json.loads(self.good("tt-forge-classifier.py", "none.png", "--dry-run").stdout)
        self.assertIn("there is no picture none.png", plan["problems"])

    def test_what_is_missing_is_said_in_words(self) -> None:
        for name, words in LOADING.items():
            with self.subTest(name):
                said = self.refused(3, name, *words)
                self.assertRegex(said, "ttnn|forge|torch")
                self.assertNotIn("minutes", said, "nobody waits for what does not begin")

    def test_a_machine_without_a_card_is_told_without_a_backtrace(self) -> None:
        for name in ("tt-chat-direct.py", "cookbook/mandelbrot.py", "tt-image-gen.py"):
            with self.subTest(name):
                said = self.refused(3, name, *LOADING[name], stubs=True, env={"STUB_CHIPS": "0"})
                self.assertNotIn("minutes", said)
                self.assertIn("ttnn: No chips detected in the cluster", said)
                self.assertNotIn("backtrace", said)

    def test_a_wrong_call_ends_with_two(self) -> None:
        for name in programs():
            with self.subTest(name):
                done = self.run_program(name, *WORDS.get(name, []), "--no-such-option-here")
                expected = (2, 3) if name == "start-vllm-server.py" else (2,)
                self.assertIn(done.returncode, expected)
                self.assertNotIn("Traceback", done.stderr)


class TheFiles(unittest.TestCase):
    def test_imports_are_pythons_own_or_travel_along(self) -> None:
        for template in LIST:
            beside = {Path(name).stem for name in template["files"]}
            for name in template["files"]:
                with self.subTest(name):
                    for node in ast.walk(ast.parse((TEMPLATES / name).read_text(encoding="utf-8"))):
                        names = []
                        if isinstance(node, ast.Import):
                            names = [alias.name for alias in node.names]
                        elif isinstance(node, ast.ImportFrom):
                            names = [node.module or ""]
                        for module in names:
                            self.assertIn(module.split(".")[0], sys.stdlib_module_names | beside)

    def test_the_readme_lists_what_the_list_lists(self) -> None:
        text = (TEMPLATES / "README.md").read_text(encoding="utf-8")
        self.assertIn("\n" + table() + "<!-- table ends -->", text, "python3 tests/templates/table.py --write mends it")

    def test_no_template_names_a_box_or_a_folder_of_its_writer(self) -> None:
        for name in {name for template in LIST for name in template["files"]}:
            text = (TEMPLATES / name).read_text(encoding="utf-8")
            self.assertNotRegex(text, r"/home/|/Users/|/root/|0\.0\.0\.0", name)


if __name__ == "__main__":
    unittest.main()
