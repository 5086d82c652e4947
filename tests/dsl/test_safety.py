"""No text runs code (L60): parsing hostile texts, and evaluating what they become."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from parax import parse
from parax.errors import ParaxError

HOSTILE = [
    "__import__('os').system('true')",
    "import os",
    "eval(x)",
    "exec(1)",
    "open(secret)",
    "x.__class__.__base__.__subclasses__()",
    "model.__init__.__globals__",
    "getattr(x, y)",
    "max.__self__",
    "f.f_globals",
    "x.__reduce__",
    "compile(x)",
    "globals()",
    '"{0.__class__}".format(x)',
    "lambda: 0",
    "model._private + 1",
    "(().__class__)",
    "os.system(1)",
    "sys.modules",
]
_FORBIDDEN = ("exec", "compile", "import", "open", "os.", "subprocess.", "socket.", "ctypes.")


class Watch:
    """Collects what the interpreter is asked to do while it is on; a hook cannot be removed."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []

    def __call__(self, event: str, args: Any) -> None:
        if self.on and event.startswith(_FORBIDDEN):
            self.seen.append(f"{event} {str(args)[:80]}")


WATCH = Watch()


@pytest.fixture(scope="module", autouse=True)
def _hooked() -> Iterator[None]:
    for text in ("max(abs(x)) - 1", "1 +"):  # what is imported lazily is imported
        try:
            str(parse(text))
        except ParaxError as error:
            str(error)
    sys.addaudithook(WATCH)
    yield
    WATCH.on = False


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_run_imported_or_opened(text: str):
    """L60"""
    WATCH.seen.clear()
    WATCH.on = True
    try:
        outcome: object = parse(text)
        with pytest.raises(ParaxError):
            outcome()
    except ParaxError as error:
        str(error)
    finally:
        WATCH.on = False
    assert not WATCH.seen


def test_the_watch_sees():
    WATCH.seen.clear()
    WATCH.on = True
    compile("1", "<text>", "eval")
    WATCH.on = False
    assert WATCH.seen
