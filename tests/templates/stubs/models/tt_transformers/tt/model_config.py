"""models/tt_transformers/tt/model_config.py of tt-metal: `DecodersPrecision`, as its demo calls it."""

from __future__ import annotations


class DecodersPrecision:
    kind = ""

    @classmethod
    def performance(cls, num_decoders: int, model_name: str) -> DecodersPrecision:
        made = cls()
        made.kind = "performance"
        return made
