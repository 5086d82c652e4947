"""Runs the command line inside the test's process, and gives what it printed."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import jax
import pytest

from parax.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        """The one JSON object on the standard output, read strictly."""

        def refuse(name: str) -> None:
            raise AssertionError(f"{name} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


Run = Callable[..., Done]


@pytest.fixture
def command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """`run("eval", …)` in an empty folder; precision and import paths are as before afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "")  # or this process would keep its own
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    double = jax.config.read("jax_enable_x64")

    def run(*words: str) -> Done:
        capsys.readouterr()
        code = main(words)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    yield run
    jax.config.update("jax_enable_x64", double)
    for name in set(sys.modules) - before:
        if name.startswith("parax_model_") or name == "shop":
            del sys.modules[name]


MODELS = """
    import jax.numpy as jnp
    import parax
    from parax import rf


    class Resistor(rf.Model):
        R: parax.Parameter = 50.0

        def s(self, sweep):
            return rf.abcdtos(rf.series(self.R + 0j * sweep.f), self.z0)


    class Needy(parax.Module):
        R: parax.Parameter
        C: parax.Parameter = 1.0


    class Bowl(parax.Module):
        a: parax.Parameter = 3.0
        b: parax.Parameter = 1.0


    class Broken(Resistor):
        def s(self, sweep):
            return self.ratio(0)

        def ratio(self, n):
            return 1 / n


    class Lost(Resistor):
        def s(self, sweep):
            return {}["gain"]


    class Branching(Resistor):
        def s(self, sweep):
            if self.R.value > 1:
                return super().s(sweep)
            return super().s(sweep)


    class Failing(parax.Module):
        R: parax.Parameter = 50.0

        def __init__(self):
            raise RuntimeError("no such process")


    class Careless(Resistor):
        def s(self, sweep):
            return rf.cascade()


    class Plain:
        def s(self, sweep):
            return jnp.ones((sweep.f.shape[0], 1, 1)) + 0j


    class Scaled(parax.Module):
        L: parax.Parameter = parax.Parameter(5.0, scale=1e-9)
        w: parax.Parameter = parax.Parameter([1.0, 2.0, 3.0])


    resistor = Resistor(75.0)
    fixed = Resistor(parax.Fixed(50.0))
    number = 3.0


    def make():
        return Resistor()
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A file `shop.py` of models, good and bad."""
    path = tmp_path / "shop.py"
    path.write_text(dedent(MODELS).lstrip())
    return path
