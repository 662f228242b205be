#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""What the recipes calculate with: tables of numbers on a Tenstorrent chip, or in plain Python.

Each recipe is written once, against `Device`. On a chip an operation is one call of ttnn; in plain Python it is a loop,
slow and exact, which needs nothing installed. So a recipe can be tried anywhere, and what the chip says can be compared.

The calls of ttnn are those that the package ttnn 0.81.1 documents for tables of float32: from_torch, to_torch, matmul, add,
subtract, multiply, divide, eq, le, where, sqrt, abs, with rows and columns repeated as its binary operations do. A chip
multiplies matrices with fewer digits than a CPU, so small differences are to be expected there; nothing here was run on a
card by its authors.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import math
import os
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

INPUT = 2
MISSING = 3
# Seconds of work without a word to the person who waits.
SILENCE = 1.0
Rows = list[list[float]]
# A table of numbers as its device holds it: rows in plain Python, a tensor on a chip.
Table = Any


class Problem(Exception):
    """Something that ends the program with words in place of a traceback."""

    def __init__(self, what: str, then: str, code: int = MISSING) -> None:
        super().__init__(what)
        self.what, self.then, self.code = what, then, code


def words_of(error: Exception) -> str:
    """What ttnn says, without its backtrace: the line after `info:`, else the first one."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[lines.index("info:") + 1] if "info:" in lines[:-1] else lines[0]


class Device(Protocol):
    """The operations that the recipes need. Where a number is taken for `b`, it stands for a table full of it."""

    name: str

    def table(self, rows: Rows) -> Table:
        """Numbers, brought to the device."""

    def rows(self, table: Table) -> Rows:
        """Numbers, brought back."""

    def matmul(self, a: Table, b: Table) -> Table:
        """The product of two matrices."""

    def add(self, a: Table, b: Table | float) -> Table:
        """a + b, number by number; a row or a column is repeated."""

    def subtract(self, a: Table, b: Table | float) -> Table:
        """a - b."""

    def multiply(self, a: Table, b: Table | float) -> Table:
        """a * b."""

    def equal(self, a: Table, b: float) -> Table:
        """1 where a is b, else 0."""

    def at_most(self, a: Table, b: float) -> Table:
        """1 where a <= b, else 0."""

    def where(self, condition: Table, a: Table, b: Table) -> Table:
        """a where the condition is not 0, else b."""

    def sqrt(self, a: Table) -> Table:
        """Square roots."""

    def abs(self, a: Table) -> Table:
        """Numbers without their sign."""

    def divide(self, a: Table, b: Table) -> Table:
        """a / b, number by number."""

    def close(self) -> None:
        """Gives the device back."""


class Host:
    """Plain Python."""

    name = "host"

    def table(self, rows: Rows) -> Table:
        """A copy."""
        return [[float(value) for value in row] for row in rows]

    def rows(self, table: Table) -> Rows:
        """A copy."""
        return [list(row) for row in table]

    def matmul(self, a: Table, b: Table) -> Table:
        """Row by column, leaving out what is multiplied by 0: the recipes' matrices are mostly empty."""
        if len(a[0]) != len(b):
            raise ValueError(f"{len(a)}x{len(a[0])} does not go with {len(b)}x{len(b[0])}")
        product: Rows = []
        for row in a:
            line = [0.0] * len(b[0])
            for value, other in zip(row, b, strict=True):
                if value:
                    line = [sum_ + value * x for sum_, x in zip(line, other, strict=True)]
            product.append(line)
        return product

    def add(self, a: Table, b: Table | float) -> Table:
        """a + b."""
        return self._each(a, b, lambda x, y: x + y)

    def subtract(self, a: Table, b: Table | float) -> Table:
        """a - b."""
        return self._each(a, b, lambda x, y: x - y)

    def multiply(self, a: Table, b: Table | float) -> Table:
        """a * b."""
        return self._each(a, b, lambda x, y: x * y)

    def equal(self, a: Table, b: float) -> Table:
        """1 or 0."""
        return self._each(a, b, lambda x, y: float(x == y))

    def at_most(self, a: Table, b: float) -> Table:
        """1 or 0."""
        return self._each(a, b, lambda x, y: float(x <= y))

    def where(self, condition: Table, a: Table, b: Table) -> Table:
        """a or b."""
        return [
            [x if yes else y for yes, x, y in zip(*lines, strict=True)] for lines in zip(condition, a, b, strict=True)
        ]

    def sqrt(self, a: Table) -> Table:
        """Square roots."""
        return [[math.sqrt(x) for x in row] for row in a]

    def abs(self, a: Table) -> Table:
        """Numbers without their sign."""
        return [[abs(x) for x in row] for row in a]

    def divide(self, a: Table, b: Table) -> Table:
        """a / b."""
        return self._each(a, b, lambda x, y: x / y)

    def close(self) -> None:
        """Nothing is held."""

    @staticmethod
    def _each(a: Table, b: Table | float, of: Callable[[float, float], float]) -> Table:
        if isinstance(b, (int, float)):
            return [[of(x, b) for x in row] for row in a]
        height, width = max(len(a), len(b)), max(len(a[0]), len(b[0]))

        def wide(row: list[float]) -> list[float]:
            return row if len(row) == width else row * width

        def tall(table: Rows) -> Rows:
            return table if len(table) == height else table * height

        return [
            [of(x, y) for x, y in zip(wide(one), wide(other), strict=True)]
            for one, other in zip(tall(a), tall(b), strict=True)
        ]


class Chip:
    """One Tenstorrent chip."""

    def __init__(self, device_id: int) -> None:
        for package, then in (
            ("torch", "use the Python of tt-metal, or install it; --device host needs nothing"),
            ("ttnn", "use the Python of tt-metal, or pip install ttnn; --device host needs nothing"),
        ):
            if importlib.util.find_spec(package) is None:
                raise Problem(f"the package {package} cannot be imported by {sys.executable}", then)
        self.torch = importlib.import_module("torch")
        # Its log goes to stdout, where the results go.
        os.environ.setdefault("TT_LOGGER_LEVEL", "error")
        self.ttnn = importlib.import_module("ttnn")
        self.name = f"chip {device_id}"
        try:
            self.device = self.ttnn.open_device(device_id=device_id)
        except RuntimeError as error:
            then = "`tt-jukebox doctor` looks at the cards; --device host needs none"
            raise Problem(f"ttnn: {words_of(error)}", then) from None

    def table(self, rows: Rows) -> Table:
        """A tensor in tiles of 32x32, which is how the matrix engine reads."""
        tensor = self.torch.tensor(rows, dtype=self.torch.float32)
        return self.ttnn.from_torch(tensor, dtype=self.ttnn.float32, layout=self.ttnn.TILE_LAYOUT, device=self.device)

    def rows(self, table: Table) -> Rows:
        """Back to Python."""
        rows: Rows = self.ttnn.to_torch(table).tolist()
        return rows

    def matmul(self, a: Table, b: Table) -> Table:
        """ttnn.matmul."""
        return self.ttnn.matmul(a, b)

    def add(self, a: Table, b: Table | float) -> Table:
        """ttnn.add."""
        return self.ttnn.add(a, b)

    def subtract(self, a: Table, b: Table | float) -> Table:
        """ttnn.subtract."""
        return self.ttnn.subtract(a, b)

    def multiply(self, a: Table, b: Table | float) -> Table:
        """ttnn.multiply."""
        return self.ttnn.multiply(a, b)

    def equal(self, a: Table, b: float) -> Table:
        """ttnn.eq."""
        return self.ttnn.eq(a, b)

    def at_most(self, a: Table, b: float) -> Table:
        """ttnn.le."""
        return self.ttnn.le(a, b)

    def where(self, condition: Table, a: Table, b: Table) -> Table:
        """ttnn.where."""
        return self.ttnn.where(condition, a, b)

    def sqrt(self, a: Table) -> Table:
        """ttnn.sqrt."""
        return self.ttnn.sqrt(a)

    def abs(self, a: Table) -> Table:
        """ttnn.abs."""
        return self.ttnn.abs(a)

    def divide(self, a: Table, b: Table) -> Table:
        """ttnn.divide."""
        return self.ttnn.divide(a, b)

    def close(self) -> None:
        """Gives the chip back."""
        self.ttnn.close_device(self.device)


def number(kind: Callable[[str], float], least: float, most: float = math.inf) -> Callable[[str], float]:
    """For argparse: a number from `least` to `most`, so that a wrong one is refused before anything begins."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            name = "a whole number" if kind is int else "a number"
            limits = f"{least} or more" if most == math.inf else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"has to be {name}, {limits}, not {text}")
        return value

    return read


def a_file(text: str) -> Path:
    """For argparse: a file that is there."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every recipe has."""
    parser.add_argument("--device", default="0", help="number of the chip, or host for plain Python (default: 0)")
    parser.add_argument(
        "--dry-run", action="store_true", help="calculate a small case in plain Python and print JSON; writes no file"
    )


def counted(count: int) -> Iterator[int]:
    """Counts to `count`, and says how far it is when that takes a while: plain Python is slow, and does not hang."""
    said = time.monotonic()
    end = ""
    for done in range(count):
        if time.monotonic() - said >= SILENCE:
            print(f"\r{done} of {count}", end="", file=sys.stderr, flush=True)
            said, end = time.monotonic(), "\n"
        yield done
    print(end, end="", file=sys.stderr)


def check_place(path: Path) -> None:
    """Whether a file can be written there: asked before the work, so that its result is not lost."""
    if path.is_dir():
        raise Problem(f"{path} is a folder", "name a picture with --out", INPUT)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        what = f"there is no folder {path.parent} that you may write into"
        raise Problem(what, "make it, or choose another --out", INPUT)


def run(program: str, options: argparse.Namespace, small: dict[str, Any], recipe: Callable[..., dict[str, Any]]) -> int:
    """Runs a recipe on the device that was asked for; a dry run takes the small case, on the host, and writes nothing."""
    device: Device | None = None
    try:
        if options.device != "host" and not options.device.isdecimal():
            raise Problem(f"{options.device} is no chip", "say --device 0 or --device host", INPUT)
        if "out" in options:
            check_place(options.out)
        if options.dry_run:
            for name, value in small.items():
                setattr(options, name, value)
            device = Host()
        elif options.device == "host":
            device = Host()
        else:
            device = Chip(int(options.device))
        found = recipe(device, options)
        if options.dry_run:
            print(json.dumps({"would": f"run {program} on chip {options.device}", "small_case": found}, indent=2))
        return 0
    except Problem as problem:
        print(f"{program}: {problem.what}\n  next: {problem.then}", file=sys.stderr)
        return problem.code
    except OSError as error:
        print(f"{program}: {error}\n  next: check the names of the files", file=sys.stderr)
        return INPUT
    except KeyboardInterrupt:
        return 130
    finally:
        if device is not None:
            device.close()


def band(size: int, weights: list[float], around: bool = False) -> Rows:
    """A matrix that gives each element a weighted sum of its neighbours; beyond the edge comes the other one, or it again."""
    reach = len(weights) // 2
    rows = [[0.0] * size for _ in range(size)]
    for here in range(size):
        for offset, weight in enumerate(weights, start=-reach):
            there = (here + offset) % size if around else min(max(here + offset, 0), size - 1)
            rows[here][there] += weight
    return rows


def write_png(path: Path, channels: list[Rows]) -> None:
    """Writes one (grey) or three (red, green, blue) tables of numbers from 0 to 1 as a picture."""
    height, width = len(channels[0]), len(channels[0][0])
    data = bytearray()
    for y in range(height):
        data.append(0)
        for x in range(width):
            data.extend(min(255, max(0, round(channel[y][x] * 255))) for channel in channels)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2 if len(channels) == 3 else 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(bytes(data))), chunk(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


if __name__ == "__main__":
    print("This file is used by the recipes beside it, for example mandelbrot.py.")
