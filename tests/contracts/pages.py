"""Run the code on a page of documentation and compare what it says with what happens.

All ```` ```python ```` blocks of a page share one namespace and one folder, in order. At the end of
a statement a comment may say what must happen:

    expression  # → value               the value, itself an expression; numbers need only be close
    statement   # raises Name: words    an exception of that class, with these words (if given)
    statement   # warns Name: words     the same of a warning

In ```` ```console ```` blocks each `$ parax ...` is run, and what it prints compared with the lines
that follow; a line `...` stands for any lines. Blocks that are not to be run say ```` ```text ````.
"""

import ast
import io
import os
import re
import shlex
import subprocess
import sys
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>[^\s`]*)[^`]*$")
REMARK = re.compile(
    r"#\s*(?:(?P<arrow>→)|(?P<kind>raises|warns)\s+(?P<name>[\w.]+):?)\s*(?P<rest>.*)$"
)
PARAX = "import sys; sys.argv[0] = 'parax'; from parax.cli import main; main()"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the page before its first."""

    language: str
    text: str
    offset: int


@dataclass(frozen=True)
class Remark:
    """What a comment says must happen: `→`, `raises` or `warns`, and what."""

    kind: str
    name: str
    rest: str


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page, without the indentation of their fences."""
    lines = page.splitlines()
    at = 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        at += 1
        if fence is None:
            continue
        start = at
        closing = re.compile(rf"^ *`{{{len(fence['ticks'])},}}\s*$")
        while at < len(lines) and not closing.match(lines[at]):
            at += 1
        inside = [line.removeprefix(fence["indent"]) for line in lines[start:at]]
        yield Block(fence["language"], "\n".join(inside) + "\n", start)
        at += 1


def remarks(text: str) -> dict[int, Remark]:
    """The comments that say what must happen, by line."""
    found: dict[int, Remark] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and (match := REMARK.match(token.string)):
            kind = match["kind"] or match["arrow"]
            found[token.start[0]] = Remark(kind, match["name"] or "", match["rest"].strip())
    return found


def run_page(page: str, name: str, folder: Path) -> list[str]:
    """Run a page with `folder` as the current folder of its commands; give back what was wrong."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    failures: list[str] = []
    for block in blocks(page):
        if block.language == "python":
            found, goes_on = run_python(block, name, namespace)
            failures += found
            if not goes_on:
                break
        elif block.language == "console":
            failures += run_console(block, name, folder)
    return failures


def run_python(block: Block, name: str, namespace: dict[str, Any]) -> tuple[list[str], bool]:
    """Run a block; give back what was wrong, and whether the rest of the page can be run."""
    try:
        body = ast.parse(block.text, name).body
    except SyntaxError as error:
        return [f"{name}:{block.offset + (error.lineno or 0)}: {error.msg}"], False
    said = remarks(block.text)
    ends = {statement.end_lineno: statement for statement in body}  # the last one on a line
    failures = [
        f"{name}:{block.offset + line}: this remark is not at the end of a statement"
        for line in said
        if line not in ends
    ]
    for statement in body:
        line = statement.end_lineno or 0
        remark = said.get(line) if ends[line] is statement else None
        ast.increment_lineno(statement, block.offset)
        try:
            problem = run_statement(statement, remark, name, namespace)
        except Exception as error:
            # What follows on the page builds on this statement and would only add noise.
            return [*failures, f"{name}:{statement.lineno}: {type(error).__name__}: {error}"], False
        if problem:
            failures.append(f"{name}:{statement.lineno}: {problem}")
    return failures, True


def run_statement(
    statement: ast.stmt, remark: Remark | None, name: str, namespace: dict[str, Any]
) -> str | None:
    """Run one statement; say how it departs from its remark, if it does."""
    match remark:
        case Remark(kind="raises"):
            return check_raises(statement, remark, name, namespace)
        case Remark(kind="warns"):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                evaluate(statement, name, namespace)
            given = [warning.message for warning in caught]
            if any(fits(message, remark) for message in given):
                return None
            return f"should warn {remark.name}: {remark.rest}; gave {given}"
        case Remark(rest=text):
            return check_value(evaluate(statement, name, namespace), text, namespace)
        case None:
            evaluate(statement, name, namespace)
            return None


def check_raises(
    statement: ast.stmt, remark: Remark, name: str, namespace: dict[str, Any]
) -> str | None:
    try:
        value = evaluate(statement, name, namespace)
    except Exception as error:
        if fits(error, remark):
            return None
        return f"should raise {remark.name}: {remark.rest}; raised {type(error).__name__}: {error}"
    return f"should raise {remark.name}; gave {value!r}"


def check_value(value: Any, text: str, namespace: dict[str, Any]) -> str | None:
    if repr(value) == text:
        return None
    try:
        expected = eval(text, dict(namespace))
    except Exception as error:
        return f"gave {value!r}; `{text}` is neither that nor an expression ({error})"
    if is_close(value, expected) or (isinstance(expected, str) and repr(value) == expected):
        return None
    return f"should give {text}; gave {value!r}"


def evaluate(statement: ast.stmt, name: str, namespace: dict[str, Any]) -> Any:
    """Run a statement; give back the value of an expression."""
    if isinstance(statement, ast.Expr):
        return eval(compile(ast.Expression(statement.value), name, "eval"), namespace)
    exec(compile(ast.Module([statement], []), name, "exec"), namespace)
    return None


def fits(error: BaseException | str, remark: Remark) -> bool:
    """Whether an exception or a warning is of the class named, and has the words given."""
    names = {name for cls in type(error).__mro__ for name in (cls.__name__, cls.__qualname__)}
    return remark.name.rpartition(".")[2] in names and remark.rest in str(error)


def is_close(value: Any, expected: Any) -> bool:
    """Whether a value is the one expected: numbers and arrays up to rounding, the rest exactly."""
    if isinstance(expected, dict):
        return (
            isinstance(value, dict)
            and list(value) == list(expected)
            and all(is_close(value[key], expected[key]) for key in expected)
        )
    if isinstance(value, list | tuple) and isinstance(expected, list | tuple):
        return (
            isinstance(value, tuple) == isinstance(expected, tuple)
            and len(value) == len(expected)
            and all(map(is_close, value, expected))
        )
    try:
        left, right = np.asarray(value), np.asarray(expected)
        if left.dtype.kind in "biufcV" and right.dtype.kind in "biufc":
            return are_close(left, right)
        return bool(value == expected)
    except Exception:  # an operator, say: neither an array nor comparable, so not what is expected
        return False


def are_close(left: np.ndarray, right: np.ndarray) -> bool:
    if left.shape != right.shape or (left.dtype.kind == "b") != (right.dtype.kind == "b"):
        return False
    if left.dtype.kind in "biu" and right.dtype.kind in "biu":
        return bool(np.array_equal(left, right))
    exact = left.dtype in (np.float64, np.complex128) or left.dtype.kind in "iu"
    tolerance = 1e-6 if exact else 1e-5
    return bool(np.allclose(left, right, rtol=tolerance, atol=1e-6, equal_nan=True))


def run_console(block: Block, name: str, folder: Path) -> list[str]:
    failures: list[str] = []
    for line, command, expected in commands(block):
        words = shlex.split(command)
        if not words or words[0] != "parax":
            continue
        done = subprocess.run(
            [sys.executable, "-c", PARAX, *words[1:]],
            cwd=folder,
            env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        given = [text.rstrip() for text in done.stdout.rstrip().splitlines()]
        if not matches(given, expected):
            printed = "\n".join(["", *given])
            failures.append(f"{name}:{line}: `{command}` prints something else:{printed}")
    return failures


def commands(block: Block) -> Iterator[tuple[int, str, list[str]]]:
    r"""Each `$ command` of a block, its line, and the output stated; `\` continues a command."""
    lines = block.text.splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        last = start
        while lines[last].endswith("\\"):
            last += 1
        command = " ".join(line.removesuffix("\\").strip() for line in lines[start : last + 1])
        output = "\n".join(lines[last + 1 : end]).rstrip().splitlines()
        yield block.offset + start + 1, command.removeprefix("$ "), [ln.rstrip() for ln in output]


def matches(given: list[str], expected: list[str]) -> bool:
    """Whether lines are those expected, where a line `...` stands for any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line) + r"\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in given)) is not None
