#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Send a file of questions to a server, several at once, and carry on where it stopped.

The input has one JSON object in each line, with `prompt` or `messages`, and an `id` (default: the number of the line).
The output has one in each line too: `id`, `response`, `seconds`. Every line is written whole and at once; a second run
sends only what is not answered yet. What fails for good goes to OUTPUT.errors.jsonl, and is tried again by the next run.

Examples:
    python tt-batch-inference.py questions.jsonl answers.jsonl --at-once 16
    python tt-batch-inference.py questions.jsonl answers.jsonl --dry-run
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Any

import tt_openai_http as http

PROGRAM = "tt-batch-inference"
# What a server says when it is busy or on its way up; 0 is a connection that broke.
PASSING = {0, 408, 425, 429, 500, 502, 503, 504}
Task = tuple[str, list[dict[str, Any]]]


def tasks(path: Path) -> list[Task]:
    """The questions, all checked before the first one is sent."""
    found: list[Task] = []
    seen: set[str] = set()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        what = f"{path} is no UTF-8: its byte {error.start} is the first wrong one"
        raise http.Problem(what, "convert it to UTF-8", http.INPUT) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            messages = row.get("messages") or [{"role": "user", "content": row["prompt"]}]
        except (ValueError, KeyError, AttributeError):
            raise http.Problem(
                f"line {number} of {path} is no JSON object with `prompt` or `messages`", "mend that line", http.INPUT
            ) from None
        name = str(row.get("id", number))
        if name in seen:
            raise http.Problem(f"line {number} of {path} repeats the id {name}", "give it another", http.INPUT)
        seen.add(name)
        found.append((name, messages))
    return found


def answered(path: Path, mend: bool) -> set[str]:
    """The ids that have an answer. A last line that was cut short does not count, and is taken off by `mend`."""
    if not path.exists():
        return set()
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    done: set[str] = set()
    for line in data[:whole].splitlines():
        try:
            done.add(str(json.loads(line)["id"]))
        except (ValueError, KeyError, TypeError):
            raise http.Problem(
                f"{path} holds lines that are not from here", "choose another output", http.INPUT
            ) from None
    if mend and whole != len(data):
        os.truncate(path, whole)
    return done


def ask(server: http.Server, task: Task, options: argparse.Namespace, stop: threading.Event) -> dict[str, Any]:
    """One question, asked again while the trouble may pass."""
    name, messages = task
    attempt = 0
    while True:
        attempt += 1
        started = time.monotonic()
        try:
            message = server.chat(messages, max_tokens=options.max_tokens, temperature=options.temperature)
            return {
                "id": name,
                "response": message.get("content") or "",
                "seconds": round(time.monotonic() - started, 3),
            }
        except http.Problem as problem:
            if problem.status not in PASSING or attempt == options.attempts or stop.is_set():
                return {"id": name, "error": problem.what}
        stop.wait(min(30.0, options.pause * 2 ** (attempt - 1)))


def results(
    server: http.Server, todo: list[Task], options: argparse.Namespace, stop: threading.Event
) -> Iterator[dict[str, Any]]:
    """Answers in the order in which they come, with no more questions under way than asked for."""
    waiting = iter(todo)
    pool = ThreadPoolExecutor(options.at_once)
    try:
        running: set[Future[dict[str, Any]]] = {
            pool.submit(ask, server, task, options, stop) for task in islice(waiting, options.at_once)
        }
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(ask, server, task, options, stop) for task in islice(waiting, len(done))}
            for future in done:
                yield future.result()
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("input", type=Path, help="file with the questions, JSON lines")
    parser.add_argument("output", type=Path, help="file for the answers; what it holds already is kept")
    parser.add_argument(
        "--at-once", type=http.number(int, 1), default=8, help="questions under way at the same time (default: 8)"
    )
    parser.add_argument(
        "--attempts", type=http.number(int, 1, 100), default=4, help="tries for each question (default: 4)"
    )
    parser.add_argument(
        "--pause", type=http.number(float, 0, 3600), default=1.0, help="seconds before the second try (default: 1)"
    )
    parser.add_argument("--max-tokens", type=http.TOKENS, default=256, help="longest answer (default: 256)")
    parser.add_argument(
        "--temperature", type=http.TEMPERATURE, default=0.0, help="0 takes the likeliest token (default: 0)"
    )
    http.add_arguments(parser)
    return parser.parse_args(argv)


def run(options: argparse.Namespace) -> int:
    """Everything that is not answered yet."""
    http.check_place(options.output)
    server = http.Server(options)
    every = tasks(options.input)
    done = answered(options.output, mend=not options.dry_run)
    todo = [task for task in every if task[0] not in done]
    if options.dry_run:
        figures = {"questions": len(every), "answered": len(every) - len(todo), "to_send": len(todo)}
        print(json.dumps({"would": "POST /v1/chat/completions", **server.plan(), **figures}, indent=2))
        return 0
    if todo:
        server.model()
    errors = options.output.with_name(options.output.name + ".errors.jsonl")
    errors.unlink(missing_ok=True)
    failed = 0
    stop = threading.Event()
    with options.output.open("a", encoding="utf-8") as good:
        for count, row in enumerate(results(server, todo, options, stop), start=1):
            line = json.dumps(row, ensure_ascii=False) + "\n"
            if "error" in row:
                failed += 1
                with errors.open("a", encoding="utf-8") as bad:
                    bad.write(line)
            else:
                good.write(line)
                good.flush()
            print(f"\r{count} of {len(todo)}, {failed} failed", end="", file=sys.stderr)
    print(f"\n{len(every) - failed} of {len(every)} questions are answered in {options.output}", file=sys.stderr)
    return 1 if failed else 0


def main(argv: list[str]) -> int:
    """Read, send, write."""
    options = parse(argv)
    try:
        return run(options)
    except http.Problem as problem:
        return http.fail(PROGRAM, problem)
    except OSError as error:
        return http.fail(PROGRAM, http.Problem(str(error), "check the names of the files", http.INPUT))
    except KeyboardInterrupt:
        print("\nStopped. The same command carries on.", file=sys.stderr)
        # Every line is on disk. An ordinary end would wait for the answers that are under way.
        os._exit(130)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
