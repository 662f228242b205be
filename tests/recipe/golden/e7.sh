#!/bin/sh
# note: needs tt-metal at 978f93b and vLLM at a723030
# note: vLLM a723030 itself was not seen: that it is of era E7 is inferred

cd /home/me/tt-vllm && \
env \
  MESH_DEVICE='(1, 4)' \
  ARCH_NAME=blackhole \
  QWEN_DECODE_BUCKETS=1 \
  QWEN_COMPACT_DECODE_RESIDUAL=1 \
  QWEN_COMPACT_DECODE_MLP=1 \
  QWEN_BATCHED_DECODE_ROPE=1 \
  QWEN_COMPACT_DECODE_ATTENTION=1 \
  QWEN_VLLM_KV_POOL_TOKENS=1050592 \
  QWEN_BATCHED_PREFILL=1 \
  QWEN_PREFILL_RESIDUAL_LAYOUT=sharded_replicated_norm \
  QWEN_PREFILL_BATCHED_HEAD=1 \
  QWEN_PREFILL_SKIP_INTERMEDIATE_HEAD=1 \
  QWEN_PREFILL_STARTUP_WARMUP=1 \
  EXTRA_MODELS_DIR=/home/me/tt-metal/models/demos \
  HF_MODEL=Qwen/Qwen3.8-27B \
  QWEN_VLLM_HOST_COMPATIBILITY=1 \
  TT_MESH_GRAPH_DESC_PATH=/home/me/tt-metal/tt_metal/fabric/mesh_graph_descriptors/p300_x2_mesh_graph_descriptor.textproto \
  VLLM_CONFIGURE_LOGGING=1 \
  VLLM_RPC_TIMEOUT=900000 \
  VLLM_TARGET_DEVICE=tt \
  TORCHDYNAMO_DISABLE=1 \
  TT_METAL_HOME=/home/me/tt-metal \
  PYTHONPATH=/home/me/tt-metal \
  LD_LIBRARY_PATH=/home/me/tt-metal/build/lib \
  TT_LLAMA_TEXT_VER=tt_transformers \
  TT_QWEN3_TEXT_VER=tt_transformers \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/Qwen3.8-27B/_1_4_ \
  /home/me/tt-metal/python_env/bin/python -m vllm.entrypoints.openai.api_server \
    --model Qwen/Qwen3.8-27B \
    --block-size 32 \
    --max-model-len 262144 \
    --max-num-seqs 16 \
    --max-num-batched-tokens 262144 \
    --max-log-len 32 \
    --seed 9472 \
    --enable-auto-tool-choice \
    --hf-overrides '{"architectures":["TTQwen38ForCausalLM"]}' \
    --max-logprobs=-1 \
    --no-enable-prefix-caching \
    --reasoning-parser qwen3 \
    --tool-call-parser qwen3_coder \
    --additional-config '{"tt":{"fabric_config":"FABRIC_1D_RING","fabric_max_packet_payload_size_bytes":8192,"l1_small_size":24576,"sample_on_device_mode":"all","trace_mode":"decode_only","trace_region_size":134217728}}' \
    --host 127.0.0.1 \
    --port 8000

# MESH_DEVICE = (1, 4)
#     from release_model_spec.json of release 0.25.0, env_vars.MESH_DEVICE
# ARCH_NAME = blackhole
#     from release_model_spec.json of release 0.25.0, env_vars.ARCH_NAME
# QWEN_DECODE_BUCKETS = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_DECODE_BUCKETS
# QWEN_COMPACT_DECODE_RESIDUAL = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_COMPACT_DECODE_RESIDUAL
# QWEN_COMPACT_DECODE_MLP = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_COMPACT_DECODE_MLP
# QWEN_BATCHED_DECODE_ROPE = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_BATCHED_DECODE_ROPE
# QWEN_COMPACT_DECODE_ATTENTION = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_COMPACT_DECODE_ATTENTION
# QWEN_VLLM_KV_POOL_TOKENS = 1050592
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_VLLM_KV_POOL_TOKENS
# QWEN_BATCHED_PREFILL = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_BATCHED_PREFILL
# QWEN_PREFILL_RESIDUAL_LAYOUT = sharded_replicated_norm
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_PREFILL_RESIDUAL_LAYOUT
# QWEN_PREFILL_BATCHED_HEAD = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_PREFILL_BATCHED_HEAD
# QWEN_PREFILL_SKIP_INTERMEDIATE_HEAD = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_PREFILL_SKIP_INTERMEDIATE_HEAD
# QWEN_PREFILL_STARTUP_WARMUP = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_PREFILL_STARTUP_WARMUP
# EXTRA_MODELS_DIR = /home/me/tt-metal/models/demos
#     from release_model_spec.json of release 0.25.0, env_vars.EXTRA_MODELS_DIR
#     since a path of the container, moved to this host
# HF_MODEL = Qwen/Qwen3.8-27B
#     from release_model_spec.json of release 0.25.0, env_vars.HF_MODEL
# QWEN_VLLM_HOST_COMPATIBILITY = 1
#     from release_model_spec.json of release 0.25.0, env_vars.QWEN_VLLM_HOST_COMPATIBILITY
# TT_MESH_GRAPH_DESC_PATH = /home/me/tt-metal/tt_metal/fabric/mesh_graph_descriptors/p300_x2_mesh_graph_descriptor.textproto
#     from release_model_spec.json of release 0.25.0, env_vars.TT_MESH_GRAPH_DESC_PATH
#     since a path of the container, moved to this host
# VLLM_CONFIGURE_LOGGING = 1
#     from release_model_spec.json of release 0.25.0, env_vars.VLLM_CONFIGURE_LOGGING
# VLLM_RPC_TIMEOUT = 900000
#     from release_model_spec.json of release 0.25.0, env_vars.VLLM_RPC_TIMEOUT
# VLLM_TARGET_DEVICE = tt
#     from release_model_spec.json of release 0.25.0, env_vars.VLLM_TARGET_DEVICE
# TORCHDYNAMO_DISABLE = 1
#     from release_model_spec.json of release 0.25.0, env_vars.TORCHDYNAMO_DISABLE
# TT_METAL_HOME = /home/me/tt-metal
#     from the setting metal_home
# PYTHONPATH = /home/me/tt-metal
#     from the setting metal_home
# LD_LIBRARY_PATH = /home/me/tt-metal/build/lib
#     from the setting metal_home
# TT_LLAMA_TEXT_VER = tt_transformers
#     from impl.impl_id of the newest release that lists the entry
#     since chosen by the implementation, as run_vllm_api_server.py:353-381 does
# TT_QWEN3_TEXT_VER = tt_transformers
#     from impl.impl_id of the newest release that lists the entry
#     since chosen by the implementation, as run_vllm_api_server.py:353-381 does
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/Qwen3.8-27B/_1_4_
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# --model = Qwen/Qwen3.8-27B
#     from release_model_spec.json of release 0.25.0, vllm_args.model
# --block-size = 32
#     from release_model_spec.json of release 0.25.0, vllm_args.block_size
# --max-model-len = 262144
#     from release_model_spec.json of release 0.25.0, vllm_args.max_model_len
# --max-num-seqs = 16
#     from release_model_spec.json of release 0.25.0, vllm_args.max_num_seqs
# --max-num-batched-tokens = 262144
#     from release_model_spec.json of release 0.25.0, vllm_args.max_num_batched_tokens
# --max-log-len = 32
#     from release_model_spec.json of release 0.25.0, vllm_args.max-log-len
# --seed = 9472
#     from release_model_spec.json of release 0.25.0, vllm_args.seed
# --enable-auto-tool-choice
#     from release_model_spec.json of release 0.25.0, vllm_args.enable_auto_tool_choice
# --hf-overrides = {"architectures":["TTQwen38ForCausalLM"]}
#     from release_model_spec.json of release 0.25.0, vllm_args.hf-overrides
# --max-logprobs = -1
#     from release_model_spec.json of release 0.25.0, vllm_args.max-logprobs
# --no-enable-prefix-caching
#     from release_model_spec.json of release 0.25.0, vllm_args.no-enable-prefix-caching
# --reasoning-parser = qwen3
#     from release_model_spec.json of release 0.25.0, vllm_args.reasoning_parser
# --tool-call-parser = qwen3_coder
#     from release_model_spec.json of release 0.25.0, vllm_args.tool_call_parser
# --additional-config = {"tt":{"fabric_config":"FABRIC_1D_RING","fabric_max_packet_payload_size_bytes":8192,"l1_small_size":24576,"sample_on_device_mode":"all","trace_mode":"decode_only","trace_region_size":134217728}}
#     from release_model_spec.json of release 0.25.0, override_tt_config and additional-config
#     since trees of era E7 read it from --additional-config (PLUGIN src/vllm_tt_plugin/config.py:29-32, pyproject.toml:31-34 @e3fc849)
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
