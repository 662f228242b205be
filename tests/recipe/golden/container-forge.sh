#!/bin/sh

cd /home/me && \
docker run \
    --rm \
    --name tt-jukebox-falcon3-7b-instruct-8000 \
    --env-file /home/me/tt-scratchpad/server.env \
    --publish 127.0.0.1:8000:8000 \
    --device /dev/tenstorrent:/dev/tenstorrent \
    --mount type=bind,src=/dev/hugepages-1G,dst=/dev/hugepages-1G \
    --volume volume_id_forge_vllm_plugin-Falcon3-7B-Instruct:/home/container_app_user/cache_root \
    --env MESH_DEVICE=P150 \
    --env ARCH_NAME=blackhole \
    --env MAX_MODEL_LENGTH=32768 \
    --env MAX_NUM_SEQS=32 \
    --env GPU_MEMORY_UTILIZATION=0.35 \
    --env TT_KV_POOL_GB=32 \
    --env OPTIMIZATION_LEVEL=1 \
    --env CPU_SAMPLING=false \
    --env ENABLE_TRACE=true \
    --env KV_CACHE_DTYPE=bfp_bf8 \
    --env PREFILL_CHUNK_SIZE=1024 \
    --env MIN_NUM_SEQS=1 \
    --env PREFILL_BATCH_THRESHOLD=16 \
    --env MODEL=Falcon3-7B-Instruct \
    --env DEVICE=p150 \
    --env CACHE_ROOT=/home/container_app_user/cache_root \
    --env HF_HOME=/home/container_app_user/cache_root/huggingface \
    --env NO_AUTH=1 \
    ghcr.io/tenstorrent/tt-media-inference-server-forge:0.18.0-c49bb76

# --rm
#     from tt-jukebox
#     since nothing is left behind but the volume
# --name = tt-jukebox-falcon3-7b-instruct-8000
#     from model_name and the port
# --env-file = /home/me/tt-scratchpad/server.env
#     from the scratchpad
#     since HF_TOKEN and keys come from a file that only you can read, and stand on no command line
# --publish = 127.0.0.1:8000:8000
#     from the settings host and port
#     since the server listens on 8000 inside its container
# --device = /dev/tenstorrent:/dev/tenstorrent
#     from tt-jukebox
#     since tt-inference-server workflows/run_docker_server.py
# --mount = type=bind,src=/dev/hugepages-1G,dst=/dev/hugepages-1G
#     from the host
#     since tt-inference-server workflows/run_docker_server.py mounts it; needed where the IOMMU does not translate (tt-metal#21375)
# --volume = volume_id_forge_vllm_plugin-Falcon3-7B-Instruct:/home/container_app_user/cache_root
#     from impl_id and model_name
#     since weights and caches outlive the container (tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e)
# MESH_DEVICE = P150
#     from the newest release that lists the entry, env_vars.MESH_DEVICE
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# ARCH_NAME = blackhole
#     from the newest release that lists the entry, env_vars.ARCH_NAME
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# MAX_MODEL_LENGTH = 32768
#     from the newest release that lists the entry, env_vars.MAX_MODEL_LENGTH
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# MAX_NUM_SEQS = 32
#     from the newest release that lists the entry, env_vars.MAX_NUM_SEQS
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# GPU_MEMORY_UTILIZATION = 0.35
#     from the newest release that lists the entry, env_vars.GPU_MEMORY_UTILIZATION
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# TT_KV_POOL_GB = 32
#     from the newest release that lists the entry, env_vars.TT_KV_POOL_GB
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# OPTIMIZATION_LEVEL = 1
#     from the newest release that lists the entry, env_vars.OPTIMIZATION_LEVEL
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# CPU_SAMPLING = false
#     from the newest release that lists the entry, env_vars.CPU_SAMPLING
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# ENABLE_TRACE = true
#     from the newest release that lists the entry, env_vars.ENABLE_TRACE
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# KV_CACHE_DTYPE = bfp_bf8
#     from the newest release that lists the entry, env_vars.KV_CACHE_DTYPE
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# PREFILL_CHUNK_SIZE = 1024
#     from the newest release that lists the entry, env_vars.PREFILL_CHUNK_SIZE
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# MIN_NUM_SEQS = 1
#     from the newest release that lists the entry, env_vars.MIN_NUM_SEQS
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# PREFILL_BATCH_THRESHOLD = 16
#     from the newest release that lists the entry, env_vars.PREFILL_BATCH_THRESHOLD
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# MODEL = Falcon3-7B-Instruct
#     from model_name
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# DEVICE = p150
#     from device_type
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# CACHE_ROOT = /home/container_app_user/cache_root
#     from tt-jukebox
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# HF_HOME = /home/container_app_user/cache_root/huggingface
#     from tt-jukebox
#     since what is downloaded stays in the volume
# NO_AUTH = 1
#     from the setting host
#     since only this machine can connect
