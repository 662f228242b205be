#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""A language model on this box, loaded once: what the direct chat, the API server and the coding assistant share.

It drives the Generator of tt-metal's `models/tt_transformers`: one prefill for the conversation, then one decode for each
token. The weights stay on the chips between two questions, so only the first one waits for them.

The Generator's methods have changed their names and options over time. `accepted` looks at the signature that is there:
  2025   decode_forward_text(tokens, start_pos, ...)  gives logits      (tt-metal 000ec121, models/tt_transformers/tt)
  2026   decode_forward(..., reset_batch)             gives (logits, log probabilities)
  later  decode_forward(..., reload_inputs, ...)      the same, and says what is to be copied anew
Nothing here was run on a card by its authors; the calls are checked against stand-ins with these three signatures.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import math
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

INPUT = 2
MISSING = 3
UNANSWERED = 4
BLOCK = 32
# Rows and columns of chips, by the names that the spec files of tt-inference-server use.
SHAPES = {
    "N150": (1, 1),
    "N300": (1, 2),
    "N150X4": (1, 4),
    "T3K": (1, 8),
    "GALAXY": (8, 4),
    "P100": (1, 1),
    "P150": (1, 1),
    "P150X4": (1, 4),
    "P150X8": (1, 8),
    "P300": (1, 2),
    "P300X2": (1, 4),
}
FABRICS = {"off": None, "1d": "FABRIC_1D", "1d-ring": "FABRIC_1D_RING"}
Message = dict[str, str]


class Problem(Exception):
    """Something that ends the program with words in place of a traceback."""

    def __init__(self, what: str, then: str, code: int = MISSING) -> None:
        super().__init__(what)
        self.what, self.then, self.code = what, then, code


@dataclass(frozen=True)
class Settings:
    """What to load, and where."""

    model: str
    device: str
    max_seq_len: int
    fabric: str
    trace: bool
    trace_region_size: int
    tt_metal: str


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


PORT = number(int, 0, 65535)
TOKENS = number(int, 1)
# OpenAI's own limits.
TEMPERATURE = number(float, 0, 2)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every program with a direct model has."""
    default = os.environ.get("HF_MODEL", "meta-llama/Llama-3.1-8B-Instruct")
    parser.add_argument("--model", default=default, help="repository on the hub, or a folder (default: %(default)s)")
    parser.add_argument(
        "--device",
        type=str.upper,
        choices=("AUTO", *SHAPES),
        default="AUTO",
        help="the box, or a part of it; AUTO is a row of all chips",
    )
    parser.add_argument("--max-seq-len", type=int, default=4096, help="tokens of a whole conversation (default: 4096)")
    parser.add_argument(
        "--fabric",
        choices=("auto", *FABRICS),
        default="auto",
        help="how chips talk to each other; auto is 1d for more than one chip",
    )
    parser.add_argument("--no-trace", action="store_true", help="decode without a trace: slower, and simpler to debug")
    parser.add_argument(
        "--trace-region-size", type=number(int, 0), default=30_000_000, help="bytes kept for it (default: 30000000)"
    )
    parser.add_argument(
        "--tt-metal", default=os.environ.get("TT_METAL_HOME", "."), help="checkout with the package `models`"
    )
    parser.add_argument("--dry-run", action="store_true", help="print as JSON what would be done, and do nothing")


def settings_of(options: argparse.Namespace) -> Settings:
    """The options, checked."""
    if options.max_seq_len < 128 or options.max_seq_len % 128:
        raise Problem("--max-seq-len has to be a multiple of 128", "say for example --max-seq-len 4096", INPUT)
    if getattr(options, "max_tokens", 0) >= options.max_seq_len:
        raise Problem("--max-tokens leaves no room for a question", "lower it, or raise --max-seq-len", INPUT)
    checkout = Path(options.tt_metal).expanduser().resolve()
    if not checkout.is_dir():
        raise Problem(f"there is no folder {checkout}", "name the checkout of tt-metal with --tt-metal", INPUT)
    model = str(options.model)
    if model.startswith(("/", "~", "./", "../")):
        folder = Path(model).expanduser().resolve()
        if not (folder / "config.json").is_file():
            raise Problem(f"{folder} holds no config.json", "name a folder with the weights, or a repository", INPUT)
        model = str(folder)
    return Settings(
        model=model,
        device=options.device,
        max_seq_len=options.max_seq_len,
        fabric=options.fabric,
        trace=not options.no_trace,
        trace_region_size=options.trace_region_size,
        tt_metal=str(checkout),
    )


def problems(settings: Settings) -> list[str]:
    """Why the model could not be loaded here."""
    prepare_path(settings)
    reasons = {
        "torch": "use the Python of tt-metal, or of the environment that tt-jukebox has set up",
        "ttnn": "build tt-metal, and run its own Python",
        "models": "name the checkout of tt-metal with --tt-metal",
    }
    return [f"the package {name} cannot be imported: {then}" for name, then in reasons.items() if not there(name)]


def plan(settings: Settings) -> dict[str, Any]:
    """What loading would do, without doing it."""
    shape = SHAPES.get(settings.device)
    return {
        "model": settings.model,
        "device": settings.device,
        "mesh": list(shape) if shape else "one row of all chips",
        "max_seq_len": settings.max_seq_len,
        "kv_cache_blocks": blocks(settings.max_seq_len),
        "fabric": settings.fabric,
        "trace": settings.trace,
        "problems": problems(settings),
    }


def words_of(error: Exception) -> str:
    """What ttnn says, without its backtrace: the line after `info:`, else the first one."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[lines.index("info:") + 1] if "info:" in lines[:-1] else lines[0]


def there(package: str) -> bool:
    """Whether a package can be imported."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def prepare_path(settings: Settings) -> None:
    """The package `models` is imported from the checkout, which is no installed package."""
    if settings.tt_metal not in sys.path:
        sys.path.append(settings.tt_metal)


def blocks(max_seq_len: int) -> int:
    """Blocks of the paged KV cache: enough for the conversation, and a multiple of 32 as paged attention wants it."""
    return -(-max_seq_len // BLOCK // 32) * 32


def accepted(function: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any]:
    """The options that a function names in its signature."""
    named = inspect.signature(function).parameters
    return {name: value for name, value in options.items() if name in named}


def choose(
    logits: Any, torch: ModuleType, vocabulary: int, temperature: float, top_p: float, dice: random.Random
) -> int:
    """The next token: the likeliest one, or one of the likeliest."""
    row = logits.float().reshape(-1)[:vocabulary]
    values, indices = torch.topk(row, 1 if temperature <= 0 else min(64, vocabulary))
    candidates: list[int] = indices.tolist()
    if temperature <= 0:
        return candidates[0]
    scores: list[float] = values.tolist()
    weights = [2.718281828459045 ** ((score - scores[0]) / temperature) for score in scores]
    total, kept = sum(weights), 0.0
    for count, weight in enumerate(weights, start=1):
        kept += weight / total
        if kept >= top_p:
            return dice.choices(candidates[:count], weights[:count])[0]
    return dice.choices(candidates, weights)[0]


class DirectModel:
    """The model on the chips, with the tokenizer that belongs to it."""

    def __init__(self, settings: Settings) -> None:
        missing = problems(settings)
        if missing:
            raise Problem("; ".join(missing), "the same command with --dry-run shows what would be done")
        self.settings = settings
        print("Opening the chips.", file=sys.stderr)
        # Whoever ends this program, the chips are given back: each of these becomes a KeyboardInterrupt.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        # tt_transformers takes its weights from the environment, and prefers LLAMA_DIR where both are set.
        os.environ.pop("LLAMA_DIR", None)
        os.environ["HF_MODEL"] = settings.model
        self.torch = importlib.import_module("torch")
        # Its log goes to stdout, where the answers go.
        os.environ.setdefault("TT_LOGGER_LEVEL", "error")
        self.ttnn = importlib.import_module("ttnn")
        try:
            self.mesh = self._open()
        except RuntimeError as error:
            raise Problem(f"ttnn: {words_of(error)}", "`tt-jukebox doctor` looks at the cards") from None
        print(f"Loading {settings.model}: this takes minutes, and is done once.", file=sys.stderr)
        try:
            self._load()
        except BaseException:
            self.close()
            raise

    def _open(self) -> Any:
        ttnn = self.ttnn
        found = len(ttnn.get_device_ids())
        rows, columns = SHAPES.get(self.settings.device, (1, found))
        if rows * columns > found or found == 0:
            raise Problem(
                f"{self.settings.device} needs {rows * columns} chips, and there are {found}", "choose --device"
            )
        name = "1d" if self.settings.fabric == "auto" and rows * columns > 1 else self.settings.fabric
        self.fabric = FABRICS.get(name)
        if self.fabric:
            ttnn.set_fabric_config(getattr(ttnn.FabricConfig, self.fabric))
        return ttnn.open_mesh_device(
            mesh_shape=ttnn.MeshShape(rows, columns), trace_region_size=self.settings.trace_region_size
        )

    def _load(self) -> None:
        common = importlib.import_module("models.tt_transformers.tt.common")
        generator = importlib.import_module("models.tt_transformers.tt.generator")
        config = importlib.import_module("models.tt_transformers.tt.model_config")
        count = blocks(self.settings.max_seq_len)
        self.args, self.model, cache, _ = common.create_tt_model(
            self.mesh,
            instruct=True,
            max_batch_size=1,
            optimizations=lambda args: config.DecodersPrecision.performance(args.n_layers, args.model_name),
            max_seq_len=self.settings.max_seq_len,
            paged_attention_config=common.PagedAttentionConfig(block_size=BLOCK, max_num_blocks=count),
            dtype=self.ttnn.bfloat8_b,
        )
        self.cache = [cache]
        self.tokenizer = self.args.tokenizer
        self.page_table = self.torch.arange(count, dtype=self.torch.int32).reshape(1, count)
        self.generator = generator.Generator([self.model], [self.args], self.mesh, tokenizer=self.tokenizer)
        self.decode = getattr(self.generator, "decode_forward", None) or self.generator.decode_forward_text
        stops = getattr(self.tokenizer, "stop_tokens", None) or [self.tokenizer.eos_token_id]
        self.stops = {int(stop) for stop in stops}
        self.asked = 0

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """The tokens of a conversation, in the words of the model's own template."""
        ids = self.tokenizer.apply_chat_template(list(messages), tokenize=True, add_generation_prompt=True)
        # Newer releases of transformers answer with a mapping.
        return [int(token) for token in (ids["input_ids"] if hasattr(ids, "keys") else ids)]

    def fitted(self, messages: Sequence[Message], max_tokens: int) -> list[int]:
        """The tokens of the newest messages that leave room for the answer; a system prompt always stays."""
        kept = list(messages)
        first = 1 if kept and kept[0]["role"] == "system" else 0
        while True:
            ids = self.encode(kept)
            if len(ids) + max_tokens <= self.settings.max_seq_len:
                return ids
            if len(kept) - first <= 1:
                room = self.settings.max_seq_len - max_tokens
                raise Problem(
                    f"{len(ids)} tokens do not fit into {room}", "ask for less, or raise --max-seq-len", INPUT
                )
            del kept[first : first + (2 if len(kept) - first > 2 else 1)]

    def stream(
        self,
        messages: Sequence[Message],
        max_tokens: int = 256,
        temperature: float = 0.0,
        top_p: float = 0.9,
        seed: int = 0,
    ) -> Iterator[str]:
        """The answer, piece by piece."""
        ids = self.fitted(messages, max_tokens)
        dice = random.Random(seed)
        if self.asked:
            self._forget()
        self.asked += 1
        prefill = self.generator.prefill_forward_text
        logits = prefill(
            self.torch.tensor([ids], dtype=self.torch.int32),
            page_table=self.page_table,
            kv_cache=self.cache,
            prompt_lens=[len(ids)],
            # Newer trees trace the prefill, and warm up every length before the first one, unless they are told.
            **accepted(prefill, {"enable_trace": False, "warmup_prefill": False}),
        )
        produced: list[int] = []
        said = ""
        for step in range(max_tokens):
            token = choose(logits, self.torch, self.args.vocab_size, temperature, top_p, dice)
            if token in self.stops:
                return
            produced.append(token)
            text = self.tokenizer.decode(produced, skip_special_tokens=True)
            # A character can take several tokens: the first of them decode to a replacement character.
            if text.startswith(said) and not text.endswith("\ufffd"):
                yield text[len(said) :]
                said = text
            if step + 1 < max_tokens:
                logits = self._step(token, len(ids) + step, first=step == 0)

    def _step(self, token: int, position: int, first: bool) -> Any:
        options = {
            "reset_batch": first,
            "reload_inputs": True,
            "reload_page_table": False,
            "reload_sampling_params": False,
            "reset_sampling_state": False,
        }
        answer = self.decode(
            self.torch.tensor([[token]]),
            self.torch.tensor([position]),
            page_table=self.page_table,
            kv_cache=self.cache,
            enable_trace=self.settings.trace,
            **accepted(self.decode, options),
        )
        return answer[0] if isinstance(answer, tuple) else answer

    def _forget(self) -> None:
        """Empties the KV cache, as tt-metal's own demo does between two batches."""
        for layer in self.model.layers:
            for cache in layer.attention.layer_past:
                self.ttnn.mul(cache, 0, output_tensor=cache)
        self.generator.prev_page_table = None

    def close(self) -> None:
        """Gives the chips back."""
        self.ttnn.close_mesh_device(self.mesh)
        if self.fabric:
            self.ttnn.set_fabric_config(self.ttnn.FabricConfig.DISABLED)


def leave(answered: int) -> None:
    """Ends a conversation. One without any answer has shown nobody that the model works, and is no success."""
    if not answered:
        raise Problem("you left before anything was answered", "start it again and ask something", UNANSWERED)


def fail(program: str, problem: Problem) -> int:
    """Says what is wrong and what to do, and gives the exit code."""
    print(f"{program}: {problem.what}\n  next: {problem.then}", file=sys.stderr)
    return problem.code


if __name__ == "__main__":
    print("This file is used by tt-chat-direct.py, tt-api-server-direct.py and tt-coding-assistant.py.")
