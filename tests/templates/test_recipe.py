"""The recipe of templates/README.md, done to the letter in a copy of the project: the new template passes and is carried."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

from running import HERE, TEMPLATES, Case


class Recipe(Case):
    def setUp(self) -> None:
        super().setUp()
        shutil.copytree(TEMPLATES, self.folder / "templates", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(HERE, self.folder / "tests/templates", ignore=shutil.ignore_patterns("__pycache__"))
        text = (TEMPLATES / "README.md").read_text(encoding="utf-8")
        recipe = text.partition("## Add one in five lines")[2]
        self.assertEqual(re.findall(r"^(\d)\. ", recipe, re.MULTILINE), list("12345"))
        blocks = dict(re.findall(r"```(python|json)\n(.*?)```", recipe, re.DOTALL))
        self.file, self.entry = blocks["python"], json.loads(blocks["json"])

    def check(self) -> subprocess.CompletedProcess[str]:
        """The tests of the copy, as far as they look at every template."""
        return subprocess.run(
            [sys.executable, "-m", "unittest", "-q", "-f", "test_every_template"],
            cwd=self.folder / "tests/templates",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def carried(self) -> list[str]:
        """The names that the build script puts into the program."""
        script = HERE.parent.parent / "server/templates/embed.rs"
        built = self.folder / "embed"
        subprocess.run(["rustc", "--edition=2024", "-o", built, script], check=True, timeout=120)
        env = {"CARGO_MANIFEST_DIR": str(self.folder), "OUT_DIR": str(self.folder)}
        subprocess.run([built], env=env, check=True, capture_output=True, timeout=60)
        text = (self.folder / "templates.rs").read_text(encoding="utf-8")
        return re.findall(r'^    \("([^"]+)", include_str!\(', text, re.MULTILINE)

    def test_the_five_lines(self) -> None:
        list_ = self.folder / "templates/templates.json"
        (self.folder / "templates/tt-hello.py").write_text(self.file, encoding="utf-8")
        rows = json.loads(list_.read_text(encoding="utf-8"))
        list_.write_text(json.dumps([*rows, self.entry]), encoding="utf-8")
        self.assertNotEqual(self.check().returncode, 0, "the table lacks the new one")
        subprocess.run([sys.executable, self.folder / "tests/templates/table.py", "--write"], check=True, timeout=60)
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stderr)
        readme = (self.folder / "templates/README.md").read_text(encoding="utf-8")
        self.assertIn("| `hello` | Greets a model. | nothing |", readme)
        carried = self.carried()
        self.assertIn("tt-hello.py", carried)
        listed = {name for row in [*rows, self.entry] for name in row["files"]}
        self.assertEqual(set(carried), listed)

    def test_a_broken_one_is_noticed(self) -> None:
        list_ = self.folder / "templates/templates.json"
        rows = json.loads(list_.read_text(encoding="utf-8"))
        list_.write_text(json.dumps([*rows, self.entry]), encoding="utf-8")
        for right, wrong in (
            ('"--dry-run"', '"--dryrun"'),
            ("import json\n", "import numpy\n"),
            ("def main(argv: list[str])", "def main(argv: list[str]"),
        ):
            with self.subTest(wrong):
                self.assertIn(right, self.file)
                text = self.file.replace(right, wrong)
                (self.folder / "templates/tt-hello.py").write_text(text, encoding="utf-8")
                subprocess.run(
                    [sys.executable, self.folder / "tests/templates/table.py", "--write"], check=True, timeout=60
                )
                self.assertNotEqual(self.check().returncode, 0)
