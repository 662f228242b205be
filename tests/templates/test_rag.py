"""Questions about a folder of texts: what is found there, and what cannot be read."""

from __future__ import annotations

import json
import subprocess

from openai_server import ClientCase


class Rag(ClientCase):
    def test_the_right_passages_are_found_and_sent(self) -> None:
        self.copy("rag-folder")
        docs = self.folder / "docs"
        (docs / ".git").mkdir(parents=True)
        (docs / "reset.md").write_text("Reset a card with tt-smi -r.\n\nIt takes a few seconds.\n", encoding="utf-8")
        (docs / "cats.md").write_text("Cats sleep a lot. A cat is no card.\n", encoding="utf-8")
        (docs / ".git/hidden.md").write_text("How do I reset a card, hidden\n", encoding="utf-8")
        (docs / "link.md").symlink_to("/etc/hostname")
        call = ["tt-rag-folder.py", "docs", "How do I reset a card?", "--url", self.server.url]
        plan = json.loads(self.good(*call, "--dry-run").stdout)
        self.assertEqual((plan["files"], plan["found"][0]["path"]), (2, "reset.md"))
        done = self.good(*call, "--top", "1")
        self.assertIn("[1] reset.md:1", done.stdout)
        messages = self.server.asked[-1]["body"]["messages"]
        self.assertIn("tt-smi -r", messages[1]["content"])
        self.assertNotIn("Cats", messages[1]["content"])
        self.refused(1, "tt-rag-folder.py", "docs", "zzz", "--url", self.server.url)
        self.refused(2, "tt-rag-folder.py", "none", "x")

    def test_what_cannot_be_read_is_skipped_and_said(self) -> None:
        self.copy("rag-folder")
        docs = self.folder / "docs"
        for name in ("open/reset.md", "closed/reset.md", "secret.md", "large.md"):
            (docs / name).parent.mkdir(parents=True, exist_ok=True)
            (docs / name).write_text("Reset a card.\n", encoding="utf-8")
        (docs / "large.md").write_text("Reset a card.\n" * 100_000, encoding="utf-8")
        for path in (docs / "closed", docs / "secret.md"):
            path.chmod(0)
            self.addCleanup(path.chmod, 0o700)
        done = self.as_nobody("docs", "reset a card")
        self.assertEqual(done.returncode, 0, done.stderr)
        plan = json.loads(done.stdout)
        self.assertEqual((plan["files"], plan["skipped"], plan["found"][0]["path"]), (1, 3, "open/reset.md"))
        self.assertIn("3 skipped, the first is docs/large.md: larger than", done.stderr)
        done = self.as_nobody("docs/closed", "reset a card")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("1 skipped, the first is docs/closed: Permission denied", done.stderr)
        self.assertIn("no file below docs/closed could be read", done.stderr)

    def test_a_folder_without_texts_does_not_blame_the_question(self) -> None:
        self.copy("rag-folder")
        (self.folder / "docs").mkdir()
        for more, said in ((["--dry-run"], "ends in .md"), ([], "ends in .md"), (["--endings", ".c,.d"], "in .c,.d\n")):
            self.assertIn(said, self.refused(2, "tt-rag-folder.py", "docs", "reset", *more))
        (self.folder / "docs/empty.md").touch()
        self.assertIn("holds a word", self.refused(2, "tt-rag-folder.py", "docs", "reset"))

    def as_nobody(self, *args: str) -> subprocess.CompletedProcess[str]:
        """A dry run by a person who is not root, whom nothing is closed to."""
        self.folder.chmod(0o755)
        code = f"""
import importlib, os, sys
rag = importlib.import_module("tt-rag-folder")
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(rag.main([*{args!r}, "--dry-run"]))
"""
        return self.run_program("-c", code, env={"PYTHONPATH": str(self.folder)})
