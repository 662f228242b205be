"""Runs templates as a person does: as programs, in an empty home, with or without the stand-ins of `stubs/`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parent.parent / "templates"
STUBS = HERE / "stubs"
LIST: list[dict[str, Any]] = json.loads((TEMPLATES / "templates.json").read_text(encoding="utf-8"))
PATIENCE = 60

# In the background of a script Ctrl-C is ignored, and every program that is started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def programs() -> list[str]:
    """Every file that a person starts; the others belong to them."""
    names = {name for template in LIST for name in template["files"]}
    return sorted(
        name for name in names if "_" not in Path(name).name or (name.startswith("cookbook/") and "device" not in name)
    )


class Case(unittest.TestCase):
    """A test with a folder of its own, where templates are copied to and run."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def copy(self, template: str, broken: tuple[str, str] | None = None) -> None:
        """Copies the files of a template as `tt-jukebox templates copy` does; `broken` replaces one word in them."""
        found = False
        for name in next(row["files"] for row in LIST if row["id"] == template):
            text = (TEMPLATES / name).read_text(encoding="utf-8")
            if broken and broken[0] in text:
                found = True
                text = text.replace(broken[0], broken[1], 1)
            place = self.folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        self.assertTrue(found or broken is None, f"{template} does not hold {broken and broken[0]!r}")

    def environment(self, stubs: bool, more: dict[str, str] | None) -> dict[str, str]:
        """Nothing of the machine's own, so that no key, package or checkout of somebody changes a test."""
        base = {"PATH": os.defpath, "HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1"}
        return {**base, **({"PYTHONPATH": str(STUBS)} if stubs else {}), **(more or {})}

    def start(self, *args: str, stubs: bool = False, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts a program; it is ended with the test."""
        program = subprocess.Popen(
            [sys.executable, "-S", *args],
            cwd=self.folder,
            env=self.environment(stubs, env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

        def end() -> None:
            if program.poll() is None:
                program.kill()
            program.communicate()

        self.addCleanup(end)
        return program

    def run_program(
        self, *args: str, stubs: bool = False, env: dict[str, str] | None = None, said: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end."""
        return subprocess.run(
            [sys.executable, "-S", *args],
            cwd=self.folder,
            env=self.environment(stubs, env),
            input=said,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def good(self, *args: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """The same, and it has to succeed."""
        done = self.run_program(*args, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def not_taken(self, *args: str, **options: Any) -> str:
        """The same, and it has to refuse a word of its command line before anything begins."""
        done = self.run_program(*args, **options)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done.stderr

    def refused(self, code: int, *args: str, **options: Any) -> str:
        """The same, and it has to end with words, a next step and that exit code."""
        done = self.run_program(*args, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertIn("next:", done.stderr)
        return done.stderr
