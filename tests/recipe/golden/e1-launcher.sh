#!/bin/sh
# note: needs tt-metal at 13f44c5 and vLLM at 0edd242
# note: runs through /home/me/tt-scratchpad/start-vllm-server.py: trees of this era register the TT models only when somebody calls register_tt_models in the server process
# note: the newest file has another TT configuration for this entry, {"trace_region_size":66000000}; the one that the pinned release was published with is used
# note: --tool-call-parser hermes of the spec file's metadata is left out: nothing at hand says that trees of era E1 have it

cd /home/me/tt-vllm && \
env \
  WH_ARCH_YAML=wormhole_b0_80_arch_eth_dispatch.yaml \
  MESH_DEVICE=T3K \
  ARCH_NAME=wormhole_b0 \
  VLLM_CONFIGURE_LOGGING=1 \
  VLLM_RPC_TIMEOUT=900000 \
  VLLM_TARGET_DEVICE=tt \
  VLLM_ALLOW_LONG_MAX_MODEL_LEN=1 \
  MAX_PREFILL_CHUNK_SIZE=16 \
  TT_METAL_HOME=/home/me/tt-metal \
  PYTHONPATH=/home/me/tt-metal \
  LD_LIBRARY_PATH=/home/me/tt-metal/build/lib \
  TT_LLAMA_TEXT_VER=tt_transformers \
  TT_QWEN3_TEXT_VER=tt_transformers \
  HF_MODEL=Qwen/Qwen2.5-72B-Instruct \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/Qwen2.5-72B-Instruct/T3K \
  /home/me/tt-metal/build/python_env_vllm/bin/python /home/me/tt-scratchpad/start-vllm-server.py \
    --model Qwen/Qwen2.5-72B-Instruct \
    --block-size 64 \
    --max-model-len 131072 \
    --max-num-seqs 32 \
    --max-num-batched-tokens 131072 \
    --num-scheduler-steps 10 \
    --max-log-len 32 \
    --seed 9472 \
    --override_tt_config '{"trace_region_size":26000000}' \
    --host 127.0.0.1 \
    --port 8000

# WH_ARCH_YAML = wormhole_b0_80_arch_eth_dispatch.yaml
#     from model_specs_output.json of release 0.3.0, env_vars.WH_ARCH_YAML
# MESH_DEVICE = T3K
#     from model_specs_output.json of release 0.3.0, env_vars.MESH_DEVICE
# ARCH_NAME = wormhole_b0
#     from model_specs_output.json of release 0.3.0, env_vars.ARCH_NAME
# VLLM_CONFIGURE_LOGGING = 1
#     from model_specs_output.json of release 0.3.0, env_vars.VLLM_CONFIGURE_LOGGING
# VLLM_RPC_TIMEOUT = 900000
#     from model_specs_output.json of release 0.3.0, env_vars.VLLM_RPC_TIMEOUT
# VLLM_TARGET_DEVICE = tt
#     from model_specs_output.json of release 0.3.0, env_vars.VLLM_TARGET_DEVICE
# VLLM_ALLOW_LONG_MAX_MODEL_LEN = 1
#     from model_specs_output.json of release 0.3.0, env_vars.VLLM_ALLOW_LONG_MAX_MODEL_LEN
# MAX_PREFILL_CHUNK_SIZE = 16
#     from model_specs_output.json of release 0.3.0, env_vars.MAX_PREFILL_CHUNK_SIZE
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
# HF_MODEL = Qwen/Qwen2.5-72B-Instruct
#     from model_specs_output.json of release 0.3.0, hf_model_repo
#     since the code in tt-metal finds its weights by it
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/Qwen2.5-72B-Instruct/T3K
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# --model = Qwen/Qwen2.5-72B-Instruct
#     from model_specs_output.json of release 0.3.0, vllm_args.model
# --block-size = 64
#     from model_specs_output.json of release 0.3.0, vllm_args.block_size
# --max-model-len = 131072
#     from model_specs_output.json of release 0.3.0, vllm_args.max_model_len
# --max-num-seqs = 32
#     from model_specs_output.json of release 0.3.0, vllm_args.max_num_seqs
# --max-num-batched-tokens = 131072
#     from model_specs_output.json of release 0.3.0, vllm_args.max_num_batched_tokens
# --num-scheduler-steps = 10
#     from model_specs_output.json of release 0.3.0, vllm_args.num_scheduler_steps
# --max-log-len = 32
#     from model_specs_output.json of release 0.3.0, vllm_args.max-log-len
# --seed = 9472
#     from model_specs_output.json of release 0.3.0, vllm_args.seed
# --override_tt_config = {"trace_region_size":26000000}
#     from model_specs_output.json of release 0.3.0, override_tt_config and override-tt-config
#     since trees of era E1 read it from --override_tt_config (FORK examples/offline_inference_tt.py:24 @5cbc982, :30 @c4f2327; vllm/worker/tt_worker.py:494 @5cbc982, :522 @e7c329b, :569 @c4f2327)
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
