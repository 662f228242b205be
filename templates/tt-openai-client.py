#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Three ways to ask a server that speaks OpenAI's interface: a plain answer, a streamed one, and one with tools.

The server may be vLLM, tt-api-server-direct.py (no tools) or any other. For tools, vLLM has to be started with a tool
parser: where one is known, `tt-jukebox command MODEL` has it as --tool-call-parser.

Examples:
    python tt-openai-client.py plain --prompt "Name three prime numbers."
    python tt-openai-client.py stream --prompt "Tell me a short story."
    python tt-openai-client.py tools --prompt "What is (17 + 4) * 23?"
    python tt-openai-client.py tools --dry-run
"""

from __future__ import annotations

import argparse
import ast
import json
import operator
import sys
from collections.abc import Callable
from typing import Any

import tt_openai_http as http

PROGRAM = "tt-openai-client"
PROMPTS = {
    "plain": "What is a RISC-V core? One sentence.",
    "stream": "Tell me a story of five sentences about a small computer.",
    "tools": "What is (17 + 4) * 23? Use the tool.",
}
TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "calculate",
            "description": "Works out an expression of numbers, + - * / and brackets.",
            "parameters": {
                "type": "object",
                "properties": {"expression": {"type": "string", "description": "for example (1 + 2) * 3"}},
                "required": ["expression"],
            },
        },
    }
]
OPERATORS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
}


def calculate(expression: str) -> float:
    """Works out an expression. What a model writes is untrusted: this knows numbers and four operators, and no names."""

    def value(node: ast.AST) -> float:
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return float(node.value)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](value(node.operand))
        raise ValueError("only numbers, + - * / and brackets")

    if len(expression) > 200:
        raise ValueError("the expression is too long")
    return value(ast.parse(expression, mode="eval"))


def run_tool(call: dict[str, Any]) -> str:
    """Runs what the model asks for. An error goes back to the model, which may then do better."""
    try:
        function = call["function"]
        if function["name"] != "calculate":
            return f"error: there is no tool {function['name']}"
        return f"{calculate(json.loads(function['arguments'])['expression']):g}"
    except (KeyError, TypeError, ValueError, SyntaxError, ArithmeticError, RecursionError) as error:
        return f"error: {error}"


def ask_with_tools(server: http.Server, prompt: str, max_tokens: int, rounds: int) -> str:
    """Asks until the model answers in words."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    for _ in range(rounds):
        message = server.chat(messages, tools=TOOLS, max_tokens=max_tokens)
        calls = message.get("tool_calls") or []
        if not calls:
            return str(message.get("content") or "")
        messages.append({"role": "assistant", "content": message.get("content"), "tool_calls": calls})
        for call in calls:
            result = run_tool(call)
            print(f"[tool] {call['function']['name']} {call['function']['arguments']} -> {result}", file=sys.stderr)
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
    raise http.Problem(f"no answer after {rounds} rounds of tools", "ask in other words, or raise --rounds", 1)


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("way", nargs="?", choices=tuple(PROMPTS), default="plain", help="how to ask (default: plain)")
    parser.add_argument("--prompt", type=http.some_text, help="the question (default: one that suits)")
    parser.add_argument("--max-tokens", type=http.TOKENS, default=256, help="longest answer (default: 256)")
    parser.add_argument("--rounds", type=http.number(int, 1), default=5, help="rounds of tools at most (default: 5)")
    http.add_arguments(parser)
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Ask once."""
    options = parse(argv)
    prompt = options.prompt or PROMPTS[options.way]
    messages = [{"role": "user", "content": prompt}]
    try:
        server = http.Server(options)
        if options.dry_run:
            body: dict[str, Any] = {"messages": messages, "max_tokens": options.max_tokens}
            if options.way != "plain":
                body.update({"stream": True} if options.way == "stream" else {"tools": TOOLS})
            print(json.dumps({"would": "POST /v1/chat/completions", **server.plan(), "body": body}, indent=2))
            return 0
        if options.way == "plain":
            print(server.chat(messages, max_tokens=options.max_tokens).get("content") or "")
        elif options.way == "stream":
            for piece in server.chat_stream(messages, max_tokens=options.max_tokens):
                print(piece, end="", flush=True)
            print()
        else:
            print(ask_with_tools(server, prompt, options.max_tokens, options.rounds))
    except http.Problem as problem:
        return http.fail(PROGRAM, problem)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
