#!/usr/bin/env python3
# tt-jukebox: an installed copy carries its version and a checksum in this line
"""Start vLLM's OpenAI server with the Tenstorrent models registered.

vLLM trees up to November 2025 register the TT models only when somebody calls `register_tt_models` of their own
`examples/offline_inference_tt.py`, in the process that serves and in every process that it spawns. Newer trees register
them by themselves, all but TTArceeForCausalLM (AFM-4.5B). This launcher does what the tree leaves undone, and hands every
argument that is not its own to vLLM as it is.

Examples:
    python start-vllm-server.py --model meta-llama/Llama-3.1-8B-Instruct --max-model-len 65536
    python start-vllm-server.py --model ~/models/Llama-3.1-8B-Instruct --port 9000
    python start-vllm-server.py --model Qwen/Qwen3-8B --dry-run
"""

from __future__ import annotations

import os
import sys

# Files that lie beside this one must not take the place of Python's own modules, so this comes before all others.
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != HERE]

import argparse
import importlib
import importlib.util
import json
import re
import runpy
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn, Optional

API_SERVER = "vllm.entrypoints.openai.api_server"
ARCEE = ("TTArceeForCausalLM", "models.tt_transformers.tt.generator_vllm:TTArceeForCausalLM")
EXAMPLE = "offline_inference_tt"
# A process that vLLM spawns loads this file again, as `__mp_main__` and without our arguments: it finds them here.
STATE = "TT_JUKEBOX_LAUNCHER_STATE"


@dataclass(frozen=True)
class Registration:
    """What has to be registered in every process of the server."""

    vllm_home: str
    examples: bool
    arcee: bool


def fail(what: str, then: str) -> NoReturn:
    """End with a message that says what to do."""
    print(f"start-vllm-server: {what}\n  next: {then}", file=sys.stderr)
    raise SystemExit(2)


def holds(path: Path, text: str) -> bool:
    """Whether a source file holds a text; false when there is no such file."""
    try:
        return text in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def tree_registers(home: Path) -> bool:
    """Whether the checkout registers the TT models by itself."""
    plugins = (home / "plugins" / "vllm-tt-plugin", home / "src" / "vllm_tt_plugin")
    return holds(home / "vllm/platforms/tt.py", "def register_tt_models") or any(p.is_dir() for p in plugins)


def examples_register(home: Path) -> bool:
    """Whether the checkout has the registration among its examples."""
    return holds(home / "examples" / f"{EXAMPLE}.py", "def register_tt_models")


def local_folder(model: str) -> Optional[Path]:
    """The folder that `--model` names; none when it names a repository."""
    path = Path(model).expanduser()
    if path.is_dir():
        return path.resolve() if not path.is_absolute() else path
    if model.startswith(("/", "~", "./", "../")):
        fail(f"there is no folder {model}", "download the weights, or name their repository with --model")
    return None


def repository_name(folder: Path) -> str:
    """The name under which a folder is served: the repository it comes from, as far as that can be known."""
    for part in folder.parts:
        cached = re.fullmatch(r"models--(.+?)--(.+)", part)
        if cached:
            return f"{cached[1]}/{cached[2]}"
    named = os.environ.get("HF_MODEL", "")
    if re.fullmatch(r"[\w.-]+/[\w.-]+", named) and not Path(named).is_dir():
        return named
    return folder.name


def is_arcee(model: str, folder: Optional[Path]) -> bool:
    """Whether the model is AFM-4.5B or another one of its architecture."""
    if folder is not None and holds(folder / "config.json", "ArceeForCausalLM"):
        return True
    return model.rstrip("/").split("/")[-1].startswith("AFM-")


def read_env_file(path: Path) -> None:
    """Set what a file of NAME=value lines says; it holds keys, so nobody else may read it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"the key file {path} cannot be read: {error}", "write it with `tt-jukebox command MODEL --install-files`")
    if stat.S_IMODE(mode) & 0o077:
        fail(f"others can read the key file {path}", f"chmod 600 {path}")
    for line in text.splitlines():
        name, sign, value = line.strip().partition("=")
        if sign and value and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            os.environ[name] = value
    if not os.environ.get("VLLM_API_KEY"):
        fail(f"the key file {path} has no VLLM_API_KEY", "add a line VLLM_API_KEY=… to it")


def prepare_path(home: str) -> None:
    """Import from the checkout, as `python -m` from within it does."""
    if home not in sys.path:
        sys.path.insert(0, home)


def register(what: Registration) -> None:
    """Register the models in this process."""
    prepare_path(what.vllm_home)
    if what.examples:
        examples = str(Path(what.vllm_home) / "examples")
        if examples not in sys.path:
            sys.path.append(examples)
        importlib.import_module(EXAMPLE).register_tt_models()
    if what.arcee:
        importlib.import_module("vllm").ModelRegistry.register_model(*ARCEE)


def problems(home: Path, how: str) -> list[str]:
    """Why the server could not start here."""
    found = []
    for package, then in (
        ("vllm", "install vLLM into this Python"),
        ("ttnn", "build tt-metal, and run its own Python"),
    ):
        if importlib.util.find_spec(package) is None:
            found.append(f"the package {package} cannot be imported by {sys.executable}: {then}")
    if how == "examples" and not examples_register(home):
        found.append(f"nothing in {home} registers the TT models: name the checkout of vLLM with --vllm-home")
    return found


def parse(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our own options, and everything else for vLLM."""
    parser = argparse.ArgumentParser(
        prog="start-vllm-server.py",
        description=(__doc__ or "").split("\n\nExamples:")[0],
        epilog="Every other argument goes to vLLM's api_server as it is.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--model", required=True, help="repository on the Hugging Face hub, or a folder with the weights"
    )
    parser.add_argument("--served-model-name", help="name for clients; of a folder, the repository that it comes from")
    parser.add_argument("--vllm-home", default=".", help="checkout of vLLM (default: the current folder)")
    parser.add_argument(
        "--register",
        choices=("auto", "examples", "tree"),
        default="auto",
        help="who registers the TT models (default: auto, by the files of the checkout)",
    )
    parser.add_argument("--register-arcee", action="store_true", help="register TTArceeForCausalLM whatever the model")
    parser.add_argument(
        "--env-file",
        default=os.environ.get("TT_JUKEBOX_ENV_FILE"),
        help="file with VLLM_API_KEY=…, mode 600 (default: $TT_JUKEBOX_ENV_FILE)",
    )
    parser.add_argument("--dry-run", action="store_true", help="print as JSON what would be done, and do nothing")
    return parser.parse_known_args(argv)


def main() -> None:
    """Register, then become vLLM's api_server."""
    options, rest = parse(sys.argv[1:])
    home = Path(options.vllm_home).expanduser().resolve()
    folder = local_folder(options.model)
    model = str(folder) if folder else options.model
    served = options.served_model_name or (repository_name(folder) if folder else None)
    how = options.register
    if how == "auto":
        plugin = importlib.util.find_spec("vllm_tt_plugin") is not None
        how = "tree" if plugin or tree_registers(home) else "examples"
    what = Registration(str(home), how == "examples", options.register_arcee or is_arcee(served or model, folder))
    arguments = ["--model", model, *(["--served-model-name", served] if served else []), *rest]
    prepare_path(what.vllm_home)
    missing = problems(home, how)
    if options.env_file:
        read_env_file(Path(options.env_file).expanduser())
    if options.dry_run:
        plan = {"server": API_SERVER, "args": arguments, "registration": asdict(what), "problems": missing}
        print(json.dumps(plan, indent=2))
        return
    if missing:
        fail("; ".join(missing), "the same command with --dry-run shows what would be done")
    os.environ[STATE] = json.dumps(asdict(what))
    register(what)
    sys.argv = ["api_server.py", *arguments]
    # In this very process: what has been registered here would be lost in another.
    runpy.run_module(API_SERVER, run_name="__main__")


if __name__ == "__main__":
    main()
elif __name__ == "__mp_main__" and STATE in os.environ:
    register(Registration(**json.loads(os.environ[STATE])))
