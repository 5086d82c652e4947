"""Jacobians and second derivatives (E4, U5, X14)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.errors import (
    NoTrainableParametersError,
    OperatorError,
    OperatorTypeError,
    ParameterValueError,
)
from parax.parameters import Fixed, Parameter


class Curve(parax.Module):
    """Three free numbers, and one that is fixed."""

    a: Parameter = 3.0  # pyright: ignore[reportAssignmentType]
    b: Parameter = parax.field(default=(1.0, 2.0))
    c: Parameter = Fixed(4.0)


X = np.linspace(0.0, 1.0, 5)
WIDE, TALL = "c * a**2 * x + sum(b**3) * x**2", "a**2 * sum(b)"


def by_hand(text: str, at: Any) -> Any:
    a, b = at[0], at[1:]
    x = jnp.asarray(X)
    return 4.0 * a**2 * x + jnp.sum(b**3) * x**2 if text == WIDE else a**2 * jnp.sum(b)


AT = np.array([3.0, 1.0, 2.0])


def flat(tree: Any) -> np.ndarray:
    parts = [np.asarray(leaf) for leaf in jax.tree.leaves(tree)]
    return np.concatenate([part.reshape(*part.shape[:1], -1) for part in parts], axis=-1)


def test_a_jacobian_has_the_axes_of_the_output_first() -> None:
    jacobian = parax.compile(WIDE).jacobian(Curve(), x=X)
    assert jacobian.b.latent_value.shape == (5, 2)
    assert jacobian.c.latent_value is None
    expected = jax.jacfwd(lambda at: by_hand(WIDE, at))(AT)
    found = np.concatenate([jacobian.a.latent_value[:, None], jacobian.b.latent_value], 1)
    np.testing.assert_allclose(found, expected, 1e-6)


@pytest.mark.parametrize("text", ["a**2 * sum(b)", "b * a", "stack(a*b[0], a*b[1], a, b[0], b[1])"])
def test_forward_and_reverse_agree(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trees = []
    for forward in (True, False):
        monkeypatch.setattr("parax.engine._specialise.is_forward", lambda *_, f=forward: f)
        trees.append(parax.compile(text).jacobian(Curve()))
    jax.tree.map(lambda one, two: np.testing.assert_allclose(one, two, 1e-6), *trees)


def test_a_jacobian_goes_through_whichever_side_is_shorter() -> None:
    from parax.engine._modes import is_forward

    one = jax.ShapeDtypeStruct((), jnp.float32)
    assert not is_forward(3, {"y": one})
    assert is_forward(3, {"y": one, "z": jax.ShapeDtypeStruct((2,), jnp.float32)})
    assert is_forward(3, jax.ShapeDtypeStruct((), jnp.complex64))


def test_each_output_has_its_own_tree() -> None:
    compiled = parax.compile({"y": op.Input("a") ** 2, "z": op.Input("b") * 1j})
    jacobian = compiled.jacobian(Curve())
    np.testing.assert_allclose(jacobian["y"].a.latent_value, 6.0)
    np.testing.assert_allclose(jacobian["z"].b.latent_value, 1j * np.eye(2))
    np.testing.assert_allclose(compiled.jacobian(Curve(), of="y").a.latent_value, 6.0)


def test_parameters_of_the_expression_come_beside_the_models() -> None:
    compiled = parax.compile(op.Input("a") * Parameter(5.0, name="w"))
    tree, own = compiled.jacobian(Curve())
    assert (float(tree.a.latent_value), float(own[0])) == (5.0, 3.0)
    product = compiled.hessian_vector_product(Curve(), vector=(tree, own))
    assert (float(product[0].a.latent_value), float(product[1][0])) == (3.0, 5.0)


def test_second_derivatives_of_a_problem() -> None:
    problem = parax.problem(TALL, Curve())
    expected = jax.hessian(lambda at: by_hand(TALL, at))(AT)
    direction = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(problem.hessian(AT), expected, 1e-6)
    product = problem.hessian_vector_product(AT, direction)
    np.testing.assert_allclose(product, expected @ direction, 1e-6)
    inside = jax.jit(problem.hessian_vector_product)(jnp.asarray(AT), jnp.asarray(direction))
    np.testing.assert_allclose(inside, product, 1e-6)
    rows = jax.vmap(problem.hessian_vector_product, (None, 0))(AT, jnp.eye(3))
    np.testing.assert_allclose(rows, expected, 1e-6)


def test_second_derivatives_along_a_tree() -> None:
    compiled, model = parax.compile(TALL), Curve()
    direction = compiled.gradient(model)
    product = compiled.hessian_vector_product(model, vector=direction)
    flat_direction = np.array([direction.a.latent_value, *direction.b.latent_value])
    expected = jax.hessian(lambda at: by_hand(TALL, at))(AT) @ flat_direction
    found = np.array([product.a.latent_value, *product.b.latent_value])
    np.testing.assert_allclose(found, expected, 1e-6)


def test_another_argument_is_differentiated() -> None:
    compiled = parax.compile("sum(x**3) * a")
    jacobian = compiled.jacobian(Curve(), x=X, argument="x")
    np.testing.assert_allclose(jacobian, 9.0 * X**2, 1e-6)
    product = compiled.hessian_vector_product(Curve(), x=X, argument="x", vector=np.ones(5))
    np.testing.assert_allclose(product, 18.0 * X, 1e-6)


def test_what_cannot_be_differentiated_is_refused() -> None:
    compiled = parax.compile("a > 0")
    with pytest.raises(OperatorTypeError, match="is a truth value"):
        compiled.jacobian(Curve())
    with pytest.raises(OperatorError, match=r"has shape \(2,\)"):
        parax.problem("b", Curve()).hessian(AT)
    with pytest.raises(NoTrainableParametersError):
        parax.compile("c").jacobian(Curve().with_all_params_fixed())
    objective = parax.compile(TALL)
    with pytest.raises(ParameterValueError, match="another structure"):
        objective.hessian_vector_product(Curve(), vector=[1.0])
    wrong = objective.gradient(Curve()).with_params({})
    wide = jax.tree.map(lambda leaf: jnp.zeros((7,)), wrong)
    with pytest.raises(ParameterValueError, match=r"shape \(7,\) for one of shape \(\)"):
        objective.hessian_vector_product(Curve(), vector=wide)
