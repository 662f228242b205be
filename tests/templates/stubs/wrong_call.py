"""What a stand-in raises, and the check that everything opened was closed."""

import atexit
import os
import sys


class WrongCall(Exception):
    """A call that the real package would not take, or not understand."""


def need(condition: bool, why: str) -> None:
    """Fails a call."""
    if not condition:
        raise WrongCall(why)


class Open:
    """Devices that are open; a program that ends with one has not given it back."""

    devices: set[str] = set()


def at_end() -> None:
    """Ends with 99 where something was left open."""
    if Open.devices:
        sys.stderr.write(f"left open: {sorted(Open.devices)}\n")
        sys.stderr.flush()
        os._exit(99)


atexit.register(at_end)
