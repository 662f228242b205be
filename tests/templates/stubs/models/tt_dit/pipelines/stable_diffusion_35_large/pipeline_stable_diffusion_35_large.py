"""tt-metal's pipeline for Stable Diffusion 3.5 Large, as tt_model_runners/dit_runners.py of tt-inference-server calls it
(August 2026; the option of the checkpoint was called model_checkpoint_path before)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wrong_call import need


class Picture:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def save(self, path: Path) -> None:
        Path(path).write_bytes(b"\x89PNG" + bytes([self.seed]))


class StableDiffusion3Pipeline:
    @staticmethod
    def create_pipeline(*, mesh_device: Any, checkpoint_name: str) -> StableDiffusion3Pipeline:
        need(mesh_device.open and mesh_device.name in ("mesh 2x4", "mesh 4x8"), "this model runs on 8 or 32 chips")
        need(mesh_device.trace_region_size == 25_000_000, "as get_pipeline_device_params has it")
        need("stable-diffusion-3.5-large" in checkpoint_name, "another model")
        return StableDiffusion3Pipeline()

    def run_single_prompt(
        self, *, prompt: str, negative_prompt: str | None, num_inference_steps: int, seed: int
    ) -> list[Picture]:
        need(bool(prompt) and num_inference_steps > 0, "a prompt and some steps")
        return [Picture(seed)]
