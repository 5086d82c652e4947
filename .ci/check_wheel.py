"""Check a built wheel and sdist, and try the wheel where the checkout cannot be seen.

    python .ci/check_wheel.py FOLDER

FOLDER holds one wheel and one sdist. The wheel is compared with the files of the checkout,
installed at the pinned versions into a new environment, and used from another folder.
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRAMMAR_IN_WHEEL = "parax/_grammar/parax.lark"
FOLDERS_IN_SDIST = ("parax", "grammar", "tests", "docs")
EXPRESSION, VALUE = "max(abs([3, -4])) - 1", 3.0


def fail(message: str) -> None:
    sys.exit(f"check_wheel: {message}")


def tracked(folder: str) -> set[str]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return {name for name in listing.split("\0") if name and (ROOT / name).exists()}


def check_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        grammar = archive.read(GRAMMAR_IN_WHEEL) if GRAMMAR_IN_WHEEL in names else None
    expected = tracked("parax") | {GRAMMAR_IN_WHEEL, "parax/py.typed"}
    if missing := sorted(expected - names):
        fail(f"{wheel.name} lacks {', '.join(missing)}")
    strange = sorted(
        name for name in names - expected if not name.split("/")[0].endswith(".dist-info")
    )
    if strange:
        fail(f"{wheel.name} carries what git does not track in parax/: {', '.join(strange)}")
    if grammar != (ROOT / "grammar/parax.lark").read_bytes():
        fail(f"{GRAMMAR_IN_WHEEL} in {wheel.name} differs from grammar/parax.lark")


def check_sdist(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    expected = set[str]().union(*(tracked(folder) for folder in FOLDERS_IN_SDIST))
    if missing := sorted(expected - names):
        fail(f"{sdist.name} lacks {', '.join(missing)}")


def numbers(document: object) -> list[float]:
    """Every number anywhere in a JSON document."""
    if isinstance(document, dict):
        return [number for value in document.values() for number in numbers(value)]
    if isinstance(document, list):
        return [number for value in document for number in numbers(value)]
    return [float(document)] if type(document) in (int, float) else []


def check_use(wheel: Path, folder: Path) -> None:
    """Install the wheel into a new environment in `folder` and use it from there."""
    home = folder / "environment"
    venv.create(home, with_pip=True)
    binaries = home / "bin"
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env=outside,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode != 0:
            print(done.stdout)
            fail(f"exit code {done.returncode} from {' '.join(str(word) for word in command)}")
        return done.stdout

    pip = (binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--constraint", ROOT / "constraints.txt", wheel)
    place = Path(run(binaries / "python", "-c", "import parax; print(parax.__file__)").strip())
    if not place.resolve().is_relative_to(home.resolve()):
        fail(f"`import parax` found {place} and not the installed wheel")
    answer = run(binaries / "parax", "eval", EXPRESSION, "--json")
    if VALUE not in numbers(json.loads(answer)):
        fail(f"`parax eval '{EXPRESSION}' --json` should say {VALUE} and said {answer}")


def main(folder: Path) -> None:
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    check_wheel(wheel)
    check_sdist(sdist)
    with tempfile.TemporaryDirectory() as elsewhere:
        check_use(wheel, Path(elsewhere))
    print(
        f"check_wheel: {wheel.name} and {sdist.name} are complete, and the wheel works on its own"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
