"""The Forge classifier against stand-ins, and the fine-tuning starter, which carries on after anything."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time

from running import STUBS, Case

HARMFUL = {"TT_METAL_HOME": "/somewhere", "TT_METAL_VERSION": "1"}


class Forge(Case):
    def test_both_compilers_see_no_other_tt_metal(self) -> None:
        self.copy("forge-classifier")
        (self.folder / "a.png").write_bytes(b"x")
        for device in ("forge", "xla", "cpu", "auto"):
            with self.subTest(device):
                done = self.good("tt-forge-classifier.py", "a.png", "--device", device, stubs=True, env=HARMFUL)
                self.assertIn("dog", done.stdout.splitlines()[0])
        self.refused(2, "tt-forge-classifier.py", stubs=True)
        self.refused(2, "tt-forge-classifier.py", "none.png", stubs=True)

    def test_one_wrong_word_is_noticed(self) -> None:
        words = {
            'HARMFUL = ("TT_METAL_HOME", ': 'HARMFUL = ("TT_METAL_HONE", ',
            "sample_inputs=[batch]": "sample_input=[batch]",
            'set_device_type("TT")': 'set_device_type("CPU")',
            'backend="tt"': 'backend="inductor"',
            "network.to(device)": "network",
        }
        for right, wrong in words.items():
            with self.subTest(wrong):
                self.copy("forge-classifier", broken=(right, wrong))
                (self.folder / "a.png").write_bytes(b"x")
                codes = [
                    self.run_program(
                        "tt-forge-classifier.py", "a.png", "--device", way, stubs=True, env=HARMFUL
                    ).returncode
                    for way in ("forge", "xla")
                ]
                self.assertTrue(any(codes))


class FineTune(Case):
    def setUp(self) -> None:
        super().setUp()
        self.copy("fine-tune")
        self.text = "\n".join(f"line {n} of the text that is learnt here" for n in range(40))
        (self.folder / "notes.txt").write_text(self.text, encoding="utf-8")

    def call(self, out: str, steps: int) -> list[str]:
        sizes = ["--steps", str(steps), "--save-every", "10", "--batch-size", "8"]
        return ["tt-fine-tune.py", "notes.txt", "--trainer", "tiny", "--out", out, *sizes]

    def losses(self, out: str, step: int) -> list[float]:
        state = json.loads((self.folder / out / f"step-{step}/state.json").read_text(encoding="utf-8"))
        self.assertEqual(len(state["losses"]), step)
        found: list[float] = state["losses"]
        return found

    def interrupted(self, out: str, how: signal.Signals) -> subprocess.Popen[str]:
        """Starts a long run and interrupts it after its second checkpoint."""
        program = self.start(*self.call(out, 200))
        until = time.monotonic() + 30
        while not (self.folder / out / "step-20/state.json").exists():
            self.assertLess(time.monotonic(), until)
            self.assertIsNone(program.poll(), "it ended too early")
            time.sleep(0.002)
        program.send_signal(how)
        program.wait(20)
        return program

    def test_an_interrupted_run_comes_out_like_an_unbroken_one(self) -> None:
        done = self.good(*self.call("whole", 200))
        whole = self.losses("whole", 200)
        self.assertLess(whole[-1], 0.8 * whole[0], "it learns")
        self.assertRegex(done.stdout, "[\u2581-\u2588]{10}", "and shows the curve")
        for out, how in (("stopped", signal.SIGINT), ("killed", signal.SIGKILL)):
            with self.subTest(out):
                code = self.interrupted(out, how).returncode
                self.assertEqual(code, 130 if how == signal.SIGINT else -signal.SIGKILL)
                again = self.good(*self.call(out, 200))
                carried = re.search(r"Carrying on after step (\d+)", again.stderr)
                self.assertIsNotNone(carried)
                self.assertEqual(self.losses(out, 200), whole)

    def test_few_checkpoints_are_kept_and_half_ones_do_not_count(self) -> None:
        self.good(*self.call("out", 50))
        kept = sorted(path.name for path in (self.folder / "out").iterdir())
        self.assertEqual(kept, ["step-30", "step-40", "step-50"])
        (self.folder / "out/.step-60").mkdir()
        (self.folder / "out/step-70").mkdir()
        again = self.good(*self.call("out", 60))
        self.assertIn("Carrying on after step 50", again.stderr)
        self.assertFalse((self.folder / "out/.step-60").exists())

    def test_another_run_is_not_mixed_into_the_checkpoints(self) -> None:
        self.good(*self.call("out", 10))
        (self.folder / "other.txt").write_text(self.text.replace("learnt", "read"), encoding="utf-8")
        other = ["tt-fine-tune.py", "other.txt", *self.call("out", 20)[2:]]
        same = self.call("out", 20)
        for call, differs in (
            (other, "differs in data\n"),
            ([*same, "--seed", "2"], "differs in seed\n"),
            ([*same, "--batch-size", "4"], "differs in batch-size\n"),
            ([*same, "--trainer", "lora"], "differs in length, model, trainer\n"),
            ([*other, "--dry-run"], "differs in data\n"),
        ):
            with self.subTest(differs):
                self.assertIn(f"out/step-10 comes from another run, which {differs}", self.refused(2, *call))
        self.assertIn("Carrying on after step 10", self.good(*same).stderr)
        self.assertIn("out/step-20 holds the result", self.good(*self.call("out", 15)).stdout)

    def test_a_checkpoint_that_does_not_say_of_what_it_is_carries_on_with_a_warning(self) -> None:
        self.good(*self.call("out", 10))
        place = self.folder / "out/step-10/state.json"
        state = json.loads(place.read_text(encoding="utf-8"))
        del state["run"]
        place.write_text(json.dumps(state), encoding="utf-8")
        done = self.good(*self.call("out", 20))
        self.assertIn("out/step-10 does not say what it was trained with", done.stderr)
        self.assertIn("Carrying on after step 10", done.stderr)
        self.assertNotIn("does not say", self.good(*self.call("out", 30)).stderr, "the next one says it")

    def test_a_place_that_cannot_be_written_is_said_before_the_work(self) -> None:
        for out in ("notes.txt", "notes.txt/below"):
            done = self.run_program(*self.call(out, 10))
            self.assertIn("notes.txt is no folder", done.stderr)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual((self.folder / "notes.txt").read_text(encoding="utf-8"), self.text)

    def test_data_in_json_lines_and_what_is_wrong_with_it(self) -> None:
        rows = [{"text": "one of them"}, {"prompt": "why ", "completion": "so"}]
        (self.folder / "notes.txt").rename(self.folder / "unused")
        (self.folder / "notes.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        plan = json.loads(self.good("tt-fine-tune.py", "notes.jsonl", "--dry-run").stdout)
        self.assertEqual(plan["texts"], 2)
        self.assertTrue(plan["trial_of_tiny"]["resumes"])
        (self.folder / "notes.jsonl").write_text('{"text": "one"}\n{"txet": "two"}\n', encoding="utf-8")
        self.assertIn("line 2", self.refused(2, "tt-fine-tune.py", "notes.jsonl", "--dry-run"))
        self.refused(2, "tt-fine-tune.py", "none.txt", "--trainer", "tiny")
        (self.folder / "latin.txt").write_bytes(b"caf\xe9\n")
        said = self.refused(2, "tt-fine-tune.py", "latin.txt", "--trainer", "tiny")
        self.assertIn("latin.txt is no UTF-8: its byte 3", said)
        self.assertIn("peft", self.refused(3, "tt-fine-tune.py"))

    def test_a_resume_that_forgets_is_noticed(self) -> None:
        self.copy("fine-tune", broken=("trainer.load(newest)", "newest.exists()"))
        trial = json.loads(self.good("tt-fine-tune.py", "--dry-run").stdout)["trial_of_tiny"]
        self.assertFalse(trial["resumes"])

    def test_lora_trains_on_a_chip_and_carries_on(self) -> None:
        env = {"PYTHONPATH": str(STUBS.with_name("stubs_training")), "STUB_LOG": str(self.folder / "calls.json")}
        call = ["tt-fine-tune.py", "notes.txt", "--model", "o/M", "--out", "out", "--save-every", "2"]
        self.good(*call, "--steps", "2", env=env)
        calls = json.loads((self.folder / "calls.json").read_text(encoding="utf-8"))
        self.assertEqual(calls[:3], ["model o/M", "seed 1", "compile tt"])
        self.assertEqual(
            [name for name in calls if name in ("zero_grad", "backward", "step")], ["zero_grad", "backward", "step"] * 2
        )
        self.assertIn("saved ['layer.lora_A']", calls, "the base is not saved with every checkpoint")
        self.good(*call, "--steps", "3", "--rate", "0.05", env=env)
        calls = json.loads((self.folder / "calls.json").read_text(encoding="utf-8"))
        self.assertIn("weights {'layer.lora_A': 'lora_A on the host'}", calls)
        self.assertIn("optimizer from exp_avg on the host", calls)
        self.assertIn("rate 0.05", calls, "a rate that was lowered counts")
        self.assertEqual(calls.count("step"), 1)
        self.good(*call, "--steps", "4", "--device", "cpu", env=env)
        calls = json.loads((self.folder / "calls.json").read_text(encoding="utf-8"))
        self.assertNotIn("compile tt", calls)
        self.assertNotIn("sync", calls)
