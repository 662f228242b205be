#!/bin/sh
# note: needs tt-metal at 65718bb and vLLM at 409b1cd
# note: the newest file has another TT configuration for this entry, {"dispatch_core_axis":"col","sample_on_device_mode":"all","fabric_config":"FABRIC_1D_RING","worker_l1_size":1344544,"trace_region_size":215000000}; the one that the pinned release was published with is used
# note: --tool-call-parser llama3_json of the spec file's metadata is left out: nothing at hand says that trees of era E2 have it

cd /home/me/tt-vllm && \
env \
  MESH_DEVICE=TG \
  ARCH_NAME=wormhole_b0 \
  VLLM_CONFIGURE_LOGGING=1 \
  VLLM_RPC_TIMEOUT=900000 \
  VLLM_TARGET_DEVICE=tt \
  TORCHDYNAMO_DISABLE=1 \
  TT_METAL_HOME=/home/me/tt-metal \
  PYTHONPATH=/home/me/tt-metal \
  LD_LIBRARY_PATH=/home/me/tt-metal/build/lib \
  TT_LLAMA_TEXT_VER=llama3_70b_galaxy \
  TT_QWEN3_TEXT_VER=tt_transformers \
  HF_MODEL=meta-llama/Llama-3.3-70B-Instruct \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/Llama-3.3-70B-Instruct/TG \
  /home/me/tt-metal/python_env/bin/python -m vllm.entrypoints.openai.api_server \
    --model meta-llama/Llama-3.3-70B-Instruct \
    --block-size 64 \
    --max-model-len 131072 \
    --max-num-seqs 32 \
    --max-num-batched-tokens 131072 \
    --num-scheduler-steps 10 \
    --max-log-len 32 \
    --seed 9472 \
    --override_tt_config '{"dispatch_core_axis":"col","sample_on_device_mode":"all","fabric_config":"FABRIC_1D_RING","worker_l1_size":1344544,"trace_region_size":184915840}' \
    --host 127.0.0.1 \
    --port 8000

# MESH_DEVICE = TG
#     from model_specs_output.json of release 0.9.0, env_vars.MESH_DEVICE
# ARCH_NAME = wormhole_b0
#     from model_specs_output.json of release 0.9.0, env_vars.ARCH_NAME
# VLLM_CONFIGURE_LOGGING = 1
#     from model_specs_output.json of release 0.9.0, env_vars.VLLM_CONFIGURE_LOGGING
# VLLM_RPC_TIMEOUT = 900000
#     from model_specs_output.json of release 0.9.0, env_vars.VLLM_RPC_TIMEOUT
# VLLM_TARGET_DEVICE = tt
#     from model_specs_output.json of release 0.9.0, env_vars.VLLM_TARGET_DEVICE
# TORCHDYNAMO_DISABLE = 1
#     from model_specs_output.json of release 0.9.0, env_vars.TORCHDYNAMO_DISABLE
# TT_METAL_HOME = /home/me/tt-metal
#     from the setting metal_home
# PYTHONPATH = /home/me/tt-metal
#     from the setting metal_home
# LD_LIBRARY_PATH = /home/me/tt-metal/build/lib
#     from the setting metal_home
# TT_LLAMA_TEXT_VER = llama3_70b_galaxy
#     from impl.impl_id of the newest release that lists the entry
#     since chosen by the implementation, as run_vllm_api_server.py:353-381 does
# TT_QWEN3_TEXT_VER = tt_transformers
#     from impl.impl_id of the newest release that lists the entry
#     since chosen by the implementation, as run_vllm_api_server.py:353-381 does
# HF_MODEL = meta-llama/Llama-3.3-70B-Instruct
#     from model_specs_output.json of release 0.9.0, hf_model_repo
#     since the code in tt-metal finds its weights by it
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/Llama-3.3-70B-Instruct/TG
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# --model = meta-llama/Llama-3.3-70B-Instruct
#     from model_specs_output.json of release 0.9.0, vllm_args.model
# --block-size = 64
#     from model_specs_output.json of release 0.9.0, vllm_args.block_size
# --max-model-len = 131072
#     from model_specs_output.json of release 0.9.0, vllm_args.max_model_len
# --max-num-seqs = 32
#     from model_specs_output.json of release 0.9.0, vllm_args.max_num_seqs
# --max-num-batched-tokens = 131072
#     from model_specs_output.json of release 0.9.0, vllm_args.max_num_batched_tokens
# --num-scheduler-steps = 10
#     from model_specs_output.json of release 0.9.0, vllm_args.num_scheduler_steps
# --max-log-len = 32
#     from model_specs_output.json of release 0.9.0, vllm_args.max-log-len
# --seed = 9472
#     from model_specs_output.json of release 0.9.0, vllm_args.seed
# --override_tt_config = {"dispatch_core_axis":"col","sample_on_device_mode":"all","fabric_config":"FABRIC_1D_RING","worker_l1_size":1344544,"trace_region_size":184915840}
#     from model_specs_output.json of release 0.9.0, override_tt_config and override-tt-config
#     since trees of era E2 read it from --override_tt_config (FORK vllm/platforms/tt.py:27 @b2894d3; vllm/worker/tt_worker.py:607 @b2894d3)
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
