#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""The Mandelbrot set: every point of the picture at once, number by number.

Each round computes z*z + c for the whole picture. A point whose |z| has passed 2 keeps its z, so that nothing overflows,
and the rounds that a point stays are counted.

Examples:
    python mandelbrot.py --width 640 --rounds 100 --out mandelbrot.png
    python mandelbrot.py --center -0.7436 0.1318 --span 0.01 --rounds 300
    python mandelbrot.py --device host --width 64 --rounds 30
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import cookbook_device as cookbook

SHADES = " .:-=+*#%@"


def rounds_inside(device: cookbook.Device, options: argparse.Namespace) -> cookbook.Rows:
    """For each point, the rounds that it stays within 2."""
    width, height = options.width, max(2, options.width * 3 // 4)
    pixel = options.span / width
    real = [options.center[0] + (x - (width - 1) / 2) * pixel for x in range(width)]
    imaginary = [options.center[1] - (y - (height - 1) / 2) * pixel for y in range(height)]
    cr = device.table([real for _ in imaginary])
    ci = device.table([[value] * width for value in imaginary])
    zr, zi = device.multiply(cr, 0.0), device.multiply(ci, 0.0)
    count = zr
    for _ in cookbook.counted(options.rounds):
        rr, ii = device.multiply(zr, zr), device.multiply(zi, zi)
        inside = device.at_most(device.add(rr, ii), 4.0)
        count = device.add(count, inside)
        next_r = device.add(device.subtract(rr, ii), cr)
        next_i = device.add(device.multiply(device.multiply(zr, zi), 2.0), ci)
        zr, zi = device.where(inside, next_r, zr), device.where(inside, next_i, zi)
    return device.rows(count)


def recipe(device: cookbook.Device, options: argparse.Namespace) -> dict[str, Any]:
    """Computes it and writes the picture."""
    started = time.monotonic()
    counts = rounds_inside(device, options)
    seconds = time.monotonic() - started
    never = sum(round(value) >= options.rounds for row in counts for value in row)
    if options.dry_run:
        text = ["".join(SHADES[min(9, round(9 * v / options.rounds))] for v in row) for row in counts]
        return {"width": options.width, "rounds": options.rounds, "points_that_stay": never, "picture": text}
    share = [[value / options.rounds for value in row] for row in counts]
    inside = [[float(value < 1) for value in row] for row in share]
    glow = [[(v**0.4) * i for v, i in zip(a, b, strict=True)] for a, b in zip(share, inside, strict=True)]
    cookbook.write_png(
        options.out, [glow, [[v * v for v in row] for row in glow], [[v**0.5 for v in row] for row in glow]]
    )
    print(f"{options.out}: {len(counts[0])}x{len(counts)} points, {seconds:.2f} s on {device.name}")
    return {}


def main(argv: list[str]) -> int:
    """One picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--width", type=cookbook.number(int, 4), default=512, help="points from left to right (default: 512)"
    )
    parser.add_argument("--rounds", type=cookbook.number(int, 1), default=80, help="rounds at most (default: 80)")
    parser.add_argument(
        "--center", type=cookbook.number(float, -100, 100), nargs=2, default=(-0.6, 0.0), help="middle of the picture"
    )
    parser.add_argument("--span", type=cookbook.number(float, 1e-12, 100), default=3.2, help="its width (default: 3.2)")
    parser.add_argument("--out", type=Path, default=Path("mandelbrot.png"), help="picture to write")
    cookbook.add_arguments(parser)
    options = parser.parse_args(argv)
    return cookbook.run("mandelbrot", options, {"width": 48, "rounds": 20, "center": (-0.6, 0.0), "span": 3.2}, recipe)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
