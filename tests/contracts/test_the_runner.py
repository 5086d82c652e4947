"""The runner of pages finds what is wrong on a page, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from tests.contracts.pages import Block, blocks, commands, is_close, matches, run_page


def page(*lines: str, language: str = "python") -> str:
    return "\n".join(["# A page", "", f"```{language}", *lines, "```", ""])


@pytest.fixture
def failures(tmp_path: Path):
    return lambda text: run_page(text, "page.md", tmp_path)


RIGHT = [
    "1 + 1  # → 2",
    "0.1 + 0.2  # → 0.3",
    "1 + 1  # an ordinary remark",
    "import math\nmath.nan  # → math.nan",
    "[1.0, 2.0]  # → [1.0, 2.0 + 1e-9]",
    "(1, 'a', None)  # → 1, 'a', None",
    "{'a': 1 / 3}  # → {'a': 0.33333333}",
    "'text'  # → 'text'",
    "object  # → <class 'object'>",
    "range(3)  # → 'range(0, 3)'",
    "a = 2; a + 1  # → 3",
    "sum([\n    1,\n    2,\n])  # → 3",
    "'# → not a remark'",
    "import numpy as np\nnp.array([1, 2]) / 2  # → [0.5, 1.0]",
    "import numpy as np\nnp.float32(1) / np.float32(3)  # → 1 / 3",
    "1 / 0  # raises ZeroDivisionError",
    "1 / 0  # raises ZeroDivisionError: division by",
    "1 / 0  # raises ArithmeticError",
    "x = 1 / 0  # raises ZeroDivisionError",
    "import warnings\nwarnings.warn('much', UserWarning)  # warns UserWarning: much",
]

WRONG = [
    ("1 + 1  # → 3", "page.md:4: should give 3; gave 2"),
    ("1.0  # → 1.00001", "should give"),
    ("1  # → True", "should give True; gave 1"),
    ("(1, 2)  # → [1, 2]", "should give"),
    ("{'a': 1}  # → {'a': 2}", "should give"),
    ("'a'  # → 'b'", "should give 'b'; gave 'a'"),
    ("import numpy as np\nnp.ones(2)  # → 1.0", "page.md:5: should give"),
    ("1 + 1  # → about two", "neither that nor an expression"),
    ("x = 1  # → 1", "gave None"),
    ("1 / 0", "page.md:4: ZeroDivisionError: division by zero"),
    ("1 / 0  # → 1", "ZeroDivisionError"),
    ("1 / 0  # raises KeyError", "should raise KeyError: ; raised ZeroDivisionError"),
    ("1 / 0  # raises ZeroDivisionError: by two", "raised ZeroDivisionError: division by zero"),
    ("1 / 1  # raises ZeroDivisionError", "should raise ZeroDivisionError; gave 1.0"),
    ("1 + 1  # warns UserWarning", "should warn UserWarning"),
    ("1 +", "page.md:4: invalid syntax"),
    ("# → 1", "not at the end of a statement"),
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_holds_passes(failures, text: str):
    assert failures(page(text)) == []


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_does_not_hold_fails(failures, text: str, message: str):
    (failure,) = failures(page(text))
    assert message in failure


def test_blocks_share_a_namespace_in_order(failures):
    assert failures(page("a = 1") + page("b = a + 1") + page("b  # → 2")) == []


def test_text_is_not_run(failures):
    assert failures(page("1 / 0", language="text")) == []


def test_wrong_values_are_collected_and_an_exception_ends_the_page(failures):
    found = failures(page("1  # → 2", "3  # → 4", "1 / 0", "5  # → 6") + page("7  # → 8"))
    assert [failure.partition(": ")[0] for failure in found] == [
        "page.md:4",
        "page.md:5",
        "page.md:6",
    ]


def test_an_indented_or_longer_fence_is_a_block():
    text = (
        "- item\n\n  ```python\n  a = 1\n  ```\n\n"
        "````text\n```python\n```\n````\n"
        "```{note} x\n```\n"
    )
    assert list(blocks(text)) == [
        Block("python", "a = 1\n", 3),
        Block("text", "```python\n```\n", 7),
        Block("{note}", "\n", 11),
    ]


def test_two_operands_that_cannot_be_compared_are_not_close():
    class Incomparable:
        def __eq__(self, other: object) -> bool:
            raise TypeError

        def __hash__(self) -> int:
            return 0

    assert not is_close(Incomparable(), 1)
    assert not is_close("1", 1)
    assert is_close(np.float32(1e-9), 0)


def test_a_command_has_its_output_up_to_the_next():
    text = "$ parax eval 1 \\\n      --json\n1\n2\n\n$ parax check x\n"
    assert list(commands(Block("console", text, 10))) == [
        (11, "parax eval 1 --json", ["1", "2"]),
        (16, "parax check x", []),
    ]


@pytest.mark.parametrize(
    ("given", "expected", "answer"),
    [
        ("a b", "a b", True),
        ("a b", "a", False),
        ("a b c", "a ...", True),
        ("a", "a ...", True),
        ("a b c", "... c", True),
        ("a b c", "... d", False),
        ("a.c", "abc", False),
        ("", "", True),
    ],
)
def test_output_matches_with_wildcard_lines(given: str, expected: str, answer: bool):
    assert matches(given.split(), expected.split()) is answer
