"""The part of PyTorch that the templates use: shapes and types as documented for 2.x, values in plain lists."""

from __future__ import annotations

import math
from typing import Any

from wrong_call import need

int32, int64, float32, bfloat16 = "int32", "int64", "float32", "bfloat16"


def flat(data: Any) -> list[Any]:
    return [x for part in data for x in flat(part)] if isinstance(data, list) else [data]


def shape_of(data: Any) -> tuple[int, ...]:
    if not isinstance(data, list):
        return ()
    inner = {shape_of(part) for part in data}
    need(len(inner) <= 1, "a tensor is a full table: its rows have different lengths")
    return (len(data), *(inner.pop() if inner else ()))


class Tensor:
    """Values, a shape and a type."""

    def __init__(self, values: list[Any], shape: tuple[int, ...], dtype: str) -> None:
        self.values, self.shape, self.dtype = values, shape, dtype

    def reshape(self, *shape: int) -> Tensor:
        if shape == (-1,):
            shape = (len(self.values),)
        need(math.prod(shape) == len(self.values), f"{self.shape} cannot become {shape}")
        return Tensor(self.values, shape, self.dtype)

    def float(self) -> Tensor:
        return Tensor([float(x) for x in self.values], self.shape, float32)

    def unsqueeze(self, dim: int) -> Tensor:
        need(dim == 0, "only the first")
        return Tensor(self.values, (1, *self.shape), self.dtype)

    def __getitem__(self, part: Any) -> Tensor:
        if isinstance(part, int):
            size = len(self.values) // self.shape[0]
            return Tensor(self.values[part * size : (part + 1) * size], self.shape[1:], self.dtype)
        need(len(self.shape) == 1, "only a row is cut")
        return Tensor(self.values[part], (len(self.values[part]),), self.dtype)

    def tolist(self) -> Any:
        def nested(values: list[Any], shape: tuple[int, ...]) -> Any:
            if not shape:
                return values[0]
            size = len(values) // shape[0]
            return [nested(values[n * size : (n + 1) * size], shape[1:]) for n in range(shape[0])]

        return nested(self.values, self.shape)

    def to(self, device: Any) -> Tensor:
        need(str(device) in ("cpu", "xla:0"), f"there is no device {device}")
        moved = Tensor(self.values, self.shape, self.dtype)
        moved.device = str(device)
        return moved

    device = "cpu"


def tensor(data: Any, *, dtype: str | None = None) -> Tensor:
    values = flat(data)
    kind = dtype or (int64 if all(isinstance(x, int) for x in values) else float32)
    return Tensor(values, shape_of(data), kind)


def arange(end: int, *, dtype: str = int64) -> Tensor:
    return Tensor(list(range(end)), (end,), dtype)


def topk(row: Tensor, k: int) -> tuple[Tensor, Tensor]:
    need(isinstance(row, Tensor) and len(row.shape) == 1 and 0 < k <= len(row.values), "topk takes a row and a count")
    order = sorted(range(len(row.values)), key=lambda n: -row.values[n])[:k]
    return Tensor([row.values[n] for n in order], (k,), row.dtype), Tensor(order, (k,), int64)


def softmax(row: Tensor, dim: int) -> Tensor:
    need(len(row.shape) == 1 and dim == 0, "softmax of a row")
    powers = [math.exp(x) for x in row.values]
    return Tensor([p / sum(powers) for p in powers], row.shape, float32)


def compile(model: Any, *, backend: str) -> Any:
    need(backend == "tt", f"there is no backend {backend}")
    need(getattr(model, "device", "cpu") == "xla:0", "the network was not moved to the device")
    return model


class no_grad:  # noqa: N801
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
