"""torchvision.models: a network that knows three things, with the multi-weight interface of torchvision 0.13 and newer."""

from __future__ import annotations

from typing import Any

import torch
from wrong_call import need


class Network:
    device = "cpu"

    def eval(self) -> Network:
        self.ready = True
        return self

    def to(self, device: str) -> Network:
        self.device = device
        return self

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        need(self.ready and batch.shape == (1, 3, 2, 2), "a batch of one picture, and a network that does not learn")
        need(batch.device == self.device, "the picture and the network are on different devices")
        scores = torch.tensor([[1.0, 3.0, 2.0]])
        scores.device = self.device
        return scores


class Weights:
    meta = {"categories": ["cat", "dog", "lighthouse"]}

    def transforms(self) -> Any:
        def prepare(picture: Any) -> torch.Tensor:
            need(picture == "RGB", "the weights expect three channels")
            return torch.tensor([[[0.0, 0.1], [0.2, 0.3]]] * 3)

        return prepare


class MobileNet_V2_Weights:  # noqa: N801
    DEFAULT = Weights()


def mobilenet_v2(*, weights: Weights) -> Network:
    need(isinstance(weights, Weights), "weights, in place of pretrained=True")
    return Network()
