#!/bin/sh

cd /home/me && \
docker run \
    --rm \
    --name tt-jukebox-whisper-large-v3-8000 \
    --env-file /home/me/tt-scratchpad/server.env \
    --publish 127.0.0.1:8000:8000 \
    --device /dev/tenstorrent:/dev/tenstorrent \
    --mount type=bind,src=/dev/hugepages-1G,dst=/dev/hugepages-1G \
    --volume volume_id_whisper-whisper-large-v3:/home/container_app_user/cache_root \
    --env MESH_DEVICE=P150 \
    --env ARCH_NAME=blackhole \
    --env TT_MESH_GRAPH_DESC_PATH=../../tt-metal/tt_metal/fabric/mesh_graph_descriptors/p150_mesh_graph_descriptor.textproto \
    --env MODEL=whisper-large-v3 \
    --env DEVICE=p150 \
    --env CACHE_ROOT=/home/container_app_user/cache_root \
    --env HF_HOME=/home/container_app_user/cache_root/huggingface \
    --env NO_AUTH=1 \
    ghcr.io/tenstorrent/tt-media-inference-server:0.15.0-25891d3

# --rm
#     from tt-jukebox
#     since nothing is left behind but the volume
# --name = tt-jukebox-whisper-large-v3-8000
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
# --volume = volume_id_whisper-whisper-large-v3:/home/container_app_user/cache_root
#     from impl_id and model_name
#     since weights and caches outlive the container (tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e)
# MESH_DEVICE = P150
#     from the newest release that lists the entry, env_vars.MESH_DEVICE
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# ARCH_NAME = blackhole
#     from the newest release that lists the entry, env_vars.ARCH_NAME
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# TT_MESH_GRAPH_DESC_PATH = ../../tt-metal/tt_metal/fabric/mesh_graph_descriptors/p150_mesh_graph_descriptor.textproto
#     from the newest release that lists the entry, env_vars.TT_MESH_GRAPH_DESC_PATH
#     since tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e
# MODEL = whisper-large-v3
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
