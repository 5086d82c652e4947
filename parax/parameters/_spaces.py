"""The three spaces of a value: latent, physical, scaled.

Plain functions, because a bound method of an Equinox Module walks all leaves on every access.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.parameters._checks import is_bijector
from parax.parameters._static import Packed, Skeleton, is_concrete, repack, unpack

if TYPE_CHECKING:
    from parax.parameters._described import Described

Space = Literal["latent", "physical", "scaled"]
SPACES: tuple[Space, ...] = ("latent", "physical", "scaled")


def physical(p: Described) -> Any:
    """Give the physical value, or None on the half of a partition without one."""
    latent, metadata = p.latent_value, p.metadata
    if latent is None or metadata is None or metadata._transform is None:
        return latent
    return apply(unpack(metadata._transform), latent)


def scaled(p: Described) -> Any:
    """Give what computations see: the physical value times the scale."""
    value = physical(p)
    if value is None:
        raise ParameterValueError(
            "the parameter has no value: it is one half of a partition",
            hint="join the halves with `equinox.combine`",
        )
    scale = scale_of(p)
    return value if scale == 1.0 else value * scale


def scale_of(p: Described) -> float:
    """Give the scale."""
    return 1.0 if p.metadata is None else p.metadata._notes.scale


def value_in(p: Described, space: Space) -> jax.Array:
    """Give the value in one of the three spaces."""
    if space == "latent":
        return p.latent_value
    return physical(p) if space == "physical" else scaled(p)


def apply(transform: Any, latent: Any) -> jax.Array:
    """Map latent to physical values."""
    return transform.forward(latent) if is_bijector(transform) else transform(latent)


def inverted(transform: Any, value: jax.Array) -> jax.Array:
    """Map physical to latent values, and refuse those that the transform does not reach."""
    if transform is None:
        return value
    if not is_bijector(transform):
        raise ParameterTypeError(
            f"the transform {quoted(repr(transform))} is a function and cannot be inverted",
            hint="give `latent_value=`, or use a bijector of distreqx",
        )
    latent = jnp.asarray(transform.inverse(value), dtype=value.dtype)
    check_reached(transform, value, latent)
    return latent


def check_reached(transform: Any, value: Any, latent: Any) -> None:
    """Refuse NaN, and infinity made of a finite number."""
    if not (is_concrete(value) and is_concrete(latent)):
        return
    numbers, result = np.asarray(value), np.asarray(latent)
    if np.isnan(result).any() or (np.isinf(result) & np.isfinite(numbers)).any():
        raise ParameterValueError(
            f"the value {quoted(numbers.tolist())} cannot be reached by the transform"
            f" {quoted(transform)}: its inverse gives {quoted(result.tolist())}",
            hint="choose a value inside the range of the transform, not on its edge",
        )


def latent_bounds(p: Described) -> Any:
    """Give the bounds in latent space, lower before upper, or None without bounds."""
    metadata = p.metadata
    if metadata is None or metadata.bounds is None:
        return None
    bounds = metadata.bounds
    if metadata._transform is None:
        return bounds
    require_elementwise(metadata._transform, np.shape(p.latent_value), "bounds cannot be mapped")
    transform = unpack(metadata._transform)
    first, second = transform.inverse(bounds[..., 0]), transform.inverse(bounds[..., 1])
    # The range may end before a bound does, and then the inverse is NaN: no bound on that side.
    # Which side that is follows from the slope, since NaN has no order.
    slope = jax.jvp(transform.forward, (p.latent_value,), (jnp.ones_like(p.latent_value),))[1]
    if slope.shape != jnp.shape(first):  # one pair of bounds shared by all elements
        slope = (
            slope.reshape(-1)[0] if jnp.ndim(first) == 0 else jnp.broadcast_to(slope, first.shape)
        )
    unordered = jnp.isnan(first) | jnp.isnan(second)
    falling = jnp.where(unordered, slope < 0, first > second)
    lower = jnp.where(falling, second, first)
    upper = jnp.where(falling, first, second)
    lower = jnp.where(jnp.isnan(lower), -jnp.inf, lower)
    upper = jnp.where(jnp.isnan(upper), jnp.inf, upper)
    return jnp.stack([lower, upper], axis=-1).astype(bounds.dtype)


def require_elementwise(packed: Packed, shape: tuple[int, ...], what: str) -> None:
    """Refuse a transform that mixes the elements of a value."""
    if not splits(packed, shape):
        raise ParameterTypeError(
            f"{what}: the transform {quoted(unpack(packed))} mixes the elements of a value of"
            f" shape {quoted(shape)}",
            hint="use an elementwise transform, or change the whole parameter",
        )


def splits(packed: Packed, shape: tuple[int, ...]) -> bool:
    """Tell whether a transform or distribution acts on each element of `shape` by itself."""
    arrays = tuple((np.shape(x), jnp.result_type(x)) for x in packed.arrays)
    return is_scalar(packed) or _splits(packed.skeleton, arrays, shape)


def gives_one_number_each(packed: Packed, shape: tuple[int, ...]) -> bool:
    """Tell whether the density of a value of `shape` is one number for each element."""
    arrays = tuple((np.shape(x), jnp.result_type(x)) for x in packed.arrays)
    return _result_shape(packed.skeleton, arrays, shape) == shape


def is_scalar(packed: Packed) -> bool:
    """Tell whether a transform or distribution takes a single number, and gives one."""
    arrays = tuple((np.shape(x), jnp.result_type(x)) for x in packed.arrays)
    return _takes_numbers(packed.skeleton, arrays)


@lru_cache(maxsize=1024)
def _takes_numbers(skeleton: Skeleton, arrays: tuple[Any, ...]) -> bool:
    """Tell whether one number gives one number, and a sample, if there are samples, is a number.

    A joint density gives one number at any shape, so its density alone does not tell.
    """

    def sample(leaves: tuple[Any, ...]) -> Any:
        tree = unpack(repack(skeleton, leaves))
        return tree.sample(jax.random.key(0)) if hasattr(tree, "sample") else jnp.zeros(())

    if _result_shape(skeleton, arrays, ()) != ():
        return False
    return jax.eval_shape(sample, _abstract(arrays)).shape == ()


@lru_cache(maxsize=1024)
def _splits(skeleton: Skeleton, arrays: tuple[Any, ...], shape: tuple[int, ...]) -> bool:
    fits = all(_broadcasts(array_shape, shape) for array_shape, _ in arrays)
    if not fits or _result_shape(skeleton, arrays, shape) != shape:
        return False
    single = tuple(((), dtype) for _, dtype in arrays)
    return _result_shape(skeleton, single, ()) == ()


@lru_cache(maxsize=1024)
def _result_shape(
    skeleton: Skeleton, arrays: tuple[Any, ...], shape: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Give the shape of the transform of, or of the density at, a value; None if it has none."""

    def evaluate(leaves: tuple[Any, ...], value: Any) -> Any:
        tree = unpack(repack(skeleton, leaves))
        return tree.log_prob(value) if hasattr(tree, "log_prob") else apply(tree, value)

    value = jax.ShapeDtypeStruct(shape, jnp.result_type(float))
    try:
        with warnings.catch_warnings():
            # a density over integers warns of floats; only the shape is asked for here
            warnings.simplefilter("ignore", DeprecationWarning)
            result = jax.eval_shape(evaluate, _abstract(arrays), value)
    except (TypeError, ValueError, IndexError, AttributeError):  # refused at that shape
        return None
    return getattr(result, "shape", None)


def _abstract(arrays: tuple[Any, ...]) -> tuple[jax.ShapeDtypeStruct, ...]:
    return tuple(jax.ShapeDtypeStruct(*array) for array in arrays)


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False
