#!/bin/sh
# note: the arguments as published are in the image; only what differs from them is passed

cd /home/me && \
docker run \
    --rm \
    --name tt-jukebox-gpt-oss-120b-8000 \
    --env-file /home/me/tt-scratchpad/server.env \
    --publish 127.0.0.1:8000:8000 \
    --device /dev/tenstorrent:/dev/tenstorrent \
    --mount type=bind,src=/dev/hugepages-1G,dst=/dev/hugepages-1G \
    --volume volume_id_gpt_oss-gpt-oss-120b:/home/container_app_user/cache_root \
    --ipc host \
    ghcr.io/tenstorrent/tt-inference-server/vllm-tt-metal-src-release-ubuntu-22.04-amd64:0.17.0-8c48a10-f52987a \
    --model openai/gpt-oss-120b \
    --tt-device galaxy \
    --no-auth

# --rm
#     from tt-jukebox
#     since nothing is left behind but the volume
# --name = tt-jukebox-gpt-oss-120b-8000
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
# --volume = volume_id_gpt_oss-gpt-oss-120b:/home/container_app_user/cache_root
#     from impl_id and model_name
#     since weights and caches outlive the container (tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e)
# --ipc = host
#     from tt-jukebox
#     since tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e
# --model = openai/gpt-oss-120b
#     from hf_model_repo
#     since tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e
# --tt-device = galaxy
#     from device_type
#     since tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e
# --no-auth
#     from the setting host
#     since only this machine can connect
