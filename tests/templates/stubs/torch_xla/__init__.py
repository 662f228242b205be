"""torch_xla of tt-xla: the device is ours only after `set_device_type("TT")` (examples/pytorch/mnist.py of tt-xla)."""

import os

from wrong_call import need

from . import runtime

need("TT_METAL_HOME" not in os.environ and "TT_METAL_VERSION" not in os.environ, "TT-Forge brings its own tt-metal")


def device() -> str:
    need(runtime.kind == "TT", "this is the CPU: nobody has called set_device_type")
    return "xla:0"
