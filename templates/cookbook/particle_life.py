#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Particle life: kinds of particles that attract or repel each other, and what grows from that.

For N particles every step has N x N forces: differences of positions, distances, a force by distance and by the two kinds,
and a sum over each row, which is a product with a column of ones. Positions live on a torus and are moved on the host.

Examples:
    python particle_life.py --particles 512 --steps 300 --out particles.png
    python particle_life.py --device host --particles 48 --steps 20
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cookbook_device as cookbook

NEAR, FAR = 0.05, 0.2
FRICTION, STEP = 0.85, 0.01
COLOURS = [(1.0, 0.3, 0.3), (0.3, 1.0, 0.4), (0.4, 0.5, 1.0), (1.0, 0.9, 0.3), (0.9, 0.4, 1.0)]


@dataclass
class World:
    """Where every particle is, how fast, and of which kind; `rules` says how much one kind likes another."""

    places: list[list[float]]
    speeds: list[list[float]]
    kinds: list[int]
    rules: cookbook.Rows


def made(particles: int, kinds: int, seed: int) -> World:
    """A world from a seed."""
    dice = random.Random(seed)
    return World(
        places=[[dice.random(), dice.random()] for _ in range(particles)],
        speeds=[[0.0, 0.0] for _ in range(particles)],
        kinds=[n % kinds for n in range(particles)],
        rules=[[dice.uniform(-1, 1) for _ in range(kinds)] for _ in range(kinds)],
    )


def forces(
    device: cookbook.Device, world: World, liking: cookbook.Table, ones: cookbook.Table
) -> list[tuple[float, float]]:
    """The force on each particle."""
    pulls: list[cookbook.Table] = []
    square: cookbook.Table = None
    for axis in (0, 1):
        line = [place[axis] for place in world.places]
        away = device.subtract(device.table([line]), device.table([[value] for value in line]))
        # The shorter way round: more than half the world away is nearer through the edge.
        over = device.at_most(device.multiply(away, -1.0), -0.5)
        under = device.at_most(away, -0.5)
        away = device.add(device.subtract(away, over), under)
        pulls.append(away)
        squared = device.multiply(away, away)
        square = squared if square is None else device.add(square, squared)
    # A little more than 0, so that a particle does not divide by its distance from itself.
    distance = device.sqrt(device.add(square, 1e-9))
    # Nearer than NEAR everybody repels; from there to FAR the liking rises and falls again; beyond there is nothing.
    repel = device.subtract(device.multiply(distance, 1 / NEAR), 1.0)
    middle, half = (NEAR + FAR) / 2, (FAR - NEAR) / 2
    hill = device.subtract(device.multiply(device.abs(device.subtract(distance, middle)), -1 / half), -1.0)
    reach = device.at_most(distance, FAR)
    strength = device.where(
        device.at_most(distance, NEAR), repel, device.multiply(device.multiply(hill, liking), reach)
    )
    along = device.divide(strength, distance)
    sums = [device.rows(device.matmul(device.multiply(along, pull), ones)) for pull in pulls]
    return [(x[0], y[0]) for x, y in zip(*sums, strict=True)]


def recipe(device: cookbook.Device, options: argparse.Namespace) -> dict[str, Any]:
    """Lets them live."""
    world = made(options.particles, options.kinds, options.seed)
    liking = device.table([[world.rules[a][b] for b in world.kinds] for a in world.kinds])
    ones = device.table([[1.0]] * options.particles)
    started = time.monotonic()
    for _ in cookbook.counted(options.steps):
        for place, speed, force in zip(world.places, world.speeds, forces(device, world, liking, ones), strict=True):
            for axis in (0, 1):
                speed[axis] = speed[axis] * FRICTION + force[axis] * STEP
                place[axis] = (place[axis] + speed[axis] * STEP) % 1.0
    seconds = time.monotonic() - started
    motion = sum(x * x + y * y for x, y in world.speeds) / 2
    if options.dry_run:
        first = [round(value, 6) for value in world.places[0]]
        return {"particles": options.particles, "steps": options.steps, "motion": round(motion, 9), "first": first}
    side = 400
    channels = [[[0.0] * side for _ in range(side)] for _ in range(3)]
    for (x, y), kind in zip(world.places, world.kinds, strict=True):
        for channel, value in zip(channels, COLOURS[kind], strict=True):
            for spot in range(9):
                channel[(int(y * side) + spot // 3) % side][(int(x * side) + spot % 3) % side] = value
    cookbook.write_png(options.out, channels)
    print(f"{options.out}: {options.steps} steps of {options.particles} particles, {seconds:.2f} s on {device.name}")
    return {}


def main(argv: list[str]) -> int:
    """One world."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--particles", type=cookbook.number(int, 2), default=256, help="how many (default: 256)")
    parser.add_argument(
        "--kinds", type=cookbook.number(int, 1, len(COLOURS)), default=3, help="kinds of them, 1 to 5 (default: 3)"
    )
    parser.add_argument("--steps", type=cookbook.number(int, 1), default=200, help="steps (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="of the world (default: 1)")
    parser.add_argument("--out", type=Path, default=Path("particles.png"), help="picture to write")
    cookbook.add_arguments(parser)
    options = parser.parse_args(argv)
    return cookbook.run("particle_life", options, {"particles": 12, "steps": 3}, recipe)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
