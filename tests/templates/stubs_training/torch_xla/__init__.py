"""tt-xla's torch_xla, as training_lora_runner.py of tt-inference-server (c4a8f933) uses it."""

import os

from calls import LOG

from . import runtime


def device() -> str:
    assert runtime.kind == "TT" and os.environ.get("PJRT_DEVICE") == "TT", "this is the CPU"
    return "xla:0"


def sync(wait: bool = False) -> None:
    LOG.append("sync")
