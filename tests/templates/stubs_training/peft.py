"""peft: `LoraConfig` and `get_peft_model`, with the arguments that training_lora_runner.py gives them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from calls import LOG, Value


class LoraConfig:
    def __init__(self, *, r: int, lora_alpha: int, target_modules: list[str], task_type: str) -> None:
        assert task_type == "CAUSAL_LM" and target_modules


class Adapted:
    def __init__(self, base: Any) -> None:
        self.base, self.config, self.device = base, base.config, "cpu"

    def __call__(self, **inputs: Value) -> Any:
        return self.base(**inputs)

    def parameters(self) -> list[Any]:
        return [SimpleNamespace(requires_grad=True), SimpleNamespace(requires_grad=False)]

    def to(self, where: str) -> None:
        self.device = where

    def state_dict(self) -> dict[str, Value]:
        return {"layer.lora_A": Value("lora_A"), "layer.weight": Value("weight")}

    def save_pretrained(self, save_directory: str, *, state_dict: dict[str, str]) -> None:
        Path(save_directory).mkdir()
        LOG.append(f"saved {sorted(state_dict)}")

    def load_state_dict(self, state: dict[str, str], strict: bool) -> None:
        assert not strict, "the base is not part of a checkpoint"
        LOG.append(f"weights {state}")


def get_peft_model(model: Any, config: LoraConfig) -> Adapted:
    assert isinstance(config, LoraConfig)
    return Adapted(model)
