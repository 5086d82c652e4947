"""S1, S2, S24-S27: paths, file objects, and whole files or none."""

import io
import os
import stat
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

import parax
from parax import SerializationError, SerializationTypeError


def test_paths_of_both_kinds(tmp_path):
    """S1, S2."""
    for path in (tmp_path / "a.prx", str(tmp_path / "b.prx")):
        assert parax.save(path, {"x": 1}) is None
        assert parax.load(path) == {"x": 1}
    assert sorted(os.listdir(tmp_path)) == ["a.prx", "b.prx"]  # noqa: PTH208


def test_file_objects_stay_open_and_are_used_from_their_position(tmp_path):
    """S1, S2, S25."""
    file = io.BytesIO()
    file.write(b"before")
    parax.save(file, (1, None))
    assert not file.closed
    file.seek(6)
    assert parax.load(file) == (1, None)
    assert not file.closed
    with (tmp_path / "a").open("wb", buffering=0) as raw:
        parax.save(raw, [2])
    with (tmp_path / "a").open("rb") as raw:
        assert parax.load(raw) == [2]


def test_text_files_and_other_things_are_refused(tmp_path):
    """S1."""
    text: Any = io.StringIO("x")
    others: list[Any] = [3, None]
    with (tmp_path / "a").open("w") as file:
        with pytest.raises(SerializationTypeError, match="binary file") as caught:
            parax.save(file, 1)
        assert '"wb"' in str(caught.value)
    with pytest.raises(SerializationTypeError, match="binary file"):
        parax.load(text)
    for wrong in others:
        with pytest.raises(SerializationTypeError, match="path or a binary file"):
            parax.save(wrong, 1)
        with pytest.raises(SerializationTypeError, match="path or a binary file"):
            parax.load(wrong)


def test_the_ordinary_errors_of_files(tmp_path):
    """S26."""
    with pytest.raises(FileNotFoundError):
        parax.load(tmp_path / "none.prx")
    with pytest.raises(FileNotFoundError, match="no such folder to write into"):
        parax.save(tmp_path / "none" / "a.prx", 1)
    with pytest.raises(IsADirectoryError):
        parax.save(tmp_path, 1)
    with pytest.raises(OSError, match="directory"):
        parax.load(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    """S24: wherever it happens."""
    path = tmp_path / "a.prx"
    parax.save(path, "old")
    with pytest.raises(SerializationTypeError):
        parax.save(path, lambda x: x)
    for name in ("fsync", "replace", "fchmod"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, broken)
            with pytest.raises(OSError, match="no space"):
                parax.save(path, "new")
        assert parax.load(path) == "old"
        assert list(tmp_path.iterdir()) == [path]


def broken(*args):
    raise OSError("no space")


def test_a_file_object_gets_nothing_if_encoding_fails():
    """S25."""
    file = io.BytesIO()
    with pytest.raises(SerializationTypeError):
        parax.save(file, [np.ones(3), object()])
    assert file.getvalue() == b""


def test_links_are_followed_and_permissions_kept(tmp_path):
    """S24."""
    path, link = tmp_path / "a.prx", tmp_path / "link"
    parax.save(path, 1)
    path.chmod(0o640)
    link.symlink_to(path)
    parax.save(link, 2)
    assert link.is_symlink()
    assert parax.load(path) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    parax.save(tmp_path / "a.prx", 1)
    assert (tmp_path / "a.prx").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_many_savers_leave_one_whole_version(tmp_path):
    """S27."""
    path = tmp_path / "a.prx"
    trees = [np.full(20_000, float(i)) for i in range(8)]
    threads = [threading.Thread(target=parax.save, args=(path, tree)) for tree in trees]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = parax.load(path)
    assert any(np.array_equal(found, tree) for tree in trees)
    assert list(tmp_path.iterdir()) == [path]


FORKED = """
import os, random, signal, sys, time, parax, numpy as np
path, count, chance = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
parax.save(path, {"i": 0, "x": np.zeros(200_000)})
for _ in range(count):
    child = os.fork()
    if child == 0:
        i = 0
        while True:
            i += 1
            parax.save(path, {"i": i, "x": np.full(200_000, float(i))})
    time.sleep(chance.random() * 0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = parax.load(path)
    assert (found["x"] == found["i"]).all()
print("whole")
"""


def kill_savers(path, count, seed):
    """Kill forks of one process, which costs no start of Python for each."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, str(path), str(count), str(seed)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "whole", done.stderr


def test_a_killed_saver_leaves_a_whole_file(tmp_path):
    """S24."""
    kill_savers(tmp_path / "a.prx", 12, 1)


@pytest.mark.long
def test_many_killed_savers(tmp_path):
    """S24."""
    kill_savers(tmp_path / "a.prx", 200, 2)


def test_an_unreadable_file_is_named_by_its_own_error(tmp_path):
    """S21."""
    path = tmp_path / "a.prx"
    path.write_bytes(b"hello world, no file")
    with pytest.raises(SerializationError, match="not a parax file"):
        parax.load(path)
