"""Touchstone files (R3, R8): what is read, and each way in which a file is refused."""

import os
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from parax import rf
from parax.errors import MissingExtraError, OperatorTypeError, TouchstoneError
from tests.rf.helpers import close

HEAD = "# GHz S RI R 50\n"
ONE = "1 .5 .1\n2 .4 .1\n3 .3 .1\n"
TWO = "1 .1 0 .2 0 .3 0 .4 0\n2 .1 0 .2 0 .3 0 .4 0\n"

GOOD = {
    "without.s1p": ("1 .5 0\n2 .4 0\n", [1e9, 2e9], 0.5),
    "tabs.s1p": (
        "# Hz S RI R 50\r\n1e9\t.5 0 ! note\r\n\r\n2e9 .4 0\r\n",
        [1e9, 2e9],
        0.5,
    ),
    "mark.s1p": ("\ufeff# Hz S RI R 50\n1e9 .5 0\n2e9 .4 0\n", [1e9, 2e9], 0.5),
    "direct.s1p": ("# Hz S RI R 50\n0 .5 0\n2e9 .4 0\n", [0, 2e9], 0.5),
    "single.s1p": (HEAD + "1 .5 0\n", [1e9], 0.5),
    "UPPER.S1P": (HEAD.lower() + ONE, [1e9, 2e9, 3e9], 0.5 + 0.1j),
    "impedance.s1p": ("# Hz Z RI R 50\n1e9 3 0\n", [1e9], 0.5),
    "decibels.s1p": ("# Hz S DB R 50\n1e9 20 90\n", [1e9], 10j),
    "noise.s2p": (HEAD + TWO + "1 1.2 .3 60 .3\n2 1.2 .3 60 .3\n", [1e9, 2e9], 0.1),
    "wrapped.s3p": (
        HEAD + "1 .1 0 .2 0 .3 0\n .4 0 .5 0 .6 0\n .7 0 .8 0 .9 0\n",
        [1e9],
        0.1,
    ),
    "two.s1p": (
        "[Version] 2.0\n# GHz S RI R 50\n[Number of Ports] 1\n[Number of Frequencies] 2\n"
        "[Network Data]\n1 .5 0\n2 .4 0\n[End]\n",
        [1e9, 2e9],
        0.5,
    ),
}


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_unusual_is_read(name, tmp_path):
    text, f, first = GOOD[name]
    network = rf.Network.read(written(tmp_path, name, text))
    close(network.f, f)
    close(network.data[0, 0, 0], first, 1e-6)


def test_two_ports_are_read_21_before_12(tmp_path):
    network = rf.Network.read(written(tmp_path, "n.s2p", HEAD + TWO))
    close(network.data[0], [[0.1, 0.3], [0.2, 0.4]])


LAYOUT = (
    "\n  help: after an option line such as `# GHz S MA R 50` it has a line of numbers for each "
    "frequency: the frequency, then two numbers for each parameter"
)
BAD = [
    ("empty.s2p", "", "`empty.s2p` has no data\n  help: after its option line it has a line for "
        "each frequency"),
    ("comment.s1p", "! nothing\n" + HEAD, "`comment.s1p` has no data\n  help: after its option "
        "line it has a line for each frequency"),
    ("words.s2p", "hello world\nthis is a letter\n",
        "`words.s2p` is no Touchstone file of 2 ports" + LAYOUT),
    ("bytes.s1p", bytes(range(256)), "`bytes.s1p` is no Touchstone file of 1 port" + LAYOUT),
    ("half.s1p", HEAD + "1 x y\n", "`half.s1p` is no Touchstone file of 1 port" + LAYOUT),
    ("unit.s1p", "# furlong S RI R 50\n" + ONE,
        "`unit.s1p` is no Touchstone file of 1 port" + LAYOUT),
    ("cut.s2p", HEAD + TWO + "3 .1 0 .2", "`cut.s2p` is no Touchstone file of 2 ports" + LAYOUT),
    ("ports.s2p", HEAD + ONE, "the name `ports.s2p` says 2 ports, and its data have 1\n"
        "  help: name it `ports.s1p`"),
    ("ports.s1p", HEAD + TWO, "the name `ports.s1p` says 1 port, and its data have 2\n"
        "  help: name it `ports.s2p`"),
    ("ports.s3p", HEAD + TWO, "the name `ports.s3p` says 3 ports, and its data have 2\n"
        "  help: name it `ports.s2p`"),
    ("ports.s4p", HEAD + TWO, "the name `ports.s4p` says 4 ports, and its data have 2\n"
        "  help: name it `ports.s2p`"),
    ("version.s1p", "[Version] 2.0\n# GHz S RI R 50\n[Number of Ports] 2\n"
        "[Number of Frequencies] 2\n[Network Data]\n" + TWO + "[End]\n",
        "the name `version.s1p` says 1 port, and its data have 2\n  help: name it `version.s2p`"),
    ("name.csv", HEAD + ONE, "`name.csv` has not the name of a Touchstone file\n"
        "  help: such a name ends in `.s1p`, `.s2p` and so on, or in `.ts`"),
    ("nan.s1p", HEAD + "1 .5 0\n2 nan 0\n", "`nan.s1p` has a value at frequency 2 that is no "
        "finite number\n  help: correct it"),
    ("unsorted.s1p", HEAD + "1 .5 0\n3 .5 0\n2 .5 0\n", "`unsorted.s1p` has 2000000000 Hz after "
        "3000000000 Hz, and frequencies increase\n"
        "  help: sort its lines, and keep each frequency once"),
    ("twice.s1p", HEAD + "1 .5 0\n1 .5 0\n", "`twice.s1p` has 1000000000 Hz after 1000000000 Hz, "
        "and frequencies increase\n  help: sort its lines, and keep each frequency once"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "message"), BAD, ids=[row[0] for row in BAD])
def test_a_file_that_is_refused_says_why(name, text, message, tmp_path):
    path = written(tmp_path, name, text)
    with pytest.raises(TouchstoneError) as caught:
        rf.Network.read(path)
    assert str(caught.value) == message
    assert caught.value.details["path"] == str(path)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_pickle_is_not_opened(tmp_path):
    class Mean:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "it ran"),)

    path = written(tmp_path, "n.s2p", pickle.dumps(Mean()))
    with pytest.raises(TouchstoneError):
        rf.Network.read(path)
    assert not (tmp_path / "it ran").exists()


def test_a_missing_file_is_a_missing_file(tmp_path):
    path = tmp_path / "nothing.s2p"
    with pytest.raises(FileNotFoundError) as caught:
        rf.Network.read(path)
    assert str(caught.value) == f"[Errno 2] No such file or directory: {str(path)!r}"


def test_without_scikit_rf_the_extra_is_named(monkeypatch, tmp_path):
    network = rf.Network(np.ones((1, 1, 1)), [1e9])
    monkeypatch.setitem(sys.modules, "skrf", None)
    for call in (
        lambda: rf.Network.read(tmp_path / "n.s1p"),
        lambda: network.write(tmp_path / "n.s1p"),
        network.to_skrf,
        lambda: rf.Network.from_skrf(3),
    ):
        with pytest.raises(MissingExtraError) as caught:
            call()
        assert str(caught.value) == (
            "Touchstone files are read and written by scikit-rf, which is not installed\n"
            "  help: pip install 'parax[rf]'"
        )


def test_without_scikit_rf_an_example_names_the_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as caught:
        rf.example("tee")
    assert str(caught.value) == (
        "the example files come with scikit-rf, which is not installed\n"
        "  help: pip install 'parax[rf]'"
    )


def network(**more) -> rf.Network:
    return rf.Network(np.ones((2, 2, 2)), [1e9, 2e9], **more)


BAD_WRITES = [
    (lambda folder: network().write(folder / "n.s1p"), TouchstoneError,
        "the name `n.s1p` says 1 port, and its data have 2\n  help: name it `n.s2p`"),
    (lambda folder: network().write(folder / "n.csv"), TouchstoneError,
        "`n.csv` has not the name of a Touchstone file\n"
        "  help: such a name ends in `.s1p`, `.s2p` and so on, or in `.ts`"),
    (lambda folder: network(z0=50 + 1j).write(folder / "n.s2p"), TouchstoneError,
        "the reference impedance of `n.s2p` would be complex, which Touchstone cannot hold\n"
        "  help: take a network with one real `z0` for each port"),
    (lambda folder: network(z0=[[50.0, 50.0], [60.0, 60.0]]).write(folder / "n.s2p"),
        TouchstoneError,
        "the reference impedance of `n.s2p` would be different at each frequency, which "
        "Touchstone cannot hold\n  help: take a network with one real `z0` for each port"),
    (lambda folder: network().write(folder / "n.s2p", format="XY"), OperatorTypeError,
        "a Touchstone file is written in `RI`, `MA` or `DB`, got `'XY'`"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD_WRITES)
def test_what_cannot_be_written_says_why(call, error, message, tmp_path):
    with pytest.raises(error) as caught:
        call(tmp_path)
    assert str(caught.value) == message
    assert not list(tmp_path.iterdir())
