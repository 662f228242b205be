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

    def test_what_is_missing_is_said_in_words(self) -> None:
        for name, words in LOADING.items():
            with self.subTest(name):
                said = self.refused(3, name, *words)
                self.assertRegex(said, "ttnn|forge|torch")

    def test_a_machine_without_a_card_is_told_without_a_backtrace(self) -> None:
        for name in ("tt-chat-direct.py", "cookbook/mandelbrot.py", "tt-image-gen.py"):
            with self.subTest(name):
                said = self.refused(3, name, *LOADING[name], stubs=True, env={"STUB_CHIPS": "0"})
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
