"""Generates the gRPC code in src/omni_engine/gen from proto/. With --check: exits 1 if the committed code differs.

Needs grpcio-tools (the `dev` extra). The generated import is made package-relative, so nothing lands on the top level.
"""

import argparse
import sys
import tempfile
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PROTO = ROOT.parent / "proto"
SOURCE = "omni/engine/v1/engine.proto"
TARGET = ROOT / "src" / "omni_engine" / "gen"
HEADER = "# Made by pytorch-server/gen.py from proto/omni/engine/v1/engine.proto. Do not edit.\n"


def generate() -> dict[str, str]:
    """Returns file name → text of what belongs into the gen folder."""
    from grpc_tools import protoc

    with tempfile.TemporaryDirectory() as scratch:
        include = str(resources.files("grpc_tools") / "_proto")
        args = [f"-I{PROTO}", f"-I{include}", f"--python_out={scratch}", f"--pyi_out={scratch}"]
        if protoc.main(["protoc", *args, f"--grpc_python_out={scratch}", SOURCE]) != 0:
            raise SystemExit("protoc failed")
        made = sorted((Path(scratch) / SOURCE).parent.iterdir())
        files = {path.name: HEADER + _relative(path.read_text()) for path in made}
    files["__init__.py"] = HEADER
    return files


def _relative(text: str) -> str:
    return text.replace("from omni.engine.v1 import engine_pb2", "from . import engine_pb2")


def main() -> int:
    """Writes the files, or with --check names those that differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the committed code differs")
    check = parser.parse_args().check
    files = generate()
    present = {path.name: path.read_text() for path in TARGET.glob("*.py*") if path.is_file()}
    if not check:
        TARGET.mkdir(parents=True, exist_ok=True)
        for name in present.keys() - files.keys():
            (TARGET / name).unlink()
        for name, text in files.items():
            (TARGET / name).write_text(text)
        return 0
    stale = sorted(name for name in files.keys() | present.keys() if files.get(name) != present.get(name))
    if stale:
        print(f"out of step with {SOURCE}: {', '.join(stale)}; run: python pytorch-server/gen.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
