"""The recipes: right by themselves, and the same on the stand-in of ttnn as in plain Python."""

from __future__ import annotations

import json
import struct
import wave
import zlib
from pathlib import Path
from typing import Any

from running import Case

RECIPES = ("game_of_life", "mandelbrot", "audio_spectrum", "image_filters", "particle_life")
SMALL = {
    "game_of_life": ["--size", "16", "--steps", "5", "--pause", "0"],
    "mandelbrot": ["--width", "32", "--rounds", "20"],
    "audio_spectrum": ["--frame", "64", "--seconds", "0.05"],
    "image_filters": ["--size", "12"],
    "particle_life": ["--particles", "10", "--steps", "3"],
}


def pixels(path: Path) -> tuple[int, int, bytes]:
    """Width, height and values of a picture that the cookbook has written, each part checked."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, parts = 8, {}
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + body)
        parts[kind] = body
        at += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    return width, height, zlib.decompress(parts[b"IDAT"])


class Cookbook(Case):
    def setUp(self) -> None:
        super().setUp()
        self.copy("cookbook")

    def dry(self, recipe: str, *more: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.good(f"cookbook/{recipe}.py", "--dry-run", *more).stdout)["small_case"]
        return found

    def test_the_small_cases_are_right(self) -> None:
        glider = self.dry("game_of_life")
        # After four generations a glider is itself again, one cell further down and to the right.
        self.assertEqual(glider["first"], [[1, 2], [2, 3], [3, 1], [3, 2], [3, 3]])
        picture = self.dry("mandelbrot")["picture"]
        self.assertEqual(picture, picture[::-1], "the set is the same above and below")
        self.assertEqual(picture[18][24], "@", "the middle belongs to it")
        tones = self.dry("audio_spectrum")["loudest_hz"]
        self.assertEqual(tones, sorted(tones))
        self.assertTrue(200 <= tones[0] < tones[-1] <= 1000, tones)
        blur = self.dry("image_filters", "--filter", "blur")
        self.assertTrue(0 <= blur["least"] <= blur["most"] <= 1, blur)
        self.assertEqual(self.dry("particle_life")["particles"], 12)

    def test_a_chip_gives_what_plain_python_gives(self) -> None:
        for recipe in RECIPES:
            with self.subTest(recipe):
                found = []
                for device in ("host", "0"):
                    args = [f"cookbook/{recipe}.py", *SMALL[recipe], "--device", device]
                    if recipe != "game_of_life":
                        args += ["--out", f"{device}.png"]
                    done = self.good(*args, stubs=True)
                    found.append(
                        done.stdout.split(" on ")[0]
                        if recipe == "game_of_life"
                        else pixels(self.folder / f"{device}.png")
                    )
                self.assertEqual(found[0], found[1])

    def test_a_sound_that_was_cut_short_is_heard_as_far_as_it_goes(self) -> None:
        with wave.open(str(self.folder / "a.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(400))
        whole = (self.folder / "a.wav").read_bytes()
        (self.folder / "a.wav").write_bytes(whole[:-3])
        self.good("cookbook/audio_spectrum.py", "a.wav", "--device", "host", "--frame", "64")

    def test_whoever_waits_sees_how_far_it_is(self) -> None:
        self.copy("cookbook", broken=("SILENCE = 1.0", "SILENCE = 0.0"))
        for recipe, last in (("mandelbrot", 20), ("particle_life", 3), ("game_of_life", 5)):
            with self.subTest(recipe):
                done = self.good(f"cookbook/{recipe}.py", *SMALL[recipe], "--device", "host")
                self.assertIn(f"\n{last - 1} of {last}\n", done.stderr)
                self.assertNotIn(f" of {last}", done.stdout)

    def test_one_wrong_word_is_noticed(self) -> None:
        words = {
            "open_device(device_id=device_id)": "open_device(device_id)",
            "layout=self.ttnn.TILE_LAYOUT": "layout=self.ttnn.ROW_MAJOR_LAYOUT",
            "self.ttnn.close_device(self.device)": "pass",
            "self.ttnn.matmul(a, b)": "self.ttnn.matmul(b, a, c)",
            "self.ttnn.eq(a, b)": "self.ttnn.equal(a, b)",
        }
        for right, wrong in words.items():
            with self.subTest(wrong):
                self.copy("cookbook", broken=(right, wrong))
                done = self.run_program("cookbook/game_of_life.py", *SMALL["game_of_life"], stubs=True)
                self.assertNotEqual(done.returncode, 0)

    def test_sounds_and_pictures_of_ones_own(self) -> None:
        with wave.open(str(self.folder / "a.wav"), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(struct.pack("<4000h", *(n % 100 * 100 for n in range(4000))))
        self.good("cookbook/audio_spectrum.py", "a.wav", "--device", "host", "--frame", "64")
        (self.folder / "a.ppm").write_bytes(b"P6 # made here\n4 2\n255\n" + bytes(range(24)))
        self.good("cookbook/image_filters.py", "a.ppm", "--device", "host", "--filter", "sharpen")
        self.assertEqual(pixels(self.folder / "filtered.png")[:2], (4, 2))
        (self.folder / "a.png").write_bytes(b"x")
        self.assertIn("Pillow", self.refused(3, "cookbook/image_filters.py", "a.png", "--device", "host"))
        for name in ("a.ppm", "a.wav"):
            (self.folder / name).write_bytes(b"P6 9 9 255\n")
        self.refused(2, "cookbook/image_filters.py", "a.ppm", "--device", "host")
        self.refused(2, "cookbook/audio_spectrum.py", "a.wav", "--device", "host")
        (self.folder / "a.wav").write_bytes(b"")
        said = self.refused(2, "cookbook/audio_spectrum.py", "a.wav", "--device", "host")
        self.assertIn("is no WAV file: it ends too early", said)
        self.refused(2, "cookbook/mandelbrot.py", "--device", "gpu")
