"""Small wheels, made without any package: `wheel.py FOLDER` fills a folder that pip can be pointed at, and as the build
backend of a tree (PEP 517, PEP 660) it makes the wheel that `pip install -e` asks for. What a tree is stands in its
`wheel.json`."""

import base64
import hashlib
import json
import os
import sys
import time
import zipfile

# The numpy that a tree would get and the one that its pins want; a torch with so many files that its installation takes a moment.
INDEX = [
    {"name": "numpy", "version": "1.26.4"},
    {"name": "numpy", "version": "2.1.0"},
    {"name": "torch", "version": "2.5.0+cpu", "files": 1200},
    {"name": "loguru", "version": "0.7.2"},
    {"name": "llama-models", "version": "0.0.48"},
    {"name": "tt-runtime", "version": "1.0.0"},
    {"name": "vllm", "version": "0.25.1"},
]


def write(folder, about, files):
    """Writes the wheel of a package and answers its name. The `.dist-info` folder comes last, as PEP 427 recommends."""
    name = about["name"].replace("-", "_")
    info = f"{name}-{about['version']}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {about['name']}", f"Version: {about['version']}"]
    metadata += [f"Requires-Dist: {row}" for row in about.get("requires", [])]
    for extra, rows in about.get("extras", {}).items():
        metadata.append(f"Provides-Extra: {extra}")
        metadata += [f"Requires-Dist: {row}; extra == '{extra}'" for row in rows]
    files = dict(files)
    files[f"{info}/METADATA"] = "\n".join(metadata) + "\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{path},sha256={digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    wheel = f"{name}-{about['version']}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def package(about):
    name = about["name"].replace("-", "_")
    files = {f"{name}/__init__.py": f"__version__ = {about['version']!r}\n"}
    files.update({f"{name}/part{number}.py": f"x = {number}\n" for number in range(about.get("files", 0))})
    return files


def build_editable(folder, config_settings=None, metadata_directory=None):
    with open("wheel.json") as file:
        about = json.load(file)
    log = os.environ.get("STAND_IN_LOG")
    if log:
        with open(log, "a") as file:
            file.write(f"begin build of {about['name']}\n")
    # A build takes its time.
    time.sleep(float(os.environ.get("STAND_IN_SECONDS", "0")))
    return write(folder, about, {f"{about['name']}.pth": os.path.abspath(about.get("source", ".")) + "\n"})


build_wheel = build_editable


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    for row in INDEX:
        write(sys.argv[1], row, package(row))
