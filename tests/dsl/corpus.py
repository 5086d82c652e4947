"""Reads the corpus of texts in `grammar/corpus`, and writes operators as the corpus shows them."""

from pathlib import Path
from typing import Any

from parax import op

CORPUS = Path(__file__).resolve().parents[2] / "grammar" / "corpus"
BETWEEN, BEHIND = "\n----\n", "\n====\n"


def cases(name: str) -> list[tuple[str, str]]:
    """The texts of one file, each with what is expected of it; see `grammar/corpus/README.md`."""
    blocks = (CORPUS / name).read_text(encoding="utf-8").split(BEHIND)
    pairs = [block.split(BETWEEN) for block in blocks if block.strip()]
    return [(text, expected.rstrip("\n")) for text, expected in pairs]


def tree(value: Any) -> str:
    """Write an operator with its operands behind it, in brackets."""
    match value:
        case op.Constant():
            return f"{value.value!r}{' ' + value.unit if value.unit else ''}"
        case op.Input():
            return value.name
        case op.Index():
            return f"(index {tree(value.operator)} [{value.indices!r}])"
        case op.Over():
            return _row("over", value.operands())
        case op.Stack():
            return _row(f"stack/{value.axis}", value.operators)
        case op.Negate():
            return _row("negative", value.operands())
        case op.Where():
            return _row("where", value.operands())
        case op.Reduce():
            return _row(f"{value.symbol()}/{value.axis}", value.operands())
        case op.Apply() if value.static:
            static = ",".join(f"{name}={given!r}" for name, given in value.static)
            return _row(f"{value.symbol()}/{static}", value.operands())
        case op.Operator():
            return _row(value.symbol(), value.operands()) if value.operands() else value.symbol()
    return repr(value)


def _row(name: str, operands: tuple[Any, ...]) -> str:
    return f"({' '.join([name, *map(tree, operands)])})"
