"""The lazy front door: every name it lists is there, and type checkers see the same names."""

import ast
from pathlib import Path

import parax

STUB = Path(parax.__file__).with_suffix(".pyi")
FRONT = vars(parax)  # the stub does not show type checkers the machinery


def test_every_listed_name_loads():
    missing = [name for name in FRONT["__all__"] if not hasattr(parax, name)]
    assert not missing


def test_the_stub_lists_the_same_names():
    imports = [
        node for node in ast.parse(STUB.read_text()).body if isinstance(node, ast.ImportFrom)
    ]
    stubbed = {alias.asname: node.module for node in imports for alias in node.names}
    assert set(stubbed) == set(FRONT["__all__"])
    for name, module in stubbed.items():
        assert module in ("parax", FRONT["_HOME"].get(name)), f"{name} comes from {module}"


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(parax, "no_such_name")
