"""tt-forge-fe: `forge.compile` as its model tests call it. It must not see another tt-metal."""

import os
from typing import Any

from wrong_call import need

need("TT_METAL_HOME" not in os.environ and "TT_METAL_VERSION" not in os.environ, "TT-Forge brings its own tt-metal")


def compile(module: Any, sample_inputs: list[Any] | None = None, *, module_name: str | None = None) -> Any:
    need(callable(module) and isinstance(sample_inputs, list) and len(sample_inputs) == 1, "a network and its inputs")
    return lambda *inputs: [module(*inputs)]
