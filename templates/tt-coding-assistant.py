#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""A coding assistant: a system prompt that makes a general model answer like a colleague, and files that you show it.

It loads a model into this process, or asks a server that runs already (--server). The system prompt is the lesson: change
it with --system-file and see what changes in the answers.

Examples:
    python tt-coding-assistant.py --dry-run
    python tt-coding-assistant.py --server http://127.0.0.1:8000 --file my_kernel.cpp
    python tt-coding-assistant.py --model ~/models/Llama-3.1-8B-Instruct --prompt "Explain async and await."
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import tt_direct_model as direct
import tt_openai_http as http

PROGRAM = "tt-coding-assistant"
LARGEST_FILE = 64 * 1024
SYSTEM = """You are a programmer's colleague who knows C++, Python and parallel hardware well.
Answer the question that was asked, code first and reasons after it, both short.
Use the language and the style of the code you are shown. Name the file and the function that you mean.
Say which inputs your code does not handle. When you are not sure, say so and say how to find out.
Never invent functions, options or headers: if you do not know one, say what it would have to do."""


class Backend(Protocol):
    """Whatever answers."""

    def say(self, messages: list[direct.Message], options: argparse.Namespace) -> Iterator[str]:
        """The answer, piece by piece."""

    def close(self) -> None:
        """Gives back what is held."""


class Served:
    """A server that runs already."""

    def __init__(self, server: http.Server) -> None:
        self.server = server

    def say(self, messages: list[direct.Message], options: argparse.Namespace) -> Iterator[str]:
        """The answer, piece by piece."""
        rows: list[dict[str, Any]] = [dict(message) for message in messages]
        return self.server.chat_stream(rows, max_tokens=options.max_tokens, temperature=options.temperature)

    def close(self) -> None:
        """The server stays."""


class Loaded:
    """A model in this process."""

    def __init__(self, settings: direct.Settings) -> None:
        self.model = direct.DirectModel(settings)

    def say(self, messages: list[direct.Message], options: argparse.Namespace) -> Iterator[str]:
        """The answer, piece by piece."""
        return self.model.stream(messages, options.max_tokens, options.temperature)

    def close(self) -> None:
        """Gives the chips back."""
        self.model.close()


def shown(name: str) -> str:
    """A file as the model sees it."""
    path = Path(name).expanduser()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise direct.Problem(f"{path} cannot be read: {error.strerror}", "check the name", direct.INPUT) from None
    if len(data) > LARGEST_FILE:
        raise direct.Problem(f"{path} has more than {LARGEST_FILE} bytes", "show a part of it", direct.INPUT)
    return f"File {path.name}:\n```\n{data.decode('utf-8', 'replace')}\n```\n"


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", metavar="URL", help="ask this server, and load nothing here")
    parser.add_argument("--server-model", help="name of its model (default: the first one that it has)")
    parser.add_argument("--prompt", help="ask this one question and end")
    parser.add_argument("--file", action="append", default=[], help="a file to show first; may be repeated")
    parser.add_argument("--system-file", help="a text in place of the system prompt")
    parser.add_argument("--max-tokens", type=direct.TOKENS, default=512, help="longest answer (default: 512)")
    parser.add_argument(
        "--temperature", type=direct.TEMPERATURE, default=0.2, help="0 takes the likeliest token (default: 0.2)"
    )
    parser.add_argument(
        "--timeout", type=http.SECONDS, default=300.0, help="seconds to wait for data of the server (default: 300)"
    )
    direct.add_arguments(parser)
    return parser.parse_args(argv)


def server_of(options: argparse.Namespace) -> http.Server:
    """The server that the options name."""
    wanted = {"url": options.server, "model": options.server_model, "timeout": options.timeout}
    return http.Server(argparse.Namespace(**wanted, key_from=None))


def ask(backend: Backend, messages: list[direct.Message], question: str, options: argparse.Namespace) -> None:
    """One question, and its answer as it comes. What fails is not remembered."""
    messages.append({"role": "user", "content": question})
    pieces: list[str] = []
    try:
        for piece in backend.say(messages, options):
            pieces.append(piece)
            print(piece, end="", flush=True)
        print()
    except BaseException:
        messages.pop()
        raise
    messages.append({"role": "assistant", "content": "".join(pieces)})


def converse(backend: Backend, messages: list[direct.Message], files: str, options: argparse.Namespace) -> None:
    """Questions until the person leaves."""
    answered = 0
    print("Ask; /file PATH shows a file, /clear forgets what was said, /quit or Ctrl-D leaves.", file=sys.stderr)
    while True:
        try:
            question = input("> ").strip()
        except EOFError:
            break
        try:
            if question in ("/quit", "/exit"):
                break
            if question == "/clear":
                del messages[1:]
            elif question.startswith("/file "):
                files += shown(question[6:].strip())
                print("It goes along with the next question.", file=sys.stderr)
            elif question:
                ask(backend, messages, files + question, options)
                answered += 1
                files = ""
        except direct.Problem as problem:
            direct.fail(PROGRAM, problem)
        except http.Problem as trouble:
            http.fail(PROGRAM, trouble)
    direct.leave(answered)


def main(argv: list[str]) -> int:
    """Find who answers, then ask."""
    options = parse(argv)
    backend: Backend | None = None
    try:
        system = SYSTEM
        if options.system_file:
            system = Path(options.system_file).expanduser().read_text(encoding="utf-8", errors="replace")
        files = "".join(shown(name) for name in options.file)
        messages: list[direct.Message] = [{"role": "system", "content": system}]
        if options.dry_run:
            way = server_of(options).plan() if options.server else direct.plan(direct.settings_of(options))
            size = {"system_prompt": system, "characters_of_files": len(files)}
            print(json.dumps({"would": "answer questions about code", **way, **size}, indent=2))
            return 0
        backend = Served(server_of(options)) if options.server else Loaded(direct.settings_of(options))
        if options.prompt is not None:
            ask(backend, messages, files + options.prompt, options)
        else:
            converse(backend, messages, files, options)
    except direct.Problem as problem:
        return direct.fail(PROGRAM, problem)
    except http.Problem as trouble:
        return http.fail(PROGRAM, trouble)
    except (OSError, ValueError) as error:
        return direct.fail(PROGRAM, direct.Problem(str(error), "check the name of the file", direct.INPUT))
    except KeyboardInterrupt:
        return 130
    finally:
        if backend is not None:
            backend.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
