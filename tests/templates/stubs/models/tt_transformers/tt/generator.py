"""models/tt_transformers/tt/generator.py of tt-metal in three of its shapes, chosen by STUB_ERA:

2025   at 000ec121: prefill_forward_text without options, decode_forward_text, which gives logits
2026   prefill_forward_text with enable_trace and warmup_prefill; decode_forward with reset_batch, which gives a pair
later  decode_forward with the four commands of decode_input_update_contract 1, and without reset_batch
"""

from __future__ import annotations

import os
from typing import Any

import torch
from wrong_call import need

from .common import EOS, VOCABULARY, Tokenizer

ERA = os.environ.get("STUB_ERA", "2025")


class Base:
    def __init__(
        self, model: list[Any], model_args: list[Any], mesh_device: Any, tokenizer: Any = None, formatter: Any = None
    ) -> None:
        need(isinstance(model, list) and isinstance(model_args, list), "one model for each submesh, in lists")
        self.model, self.model_args, self.mesh_device, self.tokenizer = model, model_args, mesh_device, tokenizer
        self.answer: list[int] = []
        self.position = self.produced = 0

    def check(self, page_table: Any, kv_cache: Any) -> None:
        args = self.model_args[0]
        need(self.mesh_device.open, "the mesh is closed")
        need(isinstance(page_table, torch.Tensor) and page_table.dtype == torch.int32, "page_table is a tensor, int32")
        need(page_table.shape == (1, args.paged.max_num_blocks), "a row of blocks for the one user")
        need(page_table.shape[1] % 32 == 0, "paged attention reads page tables by 32")
        need(page_table.shape[1] * args.paged.block_size >= args.max_seq_len, "too few blocks")
        need(
            isinstance(kv_cache, list) and len(kv_cache) == 1 and len(kv_cache[0]) == 2,
            "a cache for each model, in a list",
        )

    def prefill(self, tokens: Any, page_table: Any, kv_cache: Any, prompt_lens: Any) -> torch.Tensor:
        self.check(page_table, kv_cache)
        need(
            len(tokens.shape) == 2 and tokens.shape[0] == 1 and tokens.dtype == torch.int32, "tokens are (1, n), int32"
        )
        need(list(prompt_lens) == [tokens.shape[1]], "prompt_lens says how long it is")
        need(tokens.shape[1] < self.model_args[0].max_seq_len, "the prompt does not fit")
        for caches in kv_cache[0]:
            for cache in caches:
                need(not cache.dirty, "the cache still holds the last conversation")
                cache.dirty = True
        count = len(Tokenizer.messages)
        self.answer = [*f"{count}: {Tokenizer.messages[-1]['content']} \u00e9".encode(), EOS]
        self.position, self.produced = tokens.shape[1], 0
        return self.logits()

    def decode(self, tokens: Any, start_pos: Any, page_table: Any, kv_cache: Any, enable_trace: Any) -> torch.Tensor:
        self.check(page_table, kv_cache)
        need(tokens.shape == (1, 1) and start_pos.shape == (1,), "one token, and where it stands")
        need(tokens.tolist() == [[self.answer[self.produced]]], "not the token that was chosen")
        need(start_pos.tolist() == [self.position], f"position {start_pos.tolist()} in place of {self.position}")
        need(enable_trace is False or self.mesh_device.trace_region_size > 0, "a trace needs room")
        self.position += 1
        self.produced += 1
        return self.logits()

    def logits(self) -> torch.Tensor:
        row = [0.0] * VOCABULARY
        row[self.answer[self.produced]] = 9.0
        return torch.tensor([[row]])


if ERA == "2025":

    class Generator(Base):
        def prefill_forward_text(
            self,
            tokens: Any,
            page_table: Any = None,
            kv_cache: Any = None,
            prompt_lens: Any = None,
            empty_slots: Any = None,
        ) -> torch.Tensor:
            return self.prefill(tokens, page_table, kv_cache, prompt_lens)

        def decode_forward_text(
            self,
            tokens: Any,
            start_pos: Any,
            page_table: Any = None,
            kv_cache: Any = None,
            enable_trace: bool = True,
            read_from_device: bool = True,
            sampling_params: Any = None,
        ) -> torch.Tensor:
            return self.decode(tokens, start_pos, page_table, kv_cache, enable_trace)

else:

    class Prefill(Base):
        def prefill_forward_text(
            self,
            tokens: Any,
            page_table: Any = None,
            kv_cache: Any = None,
            prompt_lens: Any = None,
            empty_slots: Any = None,
            enable_trace: bool = True,
            model_id_warmup: Any = None,
            sampling_params: Any = None,
            start_pos: Any = None,
            return_hidden_states: bool = False,
            warmup_prefill: bool = True,
            **kwargs: Any,
        ) -> torch.Tensor:
            need(not kwargs, f"nobody reads {sorted(kwargs)}")
            need(not warmup_prefill and not enable_trace, "every length would be warmed up first")
            return self.prefill(tokens, page_table, kv_cache, prompt_lens)

    if ERA == "2026":

        class Generator(Prefill):
            def decode_forward(
                self,
                tokens: Any,
                start_pos: Any,
                page_table: Any = None,
                kv_cache: Any = None,
                enable_trace: bool = True,
                read_from_device: bool = True,
                sampling_params: Any = None,
                reset_batch: bool = False,
                prompt_tokens: Any = None,
                output_tokens: Any = None,
            ) -> tuple[torch.Tensor, None]:
                need(reset_batch == (self.produced == 0), "reset_batch belongs to the first step of an answer")
                return self.decode(tokens, start_pos, page_table, kv_cache, enable_trace), None

    else:

        class Generator(Prefill):
            def decode_forward(
                self,
                tokens: Any,
                start_pos: Any,
                page_table: Any = None,
                kv_cache: Any = None,
                enable_trace: bool = True,
                read_from_device: bool = True,
                sampling_params: Any = None,
                *,
                reload_inputs: bool,
                reload_page_table: bool,
                reload_sampling_params: bool,
                reset_sampling_state: bool,
                prompt_tokens: Any = None,
                output_tokens: Any = None,
                slot_remap: Any = None,
                **kwargs: Any,
            ) -> tuple[torch.Tensor, None]:
                need(not kwargs, f"nobody reads {sorted(kwargs)}")
                need(reload_inputs and not reload_page_table, "the tokens of the host count, on every step")
                need(not reload_sampling_params and not reset_sampling_state, "nothing is sampled on the chips")
                return self.decode(tokens, start_pos, page_table, kv_cache, enable_trace), None
