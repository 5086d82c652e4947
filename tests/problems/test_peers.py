"""The comparison with other libraries: what needs none of them installed (Q11)."""

import subprocess

import pytest

from benchmarks.measure import TINY
from benchmarks.peers import __main__ as peers
from benchmarks.peers.measured import measured


def test_pairs_of_reals_compute_what_is_written_by_hand():
    (row,) = measured("jax_pairs", TINY)["rows"]
    assert row["agrees"]
    assert set(row["value"]) == set(row["value+gradient"]) == {"seconds", "floor", "ratio", "best"}


def test_what_cannot_be_installed_is_said(monkeypatch, tmp_path):
    def fail(command, **_):
        raise subprocess.CalledProcessError(1, command, stderr="ERROR: no matching distribution\n")

    monkeypatch.setattr(peers, "_run", fail)
    (line,) = peers.lines("casadi", tmp_path, tiny=True)
    assert line == "| casadi | not measured: ERROR: no matching distribution |"


def test_what_has_another_result_is_said(monkeypatch, tmp_path):
    time = {"seconds": 1e-3, "floor": 2e-3, "ratio": 0.5, "best": 0.4}
    row = {"name": "by rote", "agrees": False, "value": time, "value+gradient": time}
    monkeypatch.setattr(peers, "measured", lambda *_, **__: {"version": "1.0", "rows": [row]})
    lines = peers.lines("parax", tmp_path, tiny=True)
    assert [line.split(" | ")[:3] for line in lines] == [
        ["| parax 1.0, by rote (another result)", "async", "1 ms"],
        ["| parax 1.0, by rote (another result)", "sync", "1 ms"],
    ]


def test_an_unknown_library_is_refused(capsys):
    with pytest.raises(SystemExit):
        peers.main(["blas"])
    assert "no library blas; there are parax, jax_pairs, original" in capsys.readouterr().err
