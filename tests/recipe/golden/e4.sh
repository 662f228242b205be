#!/bin/sh
# note: needs tt-metal at 80180b9 and vLLM at 7678b70

cd /home/me/tt-vllm && \
env \
  WH_ARCH_YAML=wormhole_b0_80_arch_eth_dispatch.yaml \
  MESH_DEVICE=T3K \
  ARCH_NAME=wormhole_b0 \
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
  HF_MODEL=Qwen/Qwen3-VL-32B-Instruct \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/Qwen3-VL-32B-Instruct/T3K \
  /home/me/tt-metal/python_env/bin/python -m vllm.entrypoints.openai.api_server \
    --model Qwen/Qwen3-VL-32B-Instruct \
    --block-size 64 \
    --max-model-len 131072 \
    --max-num-seqs 32 \
    --max-num-batched-tokens 131072 \
    --max-log-len 32 \
    --seed 9472 \
    --mm-processor-cache-gb 0 \
    --host 127.0.0.1 \
    --port 8000

# WH_ARCH_YAML = wormhole_b0_80_arch_eth_dispatch.yaml
#     from release_model_spec.json of release 0.14.0, env_vars.WH_ARCH_YAML
# MESH_DEVICE = T3K
#     from release_model_spec.json of release 0.14.0, env_vars.MESH_DEVICE
# ARCH_NAME = wormhole_b0
#     from release_model_spec.json of release 0.14.0, env_vars.ARCH_NAME
# VLLM_CONFIGURE_LOGGING = 1
#     from release_model_spec.json of release 0.14.0, env_vars.VLLM_CONFIGURE_LOGGING
# VLLM_RPC_TIMEOUT = 900000
#     from release_model_spec.json of release 0.14.0, env_vars.VLLM_RPC_TIMEOUT
# VLLM_TARGET_DEVICE = tt
#     from release_model_spec.json of release 0.14.0, env_vars.VLLM_TARGET_DEVICE
# TORCHDYNAMO_DISABLE = 1
#     from release_model_spec.json of release 0.14.0, env_vars.TORCHDYNAMO_DISABLE
# VLLM_ALLOW_LONG_MAX_MODEL_LEN = 1
#     from release_model_spec.json of release 0.14.0, env_vars.VLLM_ALLOW_LONG_MAX_MODEL_LEN
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
# HF_MODEL = Qwen/Qwen3-VL-32B-Instruct
#     from release_model_spec.json of release 0.14.0, hf_model_repo
#     since the code in tt-metal finds its weights by it
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/Qwen3-VL-32B-Instruct/T3K
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# --model = Qwen/Qwen3-VL-32B-Instruct
#     from release_model_spec.json of release 0.14.0, vllm_args.model
# --block-size = 64
#     from release_model_spec.json of release 0.14.0, vllm_args.block_size
# --max-model-len = 131072
#     from release_model_spec.json of release 0.14.0, vllm_args.max_model_len
# --max-num-seqs = 32
#     from release_model_spec.json of release 0.14.0, vllm_args.max_num_seqs
# --max-num-batched-tokens = 131072
#     from release_model_spec.json of release 0.14.0, vllm_args.max_num_batched_tokens
# --max-log-len = 32
#     from release_model_spec.json of release 0.14.0, vllm_args.max-log-len
# --seed = 9472
#     from release_model_spec.json of release 0.14.0, vllm_args.seed
# --mm-processor-cache-gb = 0
#     from release_model_spec.json of release 0.14.0, vllm_args.mm-processor-cache-gb
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
