#!/bin/sh
# note: needs tt-metal at ae65ee5 and vLLM at 35f023f
# note: runs through /home/me/tt-scratchpad/start-vllm-server.py: trees of this era register the TT models only when somebody calls register_tt_models in the server process

cd /home/me/tt-vllm && \
env \
  WH_ARCH_YAML=wormhole_b0_80_arch_eth_dispatch.yaml \
  MESH_DEVICE=N300 \
  ARCH_NAME=wormhole_b0 \
  VLLM_CONFIGURE_LOGGING=1 \
  VLLM_RPC_TIMEOUT=900000 \
  VLLM_TARGET_DEVICE=tt \
  TT_METAL_HOME=/home/me/tt-metal \
  PYTHONPATH=/home/me/tt-metal \
  LD_LIBRARY_PATH=/home/me/tt-metal/build/lib \
  TT_LLAMA_TEXT_VER=tt_transformers \
  TT_QWEN3_TEXT_VER=tt_transformers \
  HF_MODEL=arcee-ai/AFM-4.5B \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/AFM-4.5B/N300 \
  /home/me/tt-metal/build/python_env_vllm/bin/python /home/me/tt-scratchpad/start-vllm-server.py \
    --model arcee-ai/AFM-4.5B \
    --block-size 64 \
    --max-model-len 65536 \
    --max-num-seqs 32 \
    --max-num-batched-tokens 65536 \
    --num-scheduler-steps 10 \
    --max-log-len 32 \
    --seed 9472 \
    --host 127.0.0.1 \
    --port 8000

# WH_ARCH_YAML = wormhole_b0_80_arch_eth_dispatch.yaml
#     from model_specs_output.json of release 0.3.0, env_vars.WH_ARCH_YAML
# MESH_DEVICE = N300
#     from model_specs_output.json of release 0.3.0, env_vars.MESH_DEVICE
# ARCH_NAME = wormhole_b0
#     from model_specs_output.json of release 0.3.0, env_vars.ARCH_NAME
# VLLM_CONFIGURE_LOGGING = 1
#     from model_specs_output.json of release 0.3.0, env_vars.VLLM_CONFIGURE_LOGGING
# VLLM_RPC_TIMEOUT = 900000
#     from model_specs_output.json of release 0.3.0, env_vars.VLLM_RPC_TIMEOUT
# VLLM_TARGET_DEVICE = tt
#     from model_specs_output.json of release 0.3.0, env_vars.VLLM_TARGET_DEVICE
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
# HF_MODEL = arcee-ai/AFM-4.5B
#     from model_specs_output.json of release 0.3.0, hf_model_repo
#     since the code in tt-metal finds its weights by it
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/AFM-4.5B/N300
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# --model = arcee-ai/AFM-4.5B
#     from model_specs_output.json of release 0.3.0, vllm_args.model
# --block-size = 64
#     from model_specs_output.json of release 0.3.0, vllm_args.block_size
# --max-model-len = 65536
#     from model_specs_output.json of release 0.3.0, vllm_args.max_model_len
# --max-num-seqs = 32
#     from model_specs_output.json of release 0.3.0, vllm_args.max_num_seqs
# --max-num-batched-tokens = 65536
#     from model_specs_output.json of release 0.3.0, vllm_args.max_num_batched_tokens
# --num-scheduler-steps = 10
#     from model_specs_output.json of release 0.3.0, vllm_args.num_scheduler_steps
# --max-log-len = 32
#     from model_specs_output.json of release 0.3.0, vllm_args.max-log-len
# --seed = 9472
#     from model_specs_output.json of release 0.3.0, vllm_args.seed
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
