#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Fine-tune a language model on your own texts: a starter with checkpoints, resume and a loss curve in the terminal.

The data is a JSON-lines file with `text`, or with `prompt` and `completion`, in each line; or a plain text file.
Two trainers:
  lora   adapters (LoRA) for a model of the Hugging Face hub, by PyTorch, transformers and peft. --device tt runs them on one
         chip through tt-xla, as the LoRA trainer of tt-inference-server does (forge_training_runners, August 2026, whose
         status in the catalog is experimental); --device cpu needs no card. Not run on a card by the authors of this file.
  tiny   letters that follow letters, in plain Python. It learns little and needs nothing: for trying this file out.

Every --save-every steps a checkpoint is written whole, with the step, the losses so far, and what it was trained with. The
same command carries on from the newest one, after Ctrl-C too, and sees the same batches as an unbroken run; other data or
another model need another --out. --dry-run trains the tiny one for some steps on your data, in a folder of its own that is
removed again.

Examples:
    python tt-fine-tune.py notes.jsonl --trainer lora --model meta-llama/Llama-3.2-1B-Instruct --device tt
    python tt-fine-tune.py notes.txt --trainer tiny --steps 200
    python tt-fine-tune.py --dry-run
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import math
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

PROGRAM = "tt-fine-tune"
INPUT = 2
MISSING = 3
SAMPLE = [
    "A Tensix core moves data with two small processors and computes with three.",
    "Tiles of 32 by 32 numbers travel from DRAM to the cores and back.",
    "What does not fit into one chip is spread over a mesh of them.",
]
BARS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"


class Problem(Exception):
    """Something that ends the program with words in place of a traceback."""

    def __init__(self, what: str, then: str, code: int = MISSING) -> None:
        super().__init__(what)
        self.what, self.then, self.code = what, then, code


class Trainer(Protocol):
    """Whatever learns."""

    def step(self, texts: list[str]) -> float:
        """Learns from a batch and gives its loss."""

    def save(self, folder: Path) -> None:
        """Writes everything that a later run needs into an empty folder."""

    def load(self, folder: Path) -> None:
        """Takes it up again."""


class Tiny:
    """For each letter, how likely each other one follows it. Learns by gradient descent on the logits."""

    RATE = 2.0
    # The printable letters of ASCII, and one place for all others.
    LETTERS = 96

    def __init__(self) -> None:
        self.logits = [[0.0] * self.LETTERS for _ in range(self.LETTERS)]

    def step(self, texts: list[str]) -> float:
        """One pass over the pairs of letters of a batch."""
        numbers = [[ord(letter) - 32 if " " <= letter <= "~" else 95 for letter in text] for text in texts]
        pairs = [pair for row in numbers for pair in pairwise(row)]
        loss = 0.0
        for here, after in pairs:
            powers = [math.exp(value) for value in self.logits[here]]
            total = sum(powers)
            loss -= math.log(powers[after] / total)
            self.logits[here] = [
                value - self.RATE * power / total for value, power in zip(self.logits[here], powers, strict=True)
            ]
            self.logits[here][after] += self.RATE
        return loss / max(1, len(pairs))

    def save(self, folder: Path) -> None:
        """As JSON."""
        (folder / "tiny.json").write_text(json.dumps(self.logits), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """From JSON."""
        self.logits = json.loads((folder / "tiny.json").read_text(encoding="utf-8"))


class Lora:
    """Adapters for a model of the hub."""

    def __init__(self, model: str, device: str, rate: float, length: int, seed: int) -> None:
        needed = ["torch", "transformers", "peft", *(["torch_xla"] if device == "tt" else [])]
        missing = [name for name in needed if importlib.util.find_spec(name) is None]
        if missing:
            raise Problem(
                f"this Python has no {', '.join(missing)}", "install them, or try --trainer tiny, which needs nothing"
            )
        self.torch = importlib.import_module("torch")
        transformers = importlib.import_module("transformers")
        peft = importlib.import_module("peft")
        self.rate, self.length = rate, length
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        self.pad = self.tokenizer.pad_token_id
        if self.pad is None:
            self.pad = self.tokenizer.eos_token_id
        base = transformers.AutoModelForCausalLM.from_pretrained(model, use_cache=False)
        config = peft.LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
        # Adapters begin with random numbers.
        self.torch.manual_seed(seed)
        self.adapted = peft.get_peft_model(base, config)
        self.xla: Any = None
        self.device: Any = "cpu"
        self.model: Any = self.adapted
        if device == "tt":
            self._to_chip()
        learning = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.optimizer = self.torch.optim.AdamW(learning, lr=rate)

    def _to_chip(self) -> None:
        """Moves the model to a chip, in the way of the trainer of tt-inference-server."""
        self.xla = importlib.import_module("torch_xla")
        # Without this, torch_xla takes the CPU and says nothing.
        importlib.import_module("torch_xla.runtime").set_device_type("TT")
        os.environ.update({"PJRT_DEVICE": "TT", "XLA_STABLEHLO_COMPILE": "1"})
        self.device = self.xla.device()
        self.adapted.to(self.torch.bfloat16)
        self.adapted.to(self.device)
        options = {"tt_enable_torch_fx_fusion_pass": False, "tt_legacy_compile": True}
        self.model = self.torch.compile(self.adapted, backend="tt", options=options)

    def _sync(self) -> None:
        """A chip computes what has been gathered so far."""
        if self.xla is not None:
            self.xla.sync(wait=True)

    def step(self, texts: list[str]) -> float:
        """One step of the optimizer. Batches are padded to one length: another one would be compiled anew."""
        torch = self.torch
        rows, masks = [], []
        for text in texts:
            ids = self.tokenizer.encode(text)[: self.length]
            rows.append(ids + [self.pad] * (self.length - len(ids)))
            masks.append([1] * len(ids) + [0] * (self.length - len(ids)))
        ids, mask = torch.tensor(rows), torch.tensor(masks)
        # One-hot in place of a loss of PyTorch's own, and made on the host: tt-xla's trainer found both to be needed.
        right = torch.nn.functional.one_hot(ids[:, 1:], self.adapted.config.vocab_size).to(self.device)
        counts = mask[:, 1:].to(self.device)
        self.optimizer.zero_grad()
        self._sync()
        logits = self.model(input_ids=ids.to(self.device), attention_mask=mask.to(self.device)).logits[:, :-1, :]
        lost = -(right * torch.log_softmax(logits, dim=-1)).sum(dim=-1) * counts
        loss = lost.sum() / counts.sum().clamp(min=1)
        loss.backward()
        self._sync()
        self.optimizer.step()
        self._sync()
        return float(loss.detach().to("cpu"))

    def save(self, folder: Path) -> None:
        """The adapters as peft writes them, and the optimizer."""
        weights = {name: value.cpu() for name, value in self.adapted.state_dict().items() if "lora_" in name}
        self.adapted.save_pretrained(str(folder / "adapter"), state_dict=weights)
        self.torch.save(weights, folder / "weights.pt")
        self.torch.save(on_host(self.optimizer.state_dict()), folder / "optimizer.pt")

    def load(self, folder: Path) -> None:
        """The same, taken up again."""
        weights, optimizer = (
            self.torch.load(folder / name, map_location="cpu", weights_only=True)
            for name in ("weights.pt", "optimizer.pt")
        )
        self.adapted.load_state_dict(weights, strict=False)
        # It has kept the rate of the earlier run.
        for group in optimizer["param_groups"]:
            group["lr"] = self.rate
        self.optimizer.load_state_dict(optimizer)


def on_host(state: Any) -> Any:
    """The same with every tensor on the host."""
    if isinstance(state, dict):
        return {name: on_host(value) for name, value in state.items()}
    if isinstance(state, list):
        return [on_host(value) for value in state]
    return state.cpu() if hasattr(state, "cpu") else state


def read(path: Path | None) -> list[str]:
    """The texts to learn from."""
    if path is None:
        return list(SAMPLE)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        what = f"{path} is no UTF-8: its byte {error.start} is the first wrong one"
        raise Problem(what, "convert it to UTF-8", INPUT) from None
    if path.suffix != ".jsonl":
        texts = [line for line in lines if len(line) > 1]
    else:
        texts = []
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line) if line.strip() else {"text": ""}
                texts.append(str(row["text"] if "text" in row else row["prompt"] + row["completion"]))
            except (ValueError, KeyError, TypeError):
                raise Problem(
                    f"line {number} of {path} has neither `text` nor `prompt` and `completion`", "mend it", INPUT
                ) from None
        texts = [text for text in texts if len(text) > 1]
    if not texts:
        raise Problem(f"{path} holds no text", "name a file with some lines", INPUT)
    return texts


def batch(texts: list[str], step: int, size: int, seed: int) -> list[str]:
    """The texts of a step. They depend on seed and step alone, so that a resumed run sees what an unbroken one sees."""
    return random.Random(f"{seed} {step}").choices(texts, k=size)


def checkpoints(folder: Path) -> list[tuple[int, Path]]:
    """The whole checkpoints, the oldest first."""
    found = [(int(path.name[5:]), path) for path in folder.glob("step-*") if path.name[5:].isdecimal()]
    return sorted(pair for pair in found if (pair[1] / "state.json").is_file())


def what_is_trained(texts: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """What has to be the same when a run is carried on. The rate and the device may change."""
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    same = {"trainer": options.trainer, "data": digest, "seed": options.seed, "batch-size": options.batch_size}
    if options.trainer == "lora":
        same |= {"model": options.model, "length": options.length}
    return same


def check_folder(folder: Path, same: dict[str, Any]) -> None:
    """Whether checkpoints can be written there, and are of this run: asked before the work, so that none is lost."""
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise Problem(f"{nearest} is no folder that you may write into", "choose another --out", INPUT)
    for _, newest in checkpoints(folder)[-1:]:
        state = json.loads((newest / "state.json").read_text(encoding="utf-8"))
        if "run" not in state:
            print(f"{newest} does not say what it was trained with: make sure that it was the same", file=sys.stderr)
        elif state["run"] != same:
            other = sorted(
                name for name in state["run"].keys() | same.keys() if state["run"].get(name) != same.get(name)
            )
            what = f"{newest} comes from another run, which differs in {', '.join(other)}"
            raise Problem(what, "choose another --out, or use the same as there", INPUT)


def save(trainer: Trainer, folder: Path, state: dict[str, Any], kept: int) -> None:
    """Writes a checkpoint beside its place and moves it there, so that there is never half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".step-*"):
        shutil.rmtree(left)
    place, target = folder / f".step-{state['step']}", folder / f"step-{state['step']}"
    place.mkdir()
    trainer.save(place)
    (place / "state.json").write_text(json.dumps(state), encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    place.replace(target)
    for _, old in checkpoints(folder)[:-kept]:
        shutil.rmtree(old)


def curve(losses: list[float], width: int) -> str:
    """The losses as bars; where there are more than places, each bar is the mean of some."""
    group = max(1, math.ceil(len(losses) / max(1, width)))
    parts = [losses[n : n + group] for n in range(0, len(losses), group)]
    means = [sum(part) / len(part) for part in parts]
    low, high = min(means), max(means)
    reach = (high - low) or 1.0
    return "".join(BARS[1 + round((value - low) / reach * 7)] for value in means)


def show(step: int, steps: int, losses: list[float], seconds: float) -> None:
    """One line: in place on a terminal, now and then elsewhere."""
    if sys.stdout.isatty():
        width = max(10, shutil.get_terminal_size().columns - 48)
        line = f"step {step}/{steps} loss {losses[-1]:.4f} {seconds:.2f} s/step {curve(losses, width)}"
        print(f"\r\x1b[K{line}", end="", flush=True)
    elif step % max(1, steps // 10) == 0 or step == steps:
        print(f"step {step}/{steps} loss {losses[-1]:.4f} {curve(losses, 40)}", flush=True)


def train(trainer: Trainer, texts: list[str], folder: Path, options: argparse.Namespace) -> tuple[list[float], bool]:
    """Trains to the end, or until Ctrl-C. Gives the losses of all steps, and whether it has been stopped."""
    step, losses = 0, []
    found = checkpoints(folder)
    if found:
        step, newest = found[-1]
        losses = json.loads((newest / "state.json").read_text(encoding="utf-8"))["losses"]
        trainer.load(newest)
        if not options.dry_run:
            print(f"Carrying on after step {step}, from {newest}", file=sys.stderr)
    run = what_is_trained(texts, options)
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    # The step under way is finished and saved: a step of a large model takes a while, and is worth it.
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while step < options.steps and not stopped:
            started = time.monotonic()
            losses.append(trainer.step(batch(texts, step, options.batch_size, options.seed)))
            step += 1
            if not math.isfinite(losses[-1]):
                raise Problem(f"the loss of step {step} is {losses[-1]}", "lower --rate; checkpoints are kept", 1)
            if not options.dry_run:
                show(step, options.steps, losses, time.monotonic() - started)
            if step % options.save_every == 0 or step == options.steps or stopped:
                save(trainer, folder, {"step": step, "losses": losses, "run": run}, options.keep)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if sys.stdout.isatty() and not options.dry_run:
        print()
    return losses, stopped


def whole(least: int) -> Callable[[str], int]:
    """For argparse: a whole number that is not below `least`."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"has to be a whole number, {least} or more, not {text}")
        return int(text)

    return read


def rate(text: str) -> float:
    """For argparse: a learning rate."""
    if not 0 < float(text) <= 1:
        raise argparse.ArgumentTypeError(f"has to be above 0 and not above 1, not {text}")
    return float(text)


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", help="texts to learn from (default: three sentences)")
    parser.add_argument("--trainer", choices=("lora", "tiny"), default="lora", help="what learns (default: lora)")
    parser.add_argument("--model", default="meta-llama/Llama-3.2-1B-Instruct", help="for lora (default: %(default)s)")
    parser.add_argument("--device", choices=("tt", "cpu"), default="tt", help="for lora (default: tt)")
    parser.add_argument(
        "--out", type=Path, default=Path("checkpoints"), help="folder for checkpoints (default: checkpoints)"
    )
    parser.add_argument(
        "--steps", type=whole(1), default=100, help="steps in all, earlier runs included (default: 100)"
    )
    parser.add_argument("--batch-size", type=whole(1), default=4, help="texts in a step (default: 4)")
    parser.add_argument("--rate", type=rate, default=1e-4, help="learning rate of lora (default: 0.0001)")
    parser.add_argument("--length", type=whole(2), default=128, help="tokens of a text for lora (default: 128)")
    parser.add_argument("--save-every", type=whole(1), default=20, help="steps between two checkpoints (default: 20)")
    parser.add_argument("--keep", type=whole(1), default=3, help="checkpoints to keep (default: 3)")
    parser.add_argument("--seed", type=int, default=1, help="of the order of the texts, and of adapters (default: 1)")
    parser.add_argument("--dry-run", action="store_true", help="try everything that needs no card, and print JSON")
    return parser.parse_args(argv)


def dry_run(texts: list[str], options: argparse.Namespace) -> int:
    """Trains the tiny one for ten steps: in one go, and with a stop in the middle, which has to come out the same."""
    with tempfile.TemporaryDirectory() as scratch:
        options.steps, options.save_every = 10, 5
        whole, _ = train(Tiny(), texts, Path(scratch, "whole"), options)
        options.steps = 5
        train(Tiny(), texts, Path(scratch, "broken"), options)
        options.steps = 10
        resumed, _ = train(Tiny(), texts, Path(scratch, "broken"), options)
    trial = {"losses": [round(loss, 4) for loss in whole], "curve": curve(whole, 10), "resumes": whole == resumed}
    plan = {"trainer": options.trainer, "model": options.model, "device": options.device, "texts": len(texts)}
    print(
        json.dumps(
            {"would": f"fine-tune into {options.out}", **plan, "trial_of_tiny": trial}, indent=2, ensure_ascii=False
        )
    )
    return 0


def run(options: argparse.Namespace) -> int:
    """Read, train, say where it is."""
    texts = read(options.data)
    check_folder(options.out, what_is_trained(texts, options))
    if options.dry_run:
        return dry_run(texts, options)
    trainer: Trainer = Tiny()
    if options.trainer == "lora":
        trainer = Lora(options.model, options.device, options.rate, options.length, options.seed)
    losses, stopped = train(trainer, texts, options.out, options)
    if stopped:
        print(f"Stopped after step {len(losses)}. The same command carries on.", file=sys.stderr)
        return 130
    print(f"{options.out / f'step-{len(losses)}'} holds the result; loss {losses[0]:.4f} -> {losses[-1]:.4f}")
    return 0


def main(argv: list[str]) -> int:
    """One run."""
    options = parse(argv)
    try:
        return run(options)
    except Problem as problem:
        print(f"{PROGRAM}: {problem.what}\n  next: {problem.then}", file=sys.stderr)
        return problem.code
    except OSError as error:
        print(f"{PROGRAM}: {error}\n  next: check the names of the files", file=sys.stderr)
        return INPUT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
