#!/bin/sh
# note: needs tt-metal at 8c48a10 and vLLM at 0123456
# note: vLLM 0123456 is in no table: it is taken for era E5, since the entry is pinned to release 0.15.0
# note: translated from release 0.25.0: what release 0.15.0 said about these commits is not at hand, so arguments that only its file had are missing
# note: --tool-call-parser llama3_json of the spec file's metadata is left out: nothing at hand says that trees of era E5 have it

cd /home/me/tt-vllm && \
env \
  MESH_DEVICE=P300x2 \
  ARCH_NAME=blackhole \
  VLLM_CONFIGURE_LOGGING=1 \
  VLLM_RPC_TIMEOUT=900000 \
  VLLM_TARGET_DEVICE=tt \
  TORCHDYNAMO_DISABLE=1 \
  TT_METAL_HOME=/home/me/tt-metal \
  PYTHONPATH=/home/me/tt-metal \
  LD_LIBRARY_PATH=/home/me/tt-metal/build/lib \
  TT_LLAMA_TEXT_VER=tt_transformers \
  TT_QWEN3_TEXT_VER=tt_transformers \
  HF_MODEL=meta-llama/Llama-3.1-8B-Instruct \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/Llama-3.1-8B-Instruct/P300x2 \
  /home/me/tt-metal/python_env/bin/python -m vllm.entrypoints.openai.api_server \
    --model meta-llama/Llama-3.1-8B-Instruct \
    --block-size 64 \
    --max-model-len 131072 \
    --max-num-seqs 32 \
    --max-num-batched-tokens 131072 \
    --max-log-len 32 \
    --seed 9472 \
    --plugin-config '{"tt":{"sample_on_device_mode":"decode_only","trace_region_size":155000000}}' \
    --host 127.0.0.1 \
    --port 8000

# MESH_DEVICE = P300x2
#     from release_model_spec.json of release 0.25.0, env_vars.MESH_DEVICE
# ARCH_NAME = blackhole
#     from release_model_spec.json of release 0.25.0, env_vars.ARCH_NAME
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
# HF_MODEL = meta-llama/Llama-3.1-8B-Instruct
#     from release_model_spec.json of release 0.25.0, hf_model_repo
#     since the code in tt-metal finds its weights by it
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/Llama-3.1-8B-Instruct/P300x2
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# --model = meta-llama/Llama-3.1-8B-Instruct
#     from release_model_spec.json of release 0.25.0, vllm_args.model
# --block-size = 64
#     from release_model_spec.json of release 0.25.0, vllm_args.block_size
# --max-model-len = 131072
#     from release_model_spec.json of release 0.25.0, vllm_args.max_model_len
# --max-num-seqs = 32
#     from release_model_spec.json of release 0.25.0, vllm_args.max_num_seqs
# --max-num-batched-tokens = 131072
#     from release_model_spec.json of release 0.25.0, vllm_args.max_num_batched_tokens
# --max-log-len = 32
#     from release_model_spec.json of release 0.25.0, vllm_args.max-log-len
# --seed = 9472
#     from release_model_spec.json of release 0.25.0, vllm_args.seed
# --plugin-config = {"tt":{"sample_on_device_mode":"decode_only","trace_region_size":155000000}}
#     from release_model_spec.json of release 0.25.0, override_tt_config and additional-config
#     since trees of era E5 read it from --plugin-config (FORK, plugin entry points vllm.platform_plugins and vllm.general_plugins @ae0f0730b)
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
