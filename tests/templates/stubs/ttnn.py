"""The calls of ttnn that the templates make, with the signatures of the package ttnn 0.81.1 from PyPI: its docstrings, and
ttnn/distributed/distributed.py for `open_mesh_device`. Values are computed by lists.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import torch
from wrong_call import Open, need

bfloat16, bfloat8_b, float32 = "bfloat16", "bfloat8_b", "float32"
ROW_MAJOR_LAYOUT, TILE_LAYOUT = "row major", "tile"
CHIPS = int(os.environ.get("STUB_CHIPS", "1"))
fabric = "DISABLED"


class FabricConfig:
    DISABLED, FABRIC_1D, FABRIC_1D_RING, FABRIC_2D = "DISABLED", "FABRIC_1D", "FABRIC_1D_RING", "FABRIC_2D"


class MeshShape:
    def __init__(self, rows: int, columns: int) -> None:
        need(isinstance(rows, int) and isinstance(columns, int), "a mesh has rows and columns")
        self.rows, self.columns = rows, columns


class Device:
    def __init__(self, name: str) -> None:
        need(name not in Open.devices, f"{name} is open already")
        Open.devices.add(name)
        self.name = name

    @property
    def open(self) -> bool:
        return self.name in Open.devices


def look() -> None:
    """As ttnn 0.81.1 says it on a machine without a card."""
    if CHIPS == 0:
        lines = [
            "TT_FATAL @ tt_metal/llrt/tt_cluster.cpp:129: num_chips > 0",
            "info:",
            "No chips detected in the cluster",
        ]
        raise RuntimeError("\n".join([*lines, "backtrace:", " --- tt::Cluster"]))


def get_device_ids() -> list[int]:
    look()
    return list(range(CHIPS))


def set_fabric_config(config: str) -> None:
    global fabric
    need(not Open.devices, "the fabric is set before a device is opened, and after it is closed")
    fabric = config


def open_device(*, device_id: int, l1_small_size: int = 0, trace_region_size: int = 0) -> Device:
    look()
    need(isinstance(device_id, int) and device_id < CHIPS, f"there is no chip {device_id}")
    return Device(f"chip {device_id}")


def close_device(device: Device) -> None:
    need(device.open, "it is closed already")
    Open.devices.remove(device.name)


def open_mesh_device(
    mesh_shape: MeshShape | None = None,
    l1_small_size: int = 0,
    trace_region_size: int = 0,
    num_command_queues: int = 1,
    dispatch_core_config: Any = None,
    offset: Any = None,
    physical_device_ids: list[int] | None = None,
    worker_l1_size: int = 0,
) -> Device:
    need(isinstance(mesh_shape, MeshShape), "the shape of a mesh is a MeshShape")
    count = mesh_shape.rows * mesh_shape.columns
    need(count <= CHIPS, f"there are {CHIPS} chips")
    # tt-metal's own mesh fixture sets the fabric for more than one chip.
    need(count == 1 or fabric != "DISABLED", "chips of a mesh cannot talk to each other without a fabric")
    mesh = Device(f"mesh {mesh_shape.rows}x{mesh_shape.columns}")
    mesh.trace_region_size = trace_region_size
    return mesh


def close_mesh_device(mesh: Device) -> None:
    close_device(mesh)


class Tensor:
    def __init__(self, rows: list[list[float]], device: Device) -> None:
        self.rows, self.device = rows, device


def from_torch(
    tensor: torch.Tensor, dtype: str | None = None, *, layout: str = ROW_MAJOR_LAYOUT, device: Device | None = None
) -> Tensor:
    need(isinstance(tensor, torch.Tensor) and len(tensor.shape) == 2, "from_torch takes a tensor")
    need(dtype == float32 and layout == TILE_LAYOUT, "the recipes calculate with float32 in tiles")
    need(device is not None and device.open, "the device is not open")
    return Tensor(tensor.tolist(), device)


def to_torch(tensor: Tensor) -> torch.Tensor:
    on_device(tensor)
    return torch.tensor(tensor.rows, dtype=torch.float32)


def on_device(*tensors: Any) -> None:
    for tensor in tensors:
        need(isinstance(tensor, Tensor), f"{type(tensor).__name__} is no tensor of a device")
        need(tensor.device.open, "the device is closed")


def each(a: Tensor, b: Tensor | float, of: Callable[[float, float], float]) -> Tensor:
    on_device(a)
    if isinstance(b, (int, float)):
        return Tensor([[of(x, b) for x in row] for row in a.rows], a.device)
    on_device(b)
    sizes = [(len(a.rows), len(b.rows)), (len(a.rows[0]), len(b.rows[0]))]
    need(all(x == y or 1 in (x, y) for x, y in sizes), f"tables of different sizes: {sizes}")
    height, width = (max(pair) for pair in sizes)
    at = lambda t, y, x: t.rows[y % len(t.rows)][x % len(t.rows[0])]  # noqa: E731
    return Tensor([[of(at(a, y, x), at(b, y, x)) for x in range(width)] for y in range(height)], a.device)


def matmul(
    input_tensor_a: Tensor, input_tensor_b: Tensor, *, transpose_a: bool = False, transpose_b: bool = False
) -> Tensor:
    a, b = input_tensor_a, input_tensor_b
    on_device(a, b)
    need(len(a.rows[0]) == len(b.rows), f"{len(a.rows[0])} columns do not go with {len(b.rows)} rows")
    columns = list(zip(*b.rows, strict=True))
    return Tensor([[math.fsum(x * y for x, y in zip(r, c, strict=True)) for c in columns] for r in a.rows], a.device)


def add(input_tensor_a: Tensor, input_tensor_b: Tensor | float) -> Tensor:
    return each(input_tensor_a, input_tensor_b, lambda x, y: x + y)


def subtract(input_tensor_a: Tensor, input_tensor_b: Tensor | float) -> Tensor:
    return each(input_tensor_a, input_tensor_b, lambda x, y: x - y)


def multiply(input_tensor_a: Tensor, input_tensor_b: Tensor | float) -> Tensor:
    return each(input_tensor_a, input_tensor_b, lambda x, y: x * y)


def eq(input_tensor_a: Tensor, input_tensor_b: Tensor | float) -> Tensor:
    return each(input_tensor_a, input_tensor_b, lambda x, y: float(x == y))


def le(input_tensor_a: Tensor, input_tensor_b: Tensor | float) -> Tensor:
    return each(input_tensor_a, input_tensor_b, lambda x, y: float(x <= y))


def where(predicate: Tensor, true_value: Tensor, false_value: Tensor) -> Tensor:
    on_device(predicate, true_value, false_value)
    need({x for row in predicate.rows for x in row} <= {0.0, 1.0}, "a predicate holds 0 and 1 alone")
    lines = zip(predicate.rows, true_value.rows, false_value.rows, strict=True)
    return Tensor([[a if c else b for c, a, b in zip(*line, strict=True)] for line in lines], predicate.device)


def sqrt(input_tensor: Tensor) -> Tensor:
    return each(input_tensor, 0.0, lambda x, _: math.sqrt(x))


def abs(input_tensor: Tensor) -> Tensor:
    return each(input_tensor, 0.0, lambda x, _: math.fabs(x))


def divide(input_tensor_a: Tensor, input_tensor_b: Tensor | float) -> Tensor:
    return each(input_tensor_a, input_tensor_b, lambda x, y: x / y)


def mul(a: Any, b: float, *, output_tensor: Any = None) -> Any:
    """As tt-metal's demo empties the KV cache."""
    need(hasattr(a, "dirty") and b == 0 and output_tensor is a, "the cache is emptied in place")
    a.dirty = False
    return a
