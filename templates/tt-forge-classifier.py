#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Say what a picture shows, with a network that TT-Forge compiles from PyTorch.

Two ways to compile, whichever is installed: `forge.compile` of tt-forge-fe (the package tt_forge_fe), and torch.compile with
the backend "tt" of tt-xla (the package torch_xla from Tenstorrent). The names of the classes come with torchvision's weights,
so only the weights are downloaded.

TT-Forge brings a tt-metal of its own and fails when TT_METAL_HOME or TT_METAL_VERSION point to another: both are taken out
of the environment first. The first picture compiles the network, which takes minutes.

The calls are those of tt-forge-fe's model tests and of tt-xla's examples/pytorch/mnist.py; nothing here was run on a card by
its authors.

Examples:
    python tt-forge-classifier.py --dry-run
    python tt-forge-classifier.py dog.jpg --network resnet50
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

PROGRAM = "tt-forge-classifier"
INPUT = 2
MISSING = 3
HARMFUL = ("TT_METAL_HOME", "TT_METAL_VERSION")
# Network of torchvision, and the class of its weights.
NETWORKS = {
    "mobilenet_v2": "MobileNet_V2_Weights",
    "resnet50": "ResNet50_Weights",
    "vit_b_16": "ViT_B_16_Weights",
}
BACKENDS = {"forge": "forge", "xla": "torch_xla"}


def fail(what: str, then: str, code: int = MISSING) -> NoReturn:
    """End with a message that says what to do."""
    print(f"{PROGRAM}: {what}\n  next: {then}", file=sys.stderr)
    raise SystemExit(code)


def one_or_more(text: str) -> int:
    """For argparse: a whole number that is not 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"has to be a whole number, 1 or more, not {text}")
    return int(text)


def parse(argv: list[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM}.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("picture", type=Path, nargs="?", help="the picture: anything that Pillow reads")
    parser.add_argument(
        "--network", "--model", choices=tuple(NETWORKS), default="mobilenet_v2", help="network to compile"
    )
    parser.add_argument(
        "--device", choices=("auto", *BACKENDS, "cpu"), default="auto", help="how to run it; cpu compiles nothing"
    )
    parser.add_argument("--top", type=one_or_more, default=5, help="classes to name (default: 5)")
    parser.add_argument("--dry-run", action="store_true", help="print as JSON what would be done, and do nothing")
    return parser.parse_args(argv)


def there(package: str) -> bool:
    """Whether a package can be imported. Looks, and imports nothing."""
    return importlib.util.find_spec(package) is not None


def backend(wanted: str) -> str | None:
    """How to run the network; none when nothing that was asked for is installed."""
    if wanted == "cpu":
        return wanted
    names = tuple(BACKENDS) if wanted == "auto" else (wanted,)
    return next((name for name in names if there(BACKENDS[name])), None)


def problems(wanted: str) -> list[str]:
    """Why it could not run here."""
    found = []
    for package, name in (("torch", "torch"), ("torchvision", "torchvision"), ("PIL", "pillow")):
        if not there(package):
            found.append(f"the package {name} cannot be imported: install it into this Python")
    if backend(wanted) is None:
        found.append("neither forge nor torch_xla can be imported: activate the environment of TT-Forge")
    return found


def by_forge(network: Any, batch: Any) -> Any:
    """Compiled by tt-forge-fe. Gives the scores of the classes."""
    forge = importlib.import_module("forge")
    compiled = forge.compile(network, sample_inputs=[batch])
    return compiled(batch)[0]


def by_xla(network: Any, batch: Any, torch: ModuleType) -> Any:
    """Compiled by tt-xla. Gives the scores of the classes."""
    xla = importlib.import_module("torch_xla")
    runtime = importlib.import_module("torch_xla.runtime")
    # Without this, torch_xla takes the CPU and says nothing.
    runtime.set_device_type("TT")
    device = xla.device()
    network = torch.compile(network.to(device), backend="tt")
    return network(batch.to(device)).to("cpu")


def classify(options: argparse.Namespace, how: str) -> list[tuple[float, str]]:
    """The likeliest classes, each with its share."""
    torch = importlib.import_module("torch")
    models = importlib.import_module("torchvision.models")
    image = importlib.import_module("PIL.Image")
    weights = getattr(models, NETWORKS[options.network]).DEFAULT
    network = getattr(models, options.network)(weights=weights).eval()
    try:
        with image.open(options.picture) as file:
            batch = weights.transforms()(file.convert("RGB")).unsqueeze(0)
    except OSError as error:
        fail(f"{options.picture} cannot be read: {error}", "name a picture", INPUT)
    with torch.no_grad():
        if how == "forge":
            scores = by_forge(network, batch)
        elif how == "xla":
            scores = by_xla(network, batch, torch)
        else:
            scores = network(batch)
    shares = torch.softmax(scores.float().reshape(-1), 0)
    values, indices = torch.topk(shares, min(options.top, len(weights.meta["categories"])))
    names = weights.meta["categories"]
    return [(float(value), names[index]) for value, index in zip(values.tolist(), indices.tolist(), strict=True)]


def main(argv: list[str]) -> int:
    """One picture."""
    options = parse(argv)
    removed = [name for name in HARMFUL if os.environ.pop(name, None) is not None]
    how = backend(options.device)
    missing = problems(options.device)
    gone = [f"there is no picture {options.picture}"] if options.picture and not options.picture.is_file() else []
    if options.dry_run:
        plan = {"network": options.network, "backend": how, "unset": removed, "problems": gone + missing}
        print(json.dumps({"would": "compile the network and classify", **plan}, indent=2))
        return 0
    if options.picture is None:
        fail("no picture was named", "name one, or see --help", INPUT)
    if gone:
        fail(gone[0], "name one that is there", INPUT)
    if how is None or missing:
        fail("; ".join(missing), "the same command with --dry-run shows what would be done")
    for name in removed:
        print(f"{name} is not used: TT-Forge brings its own tt-metal", file=sys.stderr)
    started = time.monotonic()
    for share, name in classify(options, how):
        print(f"{share:6.1%}  {name}")
    print(f"{time.monotonic() - started:.1f} s with {how}, compiling included", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
