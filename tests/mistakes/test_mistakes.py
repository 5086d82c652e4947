"""Every likely mistake gets the message that stands beside it in a text file, to the letter.

`texts.txt`: expressions, through Python and through the command line, which say the same.
`commands.txt`: command lines, with their exit code. `python.txt`: statements of Python.

An entry is a headline `# what the mistake is`, the mistake, a line `---`, the whole message, and an
empty line. To pin another mistake add one; a person reads the message aloud first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import functions, op, rf
from tests.cli.running import Run

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Mistake:
    title: str
    text: str
    message: str

    def __str__(self) -> str:
        return self.title


def entries(file: str) -> Iterator[Mistake]:
    for block in (HERE / file).read_text("utf-8").split("\n\n# ")[1:]:
        title, _, rest = block.partition("\n")
        text, _, message = rest.partition("---\n")
        yield Mistake(title, text.removesuffix("\n"), message.strip("\n"))


TEXTS, COMMANDS, PYTHON = (list(entries(f"{name}.txt")) for name in ("texts", "commands", "python"))


def title(mistake: Mistake) -> str:
    return mistake.title


def test_there_are_forty_and_each_is_named_once():
    names = [one.title for one in (*TEXTS, *COMMANDS, *PYTHON)]
    assert len(names) >= 40
    assert len(set(names)) == len(names)


# --- Expressions ------------------------------------------------------------------------------


@pytest.mark.parametrize("mistake", TEXTS, ids=title)
def test_a_text_gets_its_message_in_python(mistake: Mistake):
    on_ladder = "[ladder]" in mistake.title
    model: Any = rf.example_model("ladder") if on_ladder else network()
    context = [rf.Sweep("1 GHz..2 GHz:5")] if on_ladder else []
    with jax.enable_x64(True), pytest.raises(parax.ParaxError) as caught:
        gradient(mistake.text, model, *context)
    assert caught.value.render(title=True) == mistake.message


@pytest.mark.parametrize("mistake", TEXTS, ids=title)
def test_a_text_gets_the_same_message_on_the_command_line(mistake: Mistake, command_line: Run):
    where = ("--data", "example:ring-slot")
    if "[ladder]" in mistake.title:
        where = ("--model", "example:ladder", "--freq", "1 GHz..2 GHz:5")
    done = command_line("eval", *where, "--grad", "--", mistake.text)
    assert (done.code, done.out, done.err) == (1, "", mistake.message + "\n")


def gradient(text: str, model: Any, *context: Any) -> Any:
    problem = parax.problem(text, model, *context, vocabulary=rf.vocabulary)
    return problem.value_and_gradient(problem.x0)


def network() -> rf.Network:
    return rf.Network.read(rf.example("ring-slot"))


# --- Command lines ----------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path, models: Path) -> None:
    assert models.is_file()
    (tmp_path / "filter.s2p").write_text("# GHz S RI R 50\n1 0 0 1 0 1 0 0 0\n2 0 0 1 0 1 0 0 0\n")
    (tmp_path / "letter.s2p").write_text("Dear reader\n")
    (tmp_path / "letter.txt").write_text("Dear reader\n")
    (tmp_path / "three.s3p").write_text("# GHz S RI R 50\n1 0 0 1 0 1 0 0 0\n2 0 0 1 0 1 0 0 0\n")
    (tmp_path / "folder.s2p").mkdir()
    (tmp_path / "unfinished.py").write_text("import parax\nmodel = (\n")
    (tmp_path / "lonely.py").write_text("import a_module_that_is_not_there\n")
    (tmp_path / "leaving.py").write_text("raise SystemExit(3)\n")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("mistake", COMMANDS, ids=title)
def test_a_command_gets_its_message(mistake: Mistake, command_line: Run):
    import shlex

    words = shlex.split(mistake.text)
    code = 2 if "[usage]" in mistake.title else 1
    done = command_line(*words[2:])
    assert (done.code, done.out, done.err) == (code, "", mistake.message + "\n")
    assert "Traceback" not in done.err


# --- Python -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mistake", PYTHON, ids=title)
def test_a_statement_gets_its_message(mistake: Mistake):
    given = {
        "F": functions,
        "jnp": jnp,
        "ladder": rf.example_model("ladder"),
        "network": network(),
        "np": np,
        "op": op,
        "parax": parax,
        "rf": rf,
        "sweep": rf.Sweep("1 GHz..2 GHz:5"),
        "x": op.Input("x"),
    }
    with jax.enable_x64(True), pytest.raises(parax.ParaxError) as caught:
        exec(mistake.text, given)
    assert caught.value.render(title=True) == mistake.message
