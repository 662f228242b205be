#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Chat with a model that runs in this very process, without a server.

The model is loaded once, which takes minutes, and stays on the chips until you leave. It needs the Python of a built
tt-metal, and its checkout for the package `models`.

Examples:
    python tt-chat-direct.py --dry-run
    python tt-chat-direct.py --model ~/models/Llama-3.1-8B-Instruct --device n150
    python tt-chat-direct.py --prompt "What is a RISC-V core?" --max-tokens 64
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import tt_direct_model as direct

PROGRAM = "tt-chat-direct"


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompt", help="ask this one question and end")
    parser.add_argument("--system", default="You are a helpful assistant.", help="what the model is told first")
    parser.add_argument("--max-tokens", type=direct.TOKENS, default=256, help="longest answer (default: 256)")
    parser.add_argument(
        "--temperature", type=direct.TEMPERATURE, default=0.0, help="0 takes the likeliest token (default: 0)"
    )
    direct.add_arguments(parser)
    return parser.parse_args(argv)


def answer(model: direct.DirectModel, messages: list[direct.Message], options: argparse.Namespace) -> str:
    """Prints an answer as it comes and returns the whole of it."""
    started, first, pieces = time.monotonic(), 0.0, []
    for piece in model.stream(messages, options.max_tokens, options.temperature):
        first = first or time.monotonic() - started
        pieces.append(piece)
        print(piece, end="", flush=True)
    seconds = time.monotonic() - started
    print()
    print(f"[first token after {first:.2f} s, {seconds:.2f} s in all]", file=sys.stderr)
    return "".join(pieces)


def converse(model: direct.DirectModel, options: argparse.Namespace) -> None:
    """Questions until the person leaves."""
    answered = 0
    messages: list[direct.Message] = [{"role": "system", "content": options.system}]
    if options.prompt is not None:
        answer(model, [*messages, {"role": "user", "content": options.prompt}], options)
        return
    print("Ask; /clear forgets what was said, /quit or Ctrl-D leaves.", file=sys.stderr)
    while True:
        try:
            question = input("> ").strip()
        except EOFError:
            break
        if question in ("/quit", "/exit"):
            break
        if question == "/clear":
            del messages[1:]
        elif question:
            messages.append({"role": "user", "content": question})
            try:
                messages.append({"role": "assistant", "content": answer(model, messages, options)})
                answered += 1
            except direct.Problem as problem:
                messages.pop()
                direct.fail(PROGRAM, problem)
    direct.leave(answered)


def main(argv: list[str]) -> int:
    """Load, chat, and give the chips back."""
    options = parse(argv)
    try:
        settings = direct.settings_of(options)
        if options.dry_run:
            print(json.dumps({"would": "load the model and answer here", **direct.plan(settings)}, indent=2))
            return 0
        model = direct.DirectModel(settings)
    except direct.Problem as problem:
        return direct.fail(PROGRAM, problem)
    try:
        converse(model, options)
    except direct.Problem as problem:
        return direct.fail(PROGRAM, problem)
    except KeyboardInterrupt:
        return 130
    finally:
        model.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
