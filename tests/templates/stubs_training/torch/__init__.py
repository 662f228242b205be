"""The part of PyTorch that fine-tuning uses, by its documented names."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from calls import LOG, Value

bfloat16 = "bfloat16"


def tensor(data: list[list[int]]) -> Value:
    assert len({len(row) for row in data}) == 1, "rows of different lengths"
    return Value()


def log_softmax(input: Value, dim: int) -> Value:
    return Value()


def compile(model: Any, *, backend: str, options: dict[str, bool]) -> Any:
    assert model.device == "xla:0", "it is compiled where it runs"
    LOG.append(f"compile {backend}")
    return model


def save(obj: Any, f: Path) -> None:
    f.write_text(json.dumps(obj), encoding="utf-8")


def load(f: Path, *, map_location: str, weights_only: bool) -> Any:
    assert weights_only, "a checkpoint may run code otherwise"
    return json.loads(f.read_text(encoding="utf-8"))


def manual_seed(seed: int) -> None:
    LOG.append(f"seed {seed}")


class AdamW:
    def __init__(self, params: list[Any], lr: float) -> None:
        assert params and lr > 0

    def zero_grad(self) -> None:
        LOG.append("zero_grad")

    def step(self) -> None:
        LOG.append("step")

    def state_dict(self) -> dict[str, Any]:
        return {"state": {"0": {"exp_avg": Value("exp_avg")}}, "param_groups": [{"lr": 0.1}]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        LOG.append(f"optimizer from {state['state']['0']['exp_avg']}")
        LOG.append(f"rate {state['param_groups'][0]['lr']}")


optim = SimpleNamespace(AdamW=AdamW)
nn = SimpleNamespace(functional=SimpleNamespace(one_hot=lambda input, num_classes: Value()))
