#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Make pictures from words, by a media server or in this very process.

By a server (the default): tt-inference-server's media server, as `tt-jukebox serve MODEL` starts it, with any image model
that the catalog has for your box: SDXL, FLUX.1, Stable Diffusion 3.5 Large and others. `tt-jukebox list image` names them.
Its interface is POST /v1/images/generations, and /image/generations in servers before 2026; both are tried.

In this process (--direct): Stable Diffusion 3.5 Large by tt-metal's own pipeline. Today's tt-metal has it for 8 chips (t3k)
and 32 (galaxy), and so has the catalog. The demo for one n150, which older lessons ran, was a test in the tt-metal of 2025.
The weights are gated: accept their licence on the hub first.

The calls are those of tt-inference-server's media server (open_ai_api/image.py and tt_model_runners/dit_runners.py, August
2026); nothing here was run on a card by its authors.

Examples:
    python tt-image-gen.py "a lighthouse in a storm" --out lighthouse
    python tt-image-gen.py "a lighthouse in a storm" --direct --device t3k
    python tt-image-gen.py "a lighthouse in a storm" --dry-run
"""

from __future__ import annotations

import argparse
import base64
import importlib
import importlib.util
import inspect
import json
import sys
import time
from pathlib import Path
from typing import Any

import tt_openai_http as http

PROGRAM = "tt-image-gen"
PATHS = ("/v1/images/generations", "/image/generations")
# Mesh by device, as the media server has it for this model.
SHAPES = {"T3K": (2, 4), "GALAXY": (4, 8)}
DIRECT_MODEL = "stabilityai/stable-diffusion-3.5-large"
PIPELINES = ("models.tt_dit.pipelines", "models.experimental.tt_dit.pipelines")
PIPELINE = "stable_diffusion_35_large.pipeline_stable_diffusion_35_large"
KINDS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg"}


def parse(argv: list[str]) -> argparse.Namespace:
    """The options, with the limits of the media server's requests."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prompt", type=http.some_text, help="what the picture shows")
    parser.add_argument("--negative", help="what it should not show")
    parser.add_argument("--steps", type=http.number(int, 12, 50), default=20, help="12 to 50 (default: 20)")
    parser.add_argument(
        "--guidance", type=http.number(float, 1, 20), default=3.5, help="1 to 20: how closely to follow the words"
    )
    parser.add_argument("--seed", type=int, default=0, help="another one gives another picture (default: 0)")
    parser.add_argument("--count", type=http.number(int, 1, 4), default=1, help="pictures, 1 to 4 (default: 1)")
    parser.add_argument("--out", type=Path, default=Path("picture"), help="start of the file name (default: picture)")
    parser.add_argument("--direct", action="store_true", help="load the model here, and ask no server")
    parser.add_argument(
        "--device", type=str.upper, choices=tuple(SHAPES), default="T3K", help="for --direct: t3k or galaxy"
    )
    http.add_arguments(parser)
    return parser.parse_args(argv)


def body(options: argparse.Namespace) -> dict[str, Any]:
    """The request."""
    wanted = {
        "prompt": options.prompt,
        "negative_prompt": options.negative,
        "num_inference_steps": options.steps,
        "guidance_scale": options.guidance,
        "seed": options.seed,
        "number_of_images": options.count,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def by_server(server: http.Server, options: argparse.Namespace) -> list[bytes]:
    """Pictures from the media server, which answers with base64."""
    found: dict[str, Any] = {}
    for path in PATHS:
        try:
            found = server.json(path, body(options))
            break
        except http.Problem as problem:
            if problem.status != 404 or path == PATHS[-1]:
                raise
    # Its own form, and the one of OpenAI.
    rows = found.get("images") or [row.get("b64_json") for row in found.get("data") or []]
    try:
        return [
            base64.b64decode(row.partition(",")[2] if row.startswith("data:") else row, validate=True) for row in rows
        ]
    except (ValueError, AttributeError):
        raise http.Problem("the answer holds no pictures in base64", "check that it is an image server", 1) from None


def words_of(error: Exception) -> str:
    """What ttnn says, without its backtrace: the line after `info:`, else the first one."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[lines.index("info:") + 1] if "info:" in lines[:-1] else lines[0]


def problems() -> list[str]:
    """Why the model could not be loaded here."""
    found = []
    for package, then in (
        ("ttnn", "build tt-metal, and run its own Python"),
        ("models", "run in the checkout of tt-metal"),
    ):
        if importlib.util.find_spec(package) is None:
            found.append(f"the package {package} cannot be imported: {then}")
    return found


def pipeline_class() -> Any:
    """Stable Diffusion's pipeline, which has moved once."""
    for home in PIPELINES:
        try:
            return importlib.import_module(f"{home}.{PIPELINE}").StableDiffusion3Pipeline
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("models"):
                raise
    raise http.Problem("this tt-metal has no pipeline for Stable Diffusion 3.5", "use a tt-metal of 2026, or a server")


def directly(options: argparse.Namespace) -> list[Any]:
    """Pictures from a pipeline in this process; they know how to save themselves."""
    sys.path.append(".")
    missing = problems()
    if missing:
        raise http.Problem("; ".join(missing), "ask a server in place of --direct")
    ttnn = importlib.import_module("ttnn")
    rows, columns = SHAPES[options.device]
    pipeline = pipeline_class()
    try:
        found = len(ttnn.get_device_ids())
        if found < rows * columns:
            raise http.Problem(f"{options.device} needs {rows * columns} chips, and there are {found}", "ask a server")
        ttnn.set_fabric_config(ttnn.FabricConfig.FABRIC_1D)
        mesh = ttnn.open_mesh_device(
            mesh_shape=ttnn.MeshShape(rows, columns), l1_small_size=32768, trace_region_size=25_000_000
        )
    except RuntimeError as error:
        raise http.Problem(f"ttnn: {words_of(error)}", "`tt-jukebox doctor` looks at the cards") from None
    try:
        # The checkpoint's option has had two names.
        named = inspect.signature(pipeline.create_pipeline).parameters
        name = "checkpoint_name" if "checkpoint_name" in named else "model_checkpoint_path"
        print("Loading the model: this takes minutes.", file=sys.stderr)
        loaded = pipeline.create_pipeline(mesh_device=mesh, **{name: options.model or DIRECT_MODEL})
        made: list[Any] = []
        for number in range(options.count):
            made += loaded.run_single_prompt(
                prompt=options.prompt,
                negative_prompt=options.negative or "",
                num_inference_steps=options.steps,
                seed=options.seed + number,
            )
        return made
    finally:
        ttnn.close_mesh_device(mesh)
        ttnn.set_fabric_config(ttnn.FabricConfig.DISABLED)


def free_name(start: Path, ending: str) -> Path:
    """A name that nobody has yet: pictures are not overwritten."""
    number = 1
    while True:
        path = start.with_name(f"{start.name}-{number}{ending}")
        if not path.exists():
            return path
        number += 1


def save(picture: Any, start: Path) -> Path:
    """Writes a picture."""
    if not isinstance(picture, bytes):
        path = free_name(start, ".png")
        picture.save(path)
        return path
    ending = next((ending for magic, ending in KINDS.items() if picture.startswith(magic)), None)
    if ending is None:
        raise http.Problem("the answer holds no PNG and no JPEG", "check that it is an image server", 1)
    path = free_name(start, ending)
    path.write_bytes(picture)
    return path


def run(options: argparse.Namespace) -> int:
    """Make the pictures and write them."""
    http.check_place(options.out)
    started = time.monotonic()
    if options.direct:
        if options.dry_run:
            plan = {"model": options.model or DIRECT_MODEL, "mesh": SHAPES[options.device], "problems": problems()}
            print(json.dumps({"would": "load the pipeline and run it here", **plan, **body(options)}, indent=2))
            return 0
        made: list[Any] = directly(options)
    else:
        server = http.Server(options)
        if options.dry_run:
            print(json.dumps({"would": f"POST {PATHS[0]}", **server.plan(), "body": body(options)}, indent=2))
            return 0
        made = list(by_server(server, options))
    for picture in made:
        print(save(picture, options.out))
    print(f"{len(made)} pictures in {time.monotonic() - started:.1f} s", file=sys.stderr)
    return 0


def main(argv: list[str]) -> int:
    """One prompt."""
    options = parse(argv)
    try:
        return run(options)
    except http.Problem as problem:
        return http.fail(PROGRAM, problem)
    except OSError as error:
        return http.fail(PROGRAM, http.Problem(str(error), "choose another --out", http.INPUT))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
