#!/bin/sh
# note: needs tt-metal at bac8b34 and vLLM at 7c6685a
# note: restricting the chips is reported not to free the lock of the others, and half a P300 may be rejected
# note: the preset many-users changes max-num-batched-tokens 32768, max-model-len 32768
# note: --tool-call-parser llama3_json of the spec file's metadata is left out: nothing at hand says that trees of era E3 have it

cd /home/me/tt-vllm && \
env \
  WH_ARCH_YAML=wormhole_b0_80_arch_eth_dispatch.yaml \
  MESH_DEVICE=T3K \
  ARCH_NAME=wormhole_b0 \
  trace_region_size=50000000 \
  TT_MESH_GRAPH_DESC_PATH=/home/me/tt-metal/tt_metal/fabric/mesh_graph_descriptors/t3k_mesh_graph_descriptor.textproto \
  TT_MM_THROTTLE_PERF=5 \
  VLLM_CONFIGURE_LOGGING=1 \
  VLLM_RPC_TIMEOUT=900000 \
  VLLM_TARGET_DEVICE=tt \
  TORCHDYNAMO_DISABLE=1 \
  TT_METAL_HOME=/home/me/tt-metal \
  PYTHONPATH=/home/me/tt-metal \
  LD_LIBRARY_PATH=/home/me/tt-metal/build/lib \
  TT_LLAMA_TEXT_VER=tt_transformers \
  TT_QWEN3_TEXT_VER=tt_transformers \
  TT_CACHE_PATH=/home/me/tt-scratchpad/cache_root/tt_metal_cache/Llama-3.1-8B-Instruct/T3K \
  HF_MODEL=/models/Llama-3.1-8B-Instruct \
  TT_METAL_VISIBLE_DEVICES=0,1 \
  /home/me/tt-metal/python_env/bin/python -m vllm.entrypoints.openai.api_server \
    --model /models/Llama-3.1-8B-Instruct \
    --block-size 64 \
    --max-model-len 32768 \
    --max-num-seqs 32 \
    --max-num-batched-tokens 32768 \
    --max-log-len 32 \
    --seed 1 \
    --override_tt_config '{"fabric_config":"FABRIC_1D"}' \
    --served-model-name meta-llama/Llama-3.1-8B-Instruct \
    --host 127.0.0.1 \
    --port 8000

# WH_ARCH_YAML = wormhole_b0_80_arch_eth_dispatch.yaml
#     from release_model_spec.json of release 0.11.1, env_vars.WH_ARCH_YAML
# MESH_DEVICE = T3K
#     from release_model_spec.json of release 0.11.1, env_vars.MESH_DEVICE
# ARCH_NAME = wormhole_b0
#     from release_model_spec.json of release 0.11.1, env_vars.ARCH_NAME
# trace_region_size = 50000000
#     from release_model_spec.json of release 0.11.1, env_vars.trace_region_size
# TT_MESH_GRAPH_DESC_PATH = /home/me/tt-metal/tt_metal/fabric/mesh_graph_descriptors/t3k_mesh_graph_descriptor.textproto
#     from release_model_spec.json of release 0.11.1, env_vars.TT_MESH_GRAPH_DESC_PATH
#     since a path of the container, moved to this host
# TT_MM_THROTTLE_PERF = 5
#     from release_model_spec.json of release 0.11.1, env_vars.TT_MM_THROTTLE_PERF
# VLLM_CONFIGURE_LOGGING = 1
#     from release_model_spec.json of release 0.11.1, env_vars.VLLM_CONFIGURE_LOGGING
# VLLM_RPC_TIMEOUT = 900000
#     from release_model_spec.json of release 0.11.1, env_vars.VLLM_RPC_TIMEOUT
# VLLM_TARGET_DEVICE = tt
#     from release_model_spec.json of release 0.11.1, env_vars.VLLM_TARGET_DEVICE
# TORCHDYNAMO_DISABLE = 1
#     from release_model_spec.json of release 0.11.1, env_vars.TORCHDYNAMO_DISABLE
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
# TT_CACHE_PATH = /home/me/tt-scratchpad/cache_root/tt_metal_cache/Llama-3.1-8B-Instruct/T3K
#     from the scratchpad
#     since one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it
# HF_MODEL = /models/Llama-3.1-8B-Instruct
#     from the option weights
#     since the code in tt-metal reads the weights from it
# TT_METAL_VISIBLE_DEVICES = 0,1
#     from the option chips
#     since trees of era E3 are restricted by this variable
# --model = /models/Llama-3.1-8B-Instruct
#     from the option weights
# --block-size = 64
#     from release_model_spec.json of release 0.11.1, vllm_args.block_size
# --max-model-len = 32768
#     from chosen
#     since preset many-users; the limit is 131072, from max_context in release_model_spec.json of release 0.11.1
# --max-num-seqs = 32
#     from release_model_spec.json of release 0.11.1, vllm_args.max_num_seqs
# --max-num-batched-tokens = 32768
#     from chosen
#     since preset many-users; as long as the context
# --max-log-len = 32
#     from release_model_spec.json of release 0.11.1, vllm_args.max-log-len
# --seed = 1
#     from the option extra
#     since known: it is among the arguments that are proved for era E3 (content/eras.json)
# --override_tt_config = {"fabric_config":"FABRIC_1D"}
#     from release_model_spec.json of release 0.11.1, override_tt_config and override-tt-config
#     since trees of era E3 read it from --override_tt_config (FORK vllm/platforms/tt.py:72 @8f36910)
# --served-model-name = meta-llama/Llama-3.1-8B-Instruct
#     from hf_model_repo
#     since clients ask for the repository, and not for a folder of this machine
# --host = 127.0.0.1
#     from the setting host
#     since only this machine can connect
# --port = 8000
#     from the setting or option port
