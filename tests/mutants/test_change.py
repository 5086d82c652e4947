"""The changes that mutants are made of: each is one line, and the file still parses."""

import ast

from tests.mutants.change import changes

SOURCE = '''
def f(a: int, b=1):
    """Say a < b."""
    if a < b and not b:
        return a + 2
    return f"{a}" if b else True
'''


def test_each_kind_of_change_is_found():
    lines = {one.apply(SOURCE).splitlines()[one.line - 1].strip() for one in changes(SOURCE)}
    assert lines == {
        "def f(a: int, b=2):",
        "if a <= b and not b:",
        "if a < b or not b:",
        "if a < b and (b):",
        "if (not (a < b and (not b))):",
        "return a - 2",
        "return a + 3",
        "return None",
        'return f"{a}" if (not (b)) else True',
        'return f"{a}" if b else False',
    }


def test_what_is_changed_still_parses():
    bracketed = "x = a + (b * c)"
    assert [one.apply(bracketed) for one in changes(bracketed)] == ["x = a + (b / c)"]
    for one in changes(SOURCE):
        changed = one.apply(SOURCE)
        ast.parse(changed)
        assert changed != SOURCE
        assert changed.count("\n") == SOURCE.count("\n")
