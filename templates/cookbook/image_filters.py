#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Filters for pictures, each as matrix products: blur, sharpen, edges, emboss.

A filter that works along rows and along columns is two banded matrices, one from the left and one from the right, and the
matrix engine applies it to the whole picture. Reads PPM and PGM files by itself and everything else with Pillow.

Examples:
    python image_filters.py --filter edges photo.ppm --out edges.png
    python image_filters.py --device host --filter blur           a small test picture, made up on the spot
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

import cookbook_device as cookbook

BLUR = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]
SLOPE = [-1.0, 0.0, 1.0]
SMOOTH = [0.25, 0.5, 0.25]
FILTERS = ("blur", "sharpen", "edges", "emboss")


def test_picture(size: int) -> list[cookbook.Rows]:
    """A disc on a slope."""
    middle = (size - 1) / 2
    rows = [
        [1.0 if (x - middle) ** 2 + (y - middle) ** 2 < (size / 4) ** 2 else x / (2 * size) for x in range(size)]
        for y in range(size)
    ]
    return [rows]


def read_pnm(path: Path) -> list[cookbook.Rows]:
    """A binary PGM or PPM file with one byte for each value."""
    data = path.read_bytes()
    fields: list[bytes] = []
    at = 0
    while len(fields) < 4 and at < len(data):
        if data[at : at + 1] == b"#":
            at = data.index(b"\n", at)
        elif not data[at : at + 1].isspace():
            end = at
            while end < len(data) and not data[end : end + 1].isspace():
                end += 1
            fields.append(data[at:end])
            at = end
        at += 1
    try:
        kind, width, height, most = fields[0], *(int(field) for field in fields[1:4])
    except (ValueError, IndexError):
        kind, width, height, most = b"", 0, 0, 0
    depth = {b"P5": 1, b"P6": 3}.get(kind, 0)
    if not depth or not 0 < most < 256 or width * height * depth > len(data) - at or width < 1:
        raise cookbook.Problem(f"{path} is no binary PGM or PPM file", "convert it to one", cookbook.INPUT)
    stride = width * depth
    return [
        [[data[at + y * stride + x * depth + c] / most for x in range(width)] for y in range(height)]
        for c in range(depth)
    ]


def read(path: Path) -> list[cookbook.Rows]:
    """The channels of a picture, numbers from 0 to 1."""
    if path.suffix.lower() in (".pgm", ".ppm", ".pnm"):
        return read_pnm(path)
    if importlib.util.find_spec("PIL") is None:
        raise cookbook.Problem(f"Pillow is needed to read {path}", "pip install pillow, or convert it to PPM")
    with importlib.import_module("PIL.Image").open(path) as image:
        picture = image.convert("RGB")
        width, height = picture.size
        data = picture.tobytes()
    return [[[data[(y * width + x) * 3 + c] / 255 for x in range(width)] for y in range(height)] for c in range(3)]


def apply(device: cookbook.Device, name: str, picture: cookbook.Rows) -> cookbook.Table:
    """One filter on one channel."""
    height, width = len(picture), len(picture[0])
    table = device.table(picture)

    def both(down: list[float], across: list[float]) -> cookbook.Table:
        left = device.table(cookbook.band(height, down))
        # From the right, a matrix works on columns: it has to be turned round.
        right = [list(column) for column in zip(*cookbook.band(width, across), strict=True)]
        return device.matmul(device.matmul(left, table), device.table(right))

    if name == "blur":
        return both(BLUR, BLUR)
    if name == "sharpen":
        return device.subtract(device.multiply(table, 2.0), both(BLUR, BLUR))
    if name == "edges":
        return device.add(device.abs(both(SMOOTH, SLOPE)), device.abs(both(SLOPE, SMOOTH)))
    # Light from the upper left: what rises to the lower right is bright.
    return device.add(device.add(both(SMOOTH, SLOPE), both(SLOPE, SMOOTH)), 0.5)


def recipe(device: cookbook.Device, options: argparse.Namespace) -> dict[str, Any]:
    """Filters a picture."""
    picture = test_picture(options.size) if options.picture is None else read(options.picture)
    started = time.monotonic()
    channels = [device.rows(apply(device, options.filter, channel)) for channel in picture]
    seconds = time.monotonic() - started
    values = [value for channel in channels for row in channel for value in row]
    if options.dry_run:
        figures = {"least": round(min(values), 6), "most": round(max(values), 6)}
        return {"filter": options.filter, "size": options.size, **figures, "mean": round(sum(values) / len(values), 6)}
    cookbook.write_png(options.out, channels)
    print(f"{options.out}: {options.filter}, {len(channels)} channels, {seconds:.2f} s on {device.name}")
    return {}


def main(argv: list[str]) -> int:
    """One picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=cookbook.a_file, nargs="?", help="the picture (default: a test picture)")
    parser.add_argument("--filter", choices=FILTERS, default="edges", help="what to do (default: edges)")
    parser.add_argument(
        "--size", type=cookbook.number(int, 1), default=128, help="side of the test picture (default: 128)"
    )
    parser.add_argument("--out", type=Path, default=Path("filtered.png"), help="picture to write")
    cookbook.add_arguments(parser)
    options = parser.parse_args(argv)
    return cookbook.run("image_filters", options, {"size": 16, "picture": None}, recipe)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
