#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""The spectrum of a sound over time: a Fourier transform as two matrix products.

The sound is cut into overlapping frames, one in each row. Multiplied by a table of cosines and one of sines, every row
becomes its spectrum, all frames at once. A matrix engine likes this better than the clever butterflies of an FFT.

Examples:
    python audio_spectrum.py --out spectrum.png voice.wav
    python audio_spectrum.py --device host --seconds 0.2          a sound that rises, made up on the spot
"""

from __future__ import annotations

import argparse
import math
import struct
import sys
import time
import wave
from pathlib import Path
from typing import Any

import cookbook_device as cookbook


def whole_tiles(text: str) -> int:
    """For argparse: a number of samples that fills the tiles of 32x32, in which the matrix engine reads."""
    if not text.isdecimal() or int(text) == 0 or int(text) % 32:
        raise argparse.ArgumentTypeError(f"has to be a multiple of 32, not {text}")
    return int(text)


def rising(seconds: float, rate: int) -> list[float]:
    """A sound that rises from 200 Hz to 1000 Hz."""
    count = max(1, int(seconds * rate))
    phase, samples = 0.0, []
    for n in range(count):
        phase += 2 * math.pi * (200 + 800 * n / count) / rate
        samples.append(math.sin(phase))
    return samples


def read_wav(path: Path) -> tuple[list[float], int]:
    """The samples of a 16-bit file, its channels averaged, and their rate in Hz."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, rate = file.getnchannels(), file.getframerate()
            if file.getsampwidth() != 2:
                raise cookbook.Problem(f"{path} has no 16-bit samples", "convert it to 16-bit PCM", cookbook.INPUT)
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        # The end of a file is an error without words.
        why = str(error) or "it ends too early"
        raise cookbook.Problem(f"{path} is no WAV file: {why}", "convert it to WAV", cookbook.INPUT) from None
    # A file that was cut short may end within a sample.
    values = [value for (value,) in struct.iter_unpack("<h", data[: len(data) // 2 * 2])]
    frames = [values[n : n + channels] for n in range(0, len(values) - channels + 1, channels)]
    return [sum(frame) / channels / 32768 for frame in frames], rate


def spectrum(device: cookbook.Device, samples: list[float], size: int) -> cookbook.Rows:
    """The loudness of each frequency (column) in each frame (row)."""
    # A Hann window keeps a tone from leaking into frequencies that are not there.
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / size) for n in range(size)]
    starts = range(0, max(1, len(samples) - size + 1), size // 2)
    padded = samples + [0.0] * size
    frames = device.table([[padded[s + n] * window[n] for n in range(size)] for s in starts])
    turns = [[2 * math.pi * n * k / size for k in range(size // 2)] for n in range(size)]
    real = device.matmul(frames, device.table([[math.cos(turn) for turn in row] for row in turns]))
    imaginary = device.matmul(frames, device.table([[math.sin(turn) for turn in row] for row in turns]))
    power = device.add(device.multiply(real, real), device.multiply(imaginary, imaginary))
    return device.rows(device.sqrt(power))


def recipe(device: cookbook.Device, options: argparse.Namespace) -> dict[str, Any]:
    """Computes it and writes the picture."""
    samples, rate = (rising(options.seconds, 8000), 8000) if options.wav is None else read_wav(options.wav)
    started = time.monotonic()
    rows = spectrum(device, samples, options.frame)
    seconds = time.monotonic() - started
    loudest = [max(range(len(row)), key=row.__getitem__) * rate / options.frame for row in rows]
    if options.dry_run:
        return {"frames": len(rows), "rate_hz": rate, "loudest_hz": loudest}
    top = max(max(row) for row in rows) or 1.0
    # Decibels from -60 to 0, low frequencies at the bottom, time from left to right.
    shade = [[1 + 20 * math.log10(max(value / top, 1e-3)) / 60 for value in row] for row in rows]
    picture = [[shade[x][y] for x in range(len(shade))] for y in reversed(range(len(shade[0])))]
    cookbook.write_png(options.out, [picture])
    print(
        f"{options.out}: {len(rows)} frames, loudest from {loudest[0]:.0f} to {loudest[-1]:.0f} Hz, "
        f"{seconds:.2f} s on {device.name}"
    )
    return {}


def main(argv: list[str]) -> int:
    """One sound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wav", type=cookbook.a_file, nargs="?", help="16-bit WAV file (default: a rising tone)")
    parser.add_argument("--frame", type=whole_tiles, default=512, help="samples in a frame (default: 512)")
    parser.add_argument(
        "--seconds", type=cookbook.number(float, 0.001, 600), default=1.0, help="length of the rising tone (default: 1)"
    )
    parser.add_argument("--out", type=Path, default=Path("spectrum.png"), help="picture to write")
    cookbook.add_arguments(parser)
    options = parser.parse_args(argv)
    return cookbook.run("audio_spectrum", options, {"frame": 128, "seconds": 0.05, "wav": None}, recipe)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
