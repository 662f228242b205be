#!/bin/sh
# note: needs tt-metal at 8c48a10 and vLLM at f52987a
# note: vLLM f52987a itself was not seen: that it is of era E6 is inferred
# note: --tool-call-parser openai of the spec file's metadata is left out: nothing at hand says that trees of era E6 have it
# note: --reasoning-parser openai_gptoss of the spec file's metadata is left out: nothing at hand says that trees of era E6 have it

cd /home/me/tt-vllm && \
env \
  MESH_DEVICE='(4, 8)' \
  ARCH_NAME=wormhole_b0 \
  TT_MM_THROTTLE_PERF=2 \
  VLLM_CONFIGURE_LOGGING=1 \
  VLLM_RPC_TIMEOUT=900000 \
  VLLM_TARGET_DEVICE=tt \
  TORCHDYNAMO_DISABLE=1 \
  VLLM_ALLOW_LONG_MAX_MODEL_LEN=1 \
  TT_METAL_HOME=/home/me/tt-metal \
  PYTHONPATH=/home/me/tt-metal \
  LD_LIBRARY_PATH=/home/me/tt-metal/build/lib \
  TT_LLAMA_TEXT_VER=tt_transformers \
  TT_QWEN3_TEXT_VER=tt_transformers \
  HF_MODEL=openai/gpt-oss-120b \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/gpt-oss-120b/_4_8_ \
  /home/me/tt-metal/python_env/bin/python -m vllm.entrypoints.openai.api_server \
    --model openai/gpt-oss-120b \
    --block-size 64 \
    --max-model-len 131072 \
    --max-num-seqs 32 \
    --max-num-batched-tokens 131072 \
    --max-log-len 32 \
    --seed 9472 \
    --data-parallel-size 4 \
    --additional-config '{"tt":{"sample_on_device_mode":"all","trace_region_size":134217728}}' \
    --host 127.0.0.1 \
    --port 8000

# MESH_DEVICE = (4, 8)
#     from release_model_spec.json of release 0.25.0, env_vars.MESH_DEVICE
# ARCH_NAME = wormhole_b0
#     from release_model_spec.json of release 0.25.0, env_vars.ARCH_NAME
# TT_MM_THROTTLE_PERF = 2
#     from release_model_spec.json of release 0.25.0, env_vars.TT_MM_THROTTLE_PERF
# VLLM_CONFIGURE_LOGGING = 1
#     from release_model_spec.json of release 0.25.0, env_vars.VLLM_CONFIGURE_LOGGING
# VLLM_RPC_TIMEOUT = 900000
#     from release_model_spec.json of release 0.25.0, env_vars.VLLM_RPC_TIMEOUT
# VLLM_TARGET_DEVICE = tt
#     from release_model_spec.json of release 0.25.0, env_vars.VLLM_TARGET_DEVICE
# TORCHDYNAMO_DISABLE = 1
#     from release_model_spec.json of release 0.25.0, env_vars.TORCHDYNAMO_DISABLE
# VLLM_ALLOW_LONG_MAX_MODEL_LEN = 1
#     from release_model_spec.json of release 0.25.0, env_vars.VLLM_ALLOW_LONG_MAX_MODEL_LEN
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
# HF_MODEL = openai/gpt-oss-120b
#     from release_model_spec.json of release 0.25.0, hf_model_repo
#     since the code in tt-metal finds its weights by it
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/gpt-oss-120b/_4_8_
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# --model = openai/gpt-oss-120b
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
# --data-parallel-size = 4
#     from release_model_spec.json of release 0.25.0, vllm_args.data_parallel_size
# --additional-config = {"tt":{"sample_on_device_mode":"all","trace_region_size":134217728}}
#     from release_model_spec.json of release 0.25.0, override_tt_config and additional-config
#     since trees of era E6 read it from --additional-config (FORK plugins/vllm-tt-plugin, config.py:13-50 @84da183e5)
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
