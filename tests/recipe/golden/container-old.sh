#!/bin/sh
# note: the image downloads nothing: put the weights there first, `hf download Qwen/Qwen2.5-72B-Instruct --local-dir /home/me/tt-scratchpad/weights/Qwen2.5-72B-Instruct`, or name another folder with --weights
# note: the newest file has another TT configuration for this entry, {"trace_region_size":66000000}; the one that the pinned release was published with is used
# note: --tool-call-parser hermes of the spec file's metadata is left out: nothing at hand says that trees of era E1 have it

cd /home/me && \
docker run \
    --rm \
    --name tt-jukebox-qwen2.5-72b-instruct-8000 \
    --env-file /home/me/tt-scratchpad/server.env \
    --publish 127.0.0.1:8000:8000 \
    --device /dev/tenstorrent:/dev/tenstorrent \
    --mount type=bind,src=/dev/hugepages-1G,dst=/dev/hugepages-1G \
    --volume volume_id_tt_transformers-Qwen2.5-72B-Instruct:/home/container_app_user/cache_root \
    --cap-add ALL \
    --shm-size 32G \
    --mount type=bind,src=/home/me/tt-scratchpad/model-specs/id_tt-transformers_Qwen2.5-72B-Instruct_t3k.json,dst=/home/container_app_user/model_specs/id_tt-transformers_Qwen2.5-72B-Instruct_t3k.json,readonly \
    --mount type=bind,src=/home/me/tt-scratchpad/weights/Qwen2.5-72B-Instruct,dst=/home/container_app_user/readonly_weights_mount/Qwen2.5-72B-Instruct,readonly \
    --env CACHE_ROOT=/home/container_app_user/cache_root \
    --env TT_CACHE_PATH=/home/container_app_user/cache_root/tt_metal_cache/cache_Qwen2.5-72B-Instruct/T3K \
    --env MODEL_WEIGHTS_PATH=/home/container_app_user/readonly_weights_mount/Qwen2.5-72B-Instruct \
    --env MODEL_WEIGHTS_DIR=/home/container_app_user/readonly_weights_mount/Qwen2.5-72B-Instruct \
    --env TT_LLAMA_TEXT_VER=tt_transformers \
    --env TT_QWEN3_TEXT_VER=tt_transformers \
    --env TT_MODEL_SPEC_JSON_PATH=/home/container_app_user/model_specs/id_tt-transformers_Qwen2.5-72B-Instruct_t3k.json \
    ghcr.io/tenstorrent/tt-inference-server/vllm-tt-metal-src-release-ubuntu-22.04-amd64:0.3.0-13f44c5-0edd242

# --rm
#     from tt-jukebox
#     since nothing is left behind but the volume
# --name = tt-jukebox-qwen2.5-72b-instruct-8000
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
# --volume = volume_id_tt_transformers-Qwen2.5-72B-Instruct:/home/container_app_user/cache_root
#     from impl_id and model_name
#     since weights and caches outlive the container (tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e)
# --cap-add = ALL
#     from tt-jukebox
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# --shm-size = 32G
#     from tt-jukebox
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# --mount = type=bind,src=/home/me/tt-scratchpad/model-specs/id_tt-transformers_Qwen2.5-72B-Instruct_t3k.json,dst=/home/container_app_user/model_specs/id_tt-transformers_Qwen2.5-72B-Instruct_t3k.json,readonly
#     from the scratchpad
#     since images before 0.11.0 read the entry from it
# --mount = type=bind,src=/home/me/tt-scratchpad/weights/Qwen2.5-72B-Instruct,dst=/home/container_app_user/readonly_weights_mount/Qwen2.5-72B-Instruct,readonly
#     from the option weights, or the scratchpad
#     since for reading only
# CACHE_ROOT = /home/container_app_user/cache_root
#     from tt-jukebox
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# TT_CACHE_PATH = /home/container_app_user/cache_root/tt_metal_cache/cache_Qwen2.5-72B-Instruct/T3K
#     from model_name and MESH_DEVICE
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# MODEL_WEIGHTS_PATH = /home/container_app_user/readonly_weights_mount/Qwen2.5-72B-Instruct
#     from the option weights, or the scratchpad
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# MODEL_WEIGHTS_DIR = /home/container_app_user/readonly_weights_mount/Qwen2.5-72B-Instruct
#     from the option weights, or the scratchpad
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# TT_LLAMA_TEXT_VER = tt_transformers
#     from impl.impl_id
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# TT_QWEN3_TEXT_VER = tt_transformers
#     from impl.impl_id
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
# TT_MODEL_SPEC_JSON_PATH = /home/container_app_user/model_specs/id_tt-transformers_Qwen2.5-72B-Instruct_t3k.json
#     from the mounted file
#     since tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0
