"""The table of templates/README.md, made from templates.json: printed, or with --write put into its place."""

from __future__ import annotations

import json
import sys
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
BEGIN = "<!-- table: python3 tests/templates/table.py --write -->\n"
END = "<!-- table ends -->\n"


def table() -> str:
    """The rows."""
    rows = json.loads((TEMPLATES / "templates.json").read_text(encoding="utf-8"))
    lines = [f"| `{row['id']}` | {row['about']} | {', '.join(row['needs'])} |" for row in rows]
    return "\n".join(["| id | what it does | needs |", "|---|---|---|", *lines]) + "\n"


def with_table(text: str) -> str:
    """The README with today's table."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + table() + END + tail


if __name__ == "__main__":
    readme = TEMPLATES / "README.md"
    if sys.argv[1:] == ["--write"]:
        readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table(), end="")
