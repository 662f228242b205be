"""Compares the stand-in of ttnn with a real one, by the names of functions and arguments: run it in a Python that has ttnn.

It needs no card. The tests do not run it, since the package has a hundred megabytes.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent


def stand_in() -> ModuleType:
    """The stand-in under another name, beside the real one."""
    sys.path.insert(0, str(HERE / "stubs"))
    sys.modules.pop("torch", None)
    spec = importlib.util.spec_from_file_location("ttnn_stand_in", HERE / "stubs/ttnn.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["ttnn_stand_in"] = module
    spec.loader.exec_module(module)
    return module


def named(function: object) -> set[str]:
    """The arguments that a real function has: of its signature where there is one, else of its documentation."""
    wrapped = getattr(function, "function", function)
    try:
        found = set(inspect.signature(wrapped).parameters)
    except (TypeError, ValueError):
        found = set()
    text = getattr(function, "__doc__", "") or ""
    return found | set(re.findall(r"(\w+)\s*(?:\(|:)", text))


def main() -> int:
    """Prints every difference."""
    import ttnn as real

    ours = stand_in()
    wrong: list[str] = []
    for name, function in vars(ours).items():
        if (
            inspect.isfunction(function)
            and function.__module__ == "ttnn_stand_in"
            and name not in ("each", "look", "on_device")
        ):
            if not hasattr(real, name):
                wrong.append(f"ttnn has no {name}")
                continue
            # Positional arguments may have any name; those that are given by name may not.
            by_name = {n for n, p in inspect.signature(function).parameters.items() if p.kind is p.KEYWORD_ONLY}
            by_name |= set(inspect.signature(function).parameters) if name == "open_mesh_device" else set()
            missing = sorted(by_name - named(getattr(real, name)))
            if missing:
                wrong.append(f"ttnn.{name} does not name {', '.join(missing)}")
    for kind in ("FabricConfig", "MeshShape"):
        for name in vars(getattr(ours, kind)):
            if name.isupper() and not hasattr(getattr(real, kind), name):
                wrong.append(f"ttnn.{kind} has no {name}")
    print("\n".join(wrong) or "the stand-in agrees with ttnn")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
