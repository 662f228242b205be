"""models/tt_transformers/tt/common.py of tt-metal: `create_tt_model` and `PagedAttentionConfig`, as its demo calls them
(simple_text_demo.py at 22396525, common.py at 553f842d). The model answers with an echo, one byte a token."""

from __future__ import annotations

import os
from typing import Any

import ttnn
from wrong_call import need

EOS = 256
VOCABULARY = 300


class PagedAttentionConfig:
    def __init__(self, block_size: int = 32, max_num_blocks: int = 1024) -> None:
        self.block_size, self.max_num_blocks = block_size, max_num_blocks


class Tokenizer:
    """Bytes. A Hugging Face tokenizer gives a list of ids, or with newer releases of transformers a mapping."""

    eos_token_id = EOS
    messages: list[dict[str, str]] = []

    def apply_chat_template(
        self, conversation: list[dict[str, str]], *, tokenize: bool = True, add_generation_prompt: bool = False
    ) -> Any:
        need(tokenize and add_generation_prompt, "the model is to answer: it needs tokens and its turn")
        for message in conversation:
            need(set(message) == {"role", "content"}, f"a message has a role and a content: {message}")
        need(conversation[-1]["role"] == "user", "the last word is the person's")
        Tokenizer.messages = conversation
        ids = list("".join(m["role"][0] + m["content"] for m in conversation).encode())
        return {"input_ids": ids} if os.environ.get("STUB_ERA") == "later" else ids

    def encode(self, text: str, *, add_special_tokens: bool = True) -> list[int]:
        return list(text.encode())

    def decode(self, ids: list[int], *, skip_special_tokens: bool = False) -> str:
        need(EOS not in ids, "the end is not part of the answer")
        return bytes(ids).decode("utf-8", "replace")


class Cache:
    dirty = False


class Layer:
    def __init__(self) -> None:
        self.attention = type("Attention", (), {"layer_past": [Cache(), Cache()]})()


class Model:
    def __init__(self) -> None:
        self.layers = [Layer(), Layer()]


class Args:
    vocab_size = VOCABULARY
    n_layers = 2
    model_name = "Stub-1B"

    def __init__(self, max_seq_len: int, paged: PagedAttentionConfig) -> None:
        self.max_seq_len, self.paged, self.tokenizer = max_seq_len, paged, Tokenizer()


def create_tt_model(
    mesh_device: ttnn.Device,
    instruct: bool,
    max_batch_size: int,
    optimizations: Any,
    max_seq_len: int,
    paged_attention_config: PagedAttentionConfig | None = None,
    dtype: str = ttnn.bfloat8_b,
    state_dict: Any = None,
    num_layers: int | None = None,
) -> tuple[Args, Model, list[Any], dict[str, Any]]:
    need(mesh_device.open and instruct is True and max_batch_size == 1, "one person chats, on an open mesh")
    need(bool(os.environ.get("HF_MODEL")) and "LLAMA_DIR" not in os.environ, "the weights are named by HF_MODEL alone")
    need(paged_attention_config is not None, "the templates use paged attention")
    args = Args(max_seq_len, paged_attention_config)
    need(optimizations(args).kind == "performance", "the demo's own choice of precision")
    model = Model()
    return args, model, [layer.attention.layer_past for layer in model.layers], {}
