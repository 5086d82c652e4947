"""A function of a module: its derivatives, its sensitivities, its values at random parameters.

Each is compiled once for a function, a structure and the shapes: arrays of the module, of the
arguments and of the function itself are passed in, all else is part of the compiled function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np

from parax._diagnostic import did_you_mean, quoted
from parax.distributions import as_key
from parax.errors import ParameterTypeError, ParameterValueError
from parax.module._names import flat_names
from parax.module._randomise import sampled
from parax.module._selection import select
from parax.module._update import with_params
from parax.module._values import chosen_space, flat_vector
from parax.parameters import Skeleton, Space, splits

Kind = Literal["relative", "semi-relative", "absolute"]
_MANY = 128
"""From here on, parameters are moved one after the other.

For a batch of directions XLA compiles kernels that read every parameter, in a time that grows with
the square of their number: 36 s for 2000 of them, against 5 s for one direction in a loop.
"""
_KINDS: tuple[Kind, ...] = ("relative", "semi-relative", "absolute")


def func_jacobian(func: Any, tree: Any, args: Any, space: Any = "physical") -> dict[str, jax.Array]:
    """Differentiate `func(tree, args)` by each free flat parameter, in forward mode.

    Returns:
        Arrays of the output's shape and dtype by flat name; empty without free parameters.

    Raises:
        ParameterTypeError: the output is no array of floating-point or complex numbers.
        ParameterValueError: another space.
    """
    return _jacobian(func, tree, args, chosen_space("physical", False, space))[1]


def func_sensitivity(
    func: Any,
    tree: Any,
    args: Any,
    kind: Any = "relative",
    norm: Any = None,
    space: Any = "physical",
) -> Any:
    """Weight the derivatives of `func_jacobian` by the values.

    Returns:
        Arrays by flat name; or with a `norm` one number, shape `()`, of all of them together.

    Raises:
        ParameterValueError: another kind, norm or space.
        ParameterTypeError: as for `func_jacobian`.
    """
    if kind not in _KINDS:
        raise ParameterValueError(
            f"there is no kind of sensitivity {quoted(repr(kind))}",
            hint=(did_you_mean(kind, _KINDS) if isinstance(kind, str) else None)
            or "use `relative`, `semi-relative` or `absolute`",
        )
    order = _checked_norm(norm)
    where = chosen_space("physical", False, space)
    output, derivatives = _jacobian(func, tree, args, where)
    if kind != "absolute" and derivatives:
        values = flat_vector([entry.param for entry in select(tree)], where)
        stacked = jnp.stack(list(derivatives.values()))
        weighted = stacked * values.reshape(-1, *[1] * output.ndim)
        if kind == "relative":
            weighted = _ratio(weighted, output)
        derivatives = dict(zip(derivatives, weighted, strict=True))
    if order is None:
        return derivatives
    if not derivatives:
        return jnp.zeros(())
    return jnp.linalg.norm(jnp.concatenate([jnp.ravel(x) for x in derivatives.values()]), order)


def func_samples(
    func: Any, tree: Any, args: Any, *, key: Any, num_samples: Any = 1000
) -> jax.Array:
    """Evaluate `func(tree, args)` at free parameters drawn from their distribution.

    Returns:
        The outputs, `(num_samples, *out)`; the same key gives the same.

    Raises:
        ParameterValueError: no key, or `num_samples` below 1.
        DistributionError: parameters without a distribution.
    """
    if isinstance(num_samples, bool) or not isinstance(num_samples, int | np.integer):
        raise ParameterTypeError(
            f"`num_samples` must be a whole number, and got {quoted(repr(num_samples))}",
            hint="write for instance `num_samples=1000`",
        )
    if num_samples < 1:
        raise ParameterValueError(
            f"`num_samples` must be at least 1, and is {quoted(num_samples)}",
            hint="write for instance `num_samples=1000`",
        )
    keys = jax.random.split(as_key(key), int(num_samples))
    task, arrays = _task(_batch, func, tree, args)
    return _run(task, arrays, keys)


# --- Compiled once ----------------------------------------------------------------------------


class _Task(NamedTuple):
    """What a compiled function is made for, apart from shapes; compares and hashes safely."""

    work: Callable[..., Any]
    skeleton: Skeleton
    dynamic: tuple[bool, ...]


def _task(work: Callable[..., Any], func: Any, tree: Any, args: Any) -> tuple[_Task, list[Any]]:
    """Divide function, tree and arguments into arrays and all else."""
    if not callable(func):
        raise ParameterTypeError(
            f"the first argument must be a function of a module and `args`, and got"
            f" {quoted(repr(func))}",
            hint="write `lambda module, args: …`, kept under one name so that it compiles once",
        )
    leaves, structure = jtu.tree_flatten((func, tree, args))
    dynamic = tuple(map(_is_dynamic, leaves))
    rest = tuple(None if moves else leaf for leaf, moves in zip(leaves, dynamic, strict=True))
    arrays = [leaf for leaf, moves in zip(leaves, dynamic, strict=True) if moves]
    return _Task(work, Skeleton(structure, rest), dynamic), arrays


def _is_dynamic(leaf: Any) -> bool:
    numeric = isinstance(leaf, np.ndarray | np.generic) and leaf.dtype.kind in "biufc"
    return isinstance(leaf, jax.Array) or numeric


@partial(jax.jit, static_argnums=0)
def _run(task: _Task, arrays: Sequence[Any], *inputs: Any) -> Any:
    given = iter(arrays)
    pairs = zip(task.skeleton.rest, task.dynamic, strict=True)
    leaves = [next(given) if moves else leaf for leaf, moves in pairs]
    return task.work(*jtu.tree_unflatten(task.skeleton.structure, leaves), *inputs)


def _batch(func: Any, tree: Any, args: Any, keys: Any) -> Any:
    return jax.vmap(lambda key: _output(func(sampled(tree, key), args)))(keys)


def _jacobian(
    func: Any, tree: Any, args: Any, space: Space
) -> tuple[jax.Array, dict[str, jax.Array]]:
    """Give the output and its derivatives by flat name."""
    names = flat_names(select(tree))
    if not names:
        return jnp.zeros(()), {}
    task, arrays = _task(_WORK[space], func, tree, args)
    output, derivatives = _run(task, arrays)
    return output, dict(zip(names, derivatives, strict=True))


def _push(space: Space, func: Any, tree: Any, args: Any) -> tuple[jax.Array, jax.Array]:
    """Give the output and its derivative by each flat parameter, `(n, *out)`."""
    latent = flat_vector([entry.param for entry in select(tree)], "latent")

    def evaluate(vector: Any) -> jax.Array:
        output = _output(func(with_params(tree, vector), args))
        if not jnp.issubdtype(output.dtype, jnp.inexact):
            raise ParameterTypeError(
                f"the output of type {quoted(output.dtype)} has no derivative",
                hint="let the function give floating-point or complex numbers",
            )
        return output

    def along(vector: Any, tangent: Any) -> Any:
        return jax.jvp(evaluate, (vector,), (tangent,))

    directions = _directions(tree, latent, space)
    if len(select(tree)) < _MANY:
        return jax.vmap(partial(along, latent), out_axes=(None, 0))(directions)

    def step(tangent: Any) -> Any:
        # XLA would move what does not depend on the direction out of the loop, number by number
        return along(*jax.lax.optimization_barrier((latent, tangent)))

    outputs, derivatives = jax.lax.map(step, directions)
    return outputs[0], derivatives


_WORK: dict[Space, Any] = {
    "latent": partial(_push, "latent"),
    "physical": partial(_push, "physical"),
    "scaled": partial(_push, "scaled"),
}


def _directions(tree: Any, latent: jax.Array, space: Space) -> jax.Array:
    """Give the latent vector's derivative by each flat parameter in a space, `(n, n)`."""
    if space == "latent":
        return jnp.eye(latent.size, dtype=latent.dtype)
    factors = np.ones(latent.size)
    places: list[np.ndarray] = []
    slopes: list[jax.Array] = []
    blocks: list[tuple[slice, jax.Array]] = []
    start = 0
    for _, _, param in select(tree):
        place = slice(start, start := start + param.size)
        if space == "scaled":
            factors[place] = 1 / param.scale
        if param.metadata is None or param.metadata._transform is None:
            continue
        if splits(param.metadata._transform, param.shape):
            places.append(np.arange(place.start, place.stop))
            slopes.append(_slopes(param))
        else:
            blocks.append((place, _inverse_slopes(param)))
    scales = jnp.asarray(factors, latent.dtype)
    diagonal = scales
    if slopes:  # one division of all of them compiles sooner than one for each
        where = np.concatenate(places)
        diagonal = diagonal.at[where].set(scales[where] / jnp.concatenate(slopes))
    matrix = jnp.diag(diagonal)
    for place, block in blocks:
        matrix = matrix.at[place, place].set(block * scales[place])
    return matrix


def _slopes(param: Any) -> jax.Array:
    """Give the derivative of each physical element by its latent value, as a vector."""
    latent = param.latent_value
    return jax.jvp(_forward(param), (latent,), (jnp.ones_like(latent),))[1].reshape(-1)


def _inverse_slopes(param: Any) -> jax.Array:
    """Give the derivative of the latent by the physical value, row by physical element."""
    forward = _forward(param)
    flat = param.latent_value.reshape(-1)
    slopes = jax.jacfwd(lambda x: forward(x.reshape(param.shape)).reshape(-1))(flat)
    return jnp.linalg.inv(slopes).T


def _forward(param: Any) -> Any:
    """Give the map from latent to physical values, of a bijector or a plain function."""
    return getattr(param.transform, "forward", param.transform)


def _output(value: Any) -> jax.Array:
    if eqx.is_array_like(value):
        return jnp.asarray(value)
    raise ParameterTypeError(
        f"the function must give one array, and gave {quoted(repr(value))} of type"
        f" {quoted(type(value).__name__)}",
        hint="join several results with `jnp.concatenate`, or call once for each",
    )


def _checked_norm(norm: Any) -> Any:
    if norm is None:
        return None
    if isinstance(norm, str):
        if norm == "fro":
            return 2
    elif isinstance(norm, int | float) and not isinstance(norm, bool) and norm in (1, 2, np.inf):
        return norm
    raise ParameterValueError(
        f"there is no norm {quoted(repr(norm))} of sensitivities",
        hint='use 1, 2, `jnp.inf` or "fro"',
    )


def _ratio(numerator: jax.Array, output: jax.Array) -> jax.Array:
    """Divide by the output; where it is zero give 0, or infinity with the sign of what is above."""
    safe = jnp.where(output == 0, 1, output)
    return jnp.where(output == 0, _infinite(numerator), numerator / safe)


def _infinite(x: jax.Array) -> jax.Array:
    if jnp.iscomplexobj(x):
        return jax.lax.complex(_infinite(x.real), _infinite(x.imag))
    return jnp.where(x == 0, 0, jnp.sign(x) * jnp.inf).astype(x.dtype)
