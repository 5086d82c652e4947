"""Exported functions run without the model's source; changed files are refused (E8)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.serialization import read_parts, write_parts
from tests.problems.models import Bowl, Line

SWEEP = np.array([1.0, 2.0, 3.0])

READER = """
import sys, numpy as np, parax
problem = parax.load_exported(sys.argv[1])
value, gradient = problem.value_and_gradient(problem.x0)
print(float(value), gradient.tolist(), problem.names, problem.bounds.shape)
function = parax.load_exported(sys.argv[2])
print(float(function({"model.a": 2.0, "x": [1.0, 2.0]})["more"][0]))
print("tests" in sys.modules)
"""


def line_problem() -> Any:
    return parax.problem("mean((y - target)**2)", Line(), SWEEP, target=0.5)


def test_a_process_without_the_models_source_runs_them(tmp_path: Path):
    problem = line_problem()
    parax.export(problem, tmp_path / "problem")
    parax.export(
        parax.compile(op.Lambda(lambda m, x: {"more": [m.a * x.sum()]})), tmp_path / "f",
        Bowl(), x=np.ones(2),
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", READER, "problem", "f"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    value, gradient = problem.value_and_gradient(problem.x0)
    first, second, third = done.stdout.splitlines() or [done.stderr] * 3
    assert first == f"{float(value)} {gradient.tolist()} ('slope', 'offset') (2, 2)"
    assert (second, third) == ("6.0", "False")


def test_a_problem_gives_value_and_gradient(tmp_path: Path):
    problem = line_problem()
    parax.export(problem, tmp_path / "p")
    found = parax.load_exported(tmp_path / "p")
    assert isinstance(found, parax.ExportedProblem)
    assert found.x0.tolist() == problem.x0.tolist()
    np.testing.assert_array_equal(found.bounds, problem.bounds)
    x = [1.0, -0.5]
    np.testing.assert_allclose(found(x), problem(x), rtol=1e-6)
    np.testing.assert_allclose(found.gradient(x), problem.gradient(x), rtol=1e-6)
    assert set(found.versions) == {"parax", "jax"}


def test_a_compiled_expression_takes_arrays_by_name(tmp_path: Path):
    compiled = parax.compile("mean(y) * gain + 2")
    parax.export(compiled, tmp_path / "c", Line(), SWEEP, gain=1.0)
    found = parax.load_exported(tmp_path / "c")
    assert found.names == ("model.slope", "model.offset", "argument 1", "gain")
    values = {"model.slope": 1.0, "model.offset": 0.0, "argument 1": [0.0, 3.0, 6.0]}
    assert float(found(values, gain=2)) == 8.0


def test_outputs_are_arranged_as_they_were(tmp_path: Path):
    compiled = parax.compile({"b": "x + 1", "a": {"d": "x * 2", "c": "x"}})
    parax.export(compiled, tmp_path / "c", x=np.ones(2))
    found = parax.load_exported(tmp_path / "c")(x=[1.0, 2.0])
    want = compiled(x=jnp.array([1.0, 2.0]))
    assert jax.tree.structure(found) == jax.tree.structure(want)
    jax.tree.map(np.testing.assert_allclose, found, want)


def test_types_are_enough_for_an_example(tmp_path: Path):
    shape = jax.ShapeDtypeStruct((4,), jnp.zeros(()).dtype)
    parax.export(parax.compile("sum(x)"), tmp_path / "c", x=shape)
    assert float(parax.load_exported(tmp_path / "c")(x=np.arange(4))) == 6.0


def test_it_runs_inside_other_transformations(tmp_path: Path):
    parax.export(line_problem(), tmp_path / "p")
    found = parax.load_exported(tmp_path / "p")
    assert float(jax.jit(found)(found.x0)) == float(found(found.x0))


def test_a_problem_without_a_gradient_says_so(tmp_path: Path):
    parax.export(parax.problem("a * x", Bowl(), x=np.ones(3)), tmp_path / "p")
    found = parax.load_exported(tmp_path / "p")
    assert found([2.0, 0.0]).tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(parax.OperatorError, match="has no gradient"):
        found.gradient([2.0, 0.0])


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"x": np.ones(2)}, parax.MissingInputError, "the input `scale` is missing"),
        ({"x": np.ones(3), "scale": 1.0}, parax.ParameterValueError, "has shape (3,)"),
        ({"x": np.ones(2), "scal": 1.0}, parax.OperatorTypeError, "did you mean `scale`"),
        ({"x": "text", "scale": 1.0}, parax.OperatorTypeError, "no array of numbers"),
        ({"x": np.ones(2) * 1j, "scale": 1.0}, parax.OperatorTypeError, "is complex"),
    ],
    ids=["missing", "shape", "unknown", "text", "complex"],
)
def test_wrong_inputs_are_refused(
    tmp_path: Path, values: dict[str, Any], error: type[Exception], words: str
):
    parax.export(parax.compile("sum(x) * scale"), tmp_path / "c", x=np.ones(2), scale=1.0)
    with pytest.raises(error) as caught:
        parax.load_exported(tmp_path / "c")(values)
    assert words in str(caught.value)


def test_every_changed_byte_is_noticed(tmp_path: Path):
    path = tmp_path / "p"
    parax.export(line_problem(), path)
    data = path.read_bytes()
    for place in [*range(8, 60), len(data) // 2, len(data) - 1]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(parax.CorruptFileError):
            parax.load_exported(path)
    for size in (9, 40, 48, 60, len(data) - 1):
        path.write_bytes(data[:size])
        with pytest.raises(parax.CorruptFileError):
            parax.load_exported(path)


@pytest.mark.parametrize("data", [b"", b"{}", b"PK\x03\x04" + bytes(100)], ids=["empty", "a", "b"])
def test_other_files_are_refused(tmp_path: Path, data: bytes):
    (tmp_path / "other").write_bytes(data)
    with pytest.raises(parax.SerializationError, match="no exported function"):
        parax.load_exported(tmp_path / "other")


@pytest.mark.parametrize(
    "change",
    [
        lambda header, parts: header.pop("kind"),
        lambda header, parts: header.update(kind="model"),
        lambda header, parts: header.update(inputs=[{"name": "y", "shape": [], "dtype": "x"}]),
        lambda header, parts: header.update(inputs=[]),
        lambda header, parts: header.update(inputs=[1]),
        lambda header, parts: header.update(names=[1, 2]),
        lambda header, parts: header.update(names=["one"]),
        lambda header, parts: parts.pop("value"),
        lambda header, parts: parts.update(value=b"nonsense"),
        lambda header, parts: parts.update(value=parts["value"][:-200]),
        lambda header, parts: parts.update(x0=b"123"),
        lambda header, parts: parts.update(more=b""),
    ],
)
def test_a_right_checksum_alone_is_not_enough(tmp_path: Path, change: Any):
    parax.export(line_problem(), tmp_path / "p")
    header, parts = read_parts(tmp_path / "p")
    change(header, parts)
    write_parts(tmp_path / "p", header, parts)
    with pytest.raises(parax.CorruptFileError):
        parax.load_exported(tmp_path / "p")


def test_a_later_version_is_named(tmp_path: Path):
    parax.export(line_problem(), tmp_path / "p")
    data = (tmp_path / "p").read_bytes().replace(b'"format":1', b'"format":9')
    digest = hashlib.sha256(data[40:]).digest()
    (tmp_path / "p").write_bytes(data[:8] + digest + data[40:])
    with pytest.raises(parax.SerializationError, match="of version 9"):
        parax.load_exported(tmp_path / "p")


def test_what_cannot_be_exported_is_refused(tmp_path: Path):
    with pytest.raises(parax.OperatorTypeError, match="compiled or a problem"):
        parax.export("a + b", tmp_path / "p")
    with pytest.raises(parax.OperatorTypeError, match="takes no examples"):
        parax.export(line_problem(), tmp_path / "p", x=1.0)
    compiled = parax.compile("x + 1")
    with pytest.raises(parax.SerializationTypeError, match="writes to a path"):
        parax.export(compiled, None, x=1.0)
    with pytest.raises(IsADirectoryError):
        parax.export(compiled, tmp_path, x=1.0)
    assert list(tmp_path.iterdir()) == []


def test_python_that_is_called_back_is_refused(tmp_path: Path):
    def far(x: Any) -> Any:
        return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    compiled = parax.compile(op.Map(far, op.Input("x")))
    with pytest.raises(parax.CompileError, match="JAX cannot export"):
        parax.export(compiled, tmp_path / "c", x=jnp.ones(2))


def test_a_file_that_calls_back_to_python_is_refused(tmp_path: Path):
    target = "xla_ffi_python_cpu_callback"

    def far(x: Any) -> Any:
        return [jax.ffi.ffi_call(target, jax.ShapeDtypeStruct(x.shape, x.dtype))(x)]

    parax.export(parax.compile("x + 1"), tmp_path / "c", x=jnp.ones(2))
    header, parts = read_parts(tmp_path / "c")
    checks = [jax.export.DisabledSafetyCheck.custom_call(target)]
    made = jax.export.export(jax.jit(far), disabled_checks=checks)(jnp.ones(2))
    parts["value"] = bytes(made.serialize())
    write_parts(tmp_path / "c", header, parts)
    with pytest.raises(parax.CorruptFileError, match="calls back to Python"):
        parax.load_exported(tmp_path / "c")


def test_another_platform_is_named(tmp_path: Path):
    parax.export(parax.compile("x + 1"), tmp_path / "c", x=jnp.ones(2), platforms=("tpu",))
    with pytest.raises(parax.SerializationError, match="exported for tpu"):
        parax.load_exported(tmp_path / "c")


def test_a_file_of_64_bit_needs_64_bit(tmp_path: Path):
    with jax.enable_x64(True):
        parax.export(parax.compile("x + 1"), tmp_path / "c", x=jnp.ones(2))
    with jax.enable_x64(False), pytest.raises(parax.SerializationError, match="32 bit here"):
        parax.load_exported(tmp_path / "c")


def test_without_flatbuffers_the_cure_is_named(monkeypatch: Any, tmp_path: Path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(parax.MissingExtraError, match=r"parax\[export\]"):
        parax.export(parax.compile("x + 1"), tmp_path / "c", x=1.0)


def test_the_header_is_plain_data(tmp_path: Path):
    parax.export(parax.compile("sum(x)"), tmp_path / "c", x=jnp.ones(2))
    header, _ = read_parts(tmp_path / "c")
    assert json.loads(json.dumps(header))["inputs"][0]["name"] == "x"


def test_an_input_of_the_model_that_is_missing_is_shown_as_it_is_given(tmp_path):
    path = tmp_path / "a.prxfn"
    model = {"rate": np.array(2.0)}
    parax.export(parax.compile("sum(x*rate)"), path, model, x=np.ones(3))
    function = parax.load_exported(path)
    (name,) = set(function.names) - {"x"}
    with pytest.raises(parax.MissingInputError, match=r"write `function\(\{"):
        function(x=np.ones(3))
    assert float(function({name: 2.0, "x": np.ones(3)})) == 6.0
