#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Conway's Game of Life: counting neighbours is two matrix products.

Multiplying the board by a matrix with three diagonals of ones, from the left and from the right, adds up each cell's 3x3
square; the board is a torus. Minus the cell itself, that is its number of neighbours, and two comparisons do the rest.

Examples:
    python game_of_life.py --size 128 --steps 200
    python game_of_life.py --device host --size 24 --steps 40 --pattern glider
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from typing import Any

import cookbook_device as cookbook

PATTERNS = {"glider": [(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)], "blinker": [(1, 0), (1, 1), (1, 2)]}


def board(size: int, pattern: str, seed: int) -> cookbook.Rows:
    """The first generation."""
    if pattern == "random":
        dice = random.Random(seed)
        return [[float(dice.random() < 0.3) for _ in range(size)] for _ in range(size)]
    rows = [[0.0] * size for _ in range(size)]
    for y, x in PATTERNS[pattern]:
        rows[y][x] = 1.0
    return rows


def step(device: cookbook.Device, cells: cookbook.Table, ring: cookbook.Table) -> cookbook.Table:
    """The next generation: born with three neighbours, kept with two or three."""
    around = device.subtract(device.matmul(device.matmul(ring, cells), ring), cells)
    kept = device.multiply(cells, device.equal(around, 2.0))
    return device.add(device.equal(around, 3.0), kept)


def show(rows: cookbook.Rows) -> None:
    """Two cells in each character, so that they come out square."""
    marks = {(0, 0): " ", (1, 0): "\u2580", (0, 1): "\u2584", (1, 1): "\u2588"}
    lines = []
    for upper, lower in zip(rows[::2], [*rows[1::2], [0.0] * len(rows[0])], strict=False):
        lines.append("".join(marks[round(a), round(b)] for a, b in zip(upper, lower, strict=True)))
    print("\x1b[H" + "\n".join(lines), flush=True)


def recipe(device: cookbook.Device, options: argparse.Namespace) -> dict[str, Any]:
    """Plays it."""
    cells = device.table(board(options.size, options.pattern, options.seed))
    ring = device.table(cookbook.band(options.size, [1.0, 1.0, 1.0], around=True))
    watch = options.pause > 0 and not options.dry_run and sys.stdout.isatty()
    started = time.monotonic()
    for _ in range(options.steps) if watch else cookbook.counted(options.steps):
        cells = step(device, cells, ring)
        if watch:
            show(device.rows(cells))
            time.sleep(options.pause)
    rows = device.rows(cells)
    seconds = time.monotonic() - started
    alive = [(y, x) for y, row in enumerate(rows) for x, value in enumerate(row) if round(value)]
    if not options.dry_run:
        print(
            f"{len(alive)} cells live after {options.steps} steps on {device.name}, {options.steps / seconds:.1f} a second"
        )
    return {"size": options.size, "steps": options.steps, "alive": len(alive), "first": [list(c) for c in alive[:8]]}


def main(argv: list[str]) -> int:
    """One game."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=cookbook.number(int, 4), default=64, help="cells along each side (default: 64)")
    parser.add_argument("--steps", type=cookbook.number(int, 1), default=200, help="generations (default: 200)")
    parser.add_argument("--pattern", choices=("random", *PATTERNS), default="random", help="first generation")
    parser.add_argument("--seed", type=int, default=1, help="of the random one (default: 1)")
    parser.add_argument(
        "--pause", type=cookbook.number(float, 0, 60), default=0.05, help="seconds between two pictures; 0 shows none"
    )
    cookbook.add_arguments(parser)
    options = parser.parse_args(argv)
    small = {"size": 12, "steps": 4, "pattern": "glider", "pause": 0.0}
    return cookbook.run("game_of_life", options, small, recipe)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
