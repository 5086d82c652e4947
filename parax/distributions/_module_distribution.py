"""`ModuleDistribution`: the joint distribution of flat parameters, by name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from parax._diagnostic import did_you_mean, quoted
from parax.distributions._buckets import Bucket, buckets, require_distributions, spread
from parax.distributions._key import as_key
from parax.errors import (
    DistributionError,
    MissingParameterError,
    ParameterTypeError,
    ParameterValueError,
    UnknownParameterError,
)
from parax.parameters import ParameterGroup, elements, is_concrete, repack, unpack


class ModuleDistribution(eqx.Module):
    """The product of the distributions of groups of parameters, which are independent.

    An event is a dict from flat name to a number, in physical space; so are mean, mode and the
    like. Where an event is taken, a Module stands for its own values, and arrays of one shape for
    a batch of events.

    Args:
        groups: groups that share no parameter, each with a distribution.

    Raises:
        DistributionError: groups without a distribution, all of them named; a distribution of
            another size than its group; or groups that share a parameter.

    Example:
        >>> from distreqx.distributions import Normal, Uniform
        >>> joint = ModuleDistribution([
        ...     ParameterGroup(["a"], distribution=Normal(0.0, 1.0)),
        ...     ParameterGroup(["b", "c"], distribution=Uniform(jnp.zeros(2), jnp.full(2, 4.0))),
        ... ])
        >>> {name: float(x) for name, x in joint.mean().items()}
        {'a': 0.0, 'b': 2.0, 'c': 2.0}
        >>> round(float(joint.log_prob({"a": 0.0, "b": 1.0, "c": 1.0})), 3)
        -3.692
    """

    __getattribute__ = object.__getattribute__  # methods here are no functions to differentiate

    groups: tuple[ParameterGroup, ...]

    def __init__(self, groups: Sequence[ParameterGroup]) -> None:
        self.groups = tuple(groups)
        require_distributions(self.groups)
        names = self.param_names
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise DistributionError(
                f"the parameter {quoted(twice)} is in two groups",
                hint="a parameter has one distribution: take it out of one of the groups",
            )

    def __repr__(self) -> str:
        names, count = self.param_names, len(self.groups)
        counted = f"{len(names)} parameter{'s' * (len(names) != 1)}"
        head = f"<ModuleDistribution of {counted} in {count} group{'s' * (count != 1)}"
        room = 80 - len(f"{head}: >")
        shown = shorten(", ".join(names[:room]), room, break_on_hyphens=False, placeholder=" …")
        return f"{head}: {shown.strip()}>" if names else f"{head}>"

    @property
    def param_names(self) -> list[str]:
        """The flat names, in the order of the groups."""
        return [name for group in self.groups for name in group._names]

    @property
    def event_shape(self) -> dict[str, tuple[()]]:
        """The shape `()` by flat name."""
        return dict.fromkeys(self.param_names, ())

    def sample(self, key: Any, sample_shape: Sequence[int] = ()) -> dict[str, jax.Array]:
        """Draw events.

        Args:
            key: a JAX key or an int.
            sample_shape: shape of the batch.

        Returns:
            Arrays of shape `sample_shape` by flat name.

        Raises:
            ParameterValueError: no key.
        """
        shape, found = tuple(sample_shape), buckets(self.groups)
        keys = jax.random.split(as_key(key), math.prod(shape))
        return self._named(jax.vmap(lambda one: self._draw(found, one))(keys), shape)

    def log_prob(self, value: Any) -> jax.Array:
        """Give the logarithm of the density at a dict of physical values, or at a Module.

        Returns:
            Shape `()`, or the common shape of the values.

        Raises:
            MissingParameterError: a parameter that has no value.
            UnknownParameterError: a name that no group has.
        """
        return self._total("log_prob", value)

    def prob(self, value: Any) -> jax.Array:
        """Give the density; arguments as for `log_prob`."""
        return jnp.exp(self.log_prob(value))

    def sample_and_log_prob(
        self, key: Any, sample_shape: Sequence[int] = ()
    ) -> tuple[dict[str, jax.Array], jax.Array]:
        """Draw events and give their log-density; arguments as for `sample`."""
        drawn = self.sample(key, sample_shape)
        return drawn, self.log_prob(drawn)

    def mean(self) -> dict[str, jax.Array]:
        """Give the mean by flat name."""
        return self._moment("mean")

    def median(self) -> dict[str, jax.Array]:
        """Give the median by flat name."""
        return self._moment("median")

    def mode(self) -> dict[str, jax.Array]:
        """Give the most probable value by flat name."""
        return self._moment("mode")

    def variance(self) -> dict[str, jax.Array]:
        """Give the variance by flat name."""
        return self._moment("variance")

    def standard_deviation(self) -> dict[str, jax.Array]:
        """Give the standard deviation by flat name."""
        return self._moment("stddev")

    def entropy(self) -> jax.Array:
        """Give the entropy in nats, the sum of those of the groups, shape `()`."""
        found = buckets(self.groups)
        return sum((jnp.sum(self._asked(b, "entropy")) for b in found), jnp.zeros(()))

    def log_cdf(self, value: Any) -> jax.Array:
        """Give the logarithm of the probability that every parameter is at most its value."""
        return self._total("log_cdf", value)

    def cdf(self, value: Any) -> jax.Array:
        """Give the probability that every parameter is at most its value."""
        return jnp.exp(self.log_cdf(value))

    def log_survival_function(self, value: Any) -> jax.Array:
        """Give the logarithm of the probability that every parameter is above its value."""
        return self._total("log_survival_function", value)

    def survival_function(self, value: Any) -> jax.Array:
        """Give the probability that every parameter is above its value."""
        return jnp.exp(self.log_survival_function(value))

    def icdf(self, value: Any) -> dict[str, jax.Array]:
        """Give the value of each parameter below which the given probability lies."""
        matrix, shape = self._matrix(value)
        found = buckets(self.groups)

        def one(row: Any) -> jax.Array:
            pieces = [self._asked(b, "icdf", _cut(row, b)) for b in found]
            return spread(found, pieces, row.size)

        return self._named(jax.vmap(one)(matrix), shape)

    def _draw(self, found: Sequence[Bucket], key: Any) -> jax.Array:
        keys = jax.random.split(key, len(found))
        drawn = [
            bucket.each(lambda d, one: d.sample(one), jax.random.split(k, len(bucket.columns)))
            for bucket, k in zip(found, keys, strict=True)
        ]
        return spread(found, drawn, len(self.param_names))

    def _moment(self, word: str) -> dict[str, jax.Array]:
        found = buckets(self.groups)
        names = self.param_names
        pieces = [jnp.broadcast_to(self._asked(b, word), (len(b.columns), *b.shape)) for b in found]
        return self._named(spread(found, pieces, len(names))[None], ())

    def _total(self, word: str, value: Any) -> jax.Array:
        matrix, shape = self._matrix(value)
        found = buckets(self.groups)

        def one(row: Any) -> jax.Array:
            pieces = [self._asked(b, word, _cut(row, b)) for b in found]
            return sum((jnp.sum(piece) for piece in pieces), jnp.zeros(()))

        return jax.vmap(one)(matrix).reshape(shape)

    def _asked(self, bucket: Bucket, word: str, *inputs: Any) -> Any:
        """Call a method of each distribution of a bucket, and say which of them has none."""
        try:
            return bucket.each(lambda d, *rest: getattr(d, word)(*rest), *inputs)
        except NotImplementedError:
            names = self.param_names
            owned = ", ".join(quoted(names[i]) for i in bucket.columns.reshape(-1)[:8])
            kind = type(unpack(repack(bucket.skeleton, bucket.arrays))).__name__
            raise DistributionError(
                f"{quoted(kind)}, the distribution of {owned}, has no {quoted(word)}",
                hint="use another distribution, or another property",
            ) from None

    def _matrix(self, value: Any) -> tuple[jax.Array, tuple[int, ...]]:
        """Give events as rows of one matrix, and the shape of the batch."""
        names = self.param_names
        given = _values(value)
        missing = [name for name in names if name not in given]
        if missing:
            raise MissingParameterError(
                f"{len(missing)} parameters have no value: {', '.join(map(quoted, missing))}",
                hint="give the physical value of each flat parameter, or a whole Module",
            )
        if isinstance(value, Mapping):
            known = set(names)
            for name in given:
                if name not in known:
                    raise UnknownParameterError(
                        f"the distribution has no parameter {quoted(name)}",
                        hint=did_you_mean(str(name), names) or "list them with `param_names`",
                    )
        arrays = [given[name] for name in names]
        shapes = {np.shape(array) for array in arrays}
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            raise ParameterValueError(
                "the values of a batch of events have shapes that do not fit together:"
                f" {', '.join(sorted(map(quoted, shapes)))}",
                hint="give one number, or arrays of one shape",
            ) from None
        if not arrays:
            return jnp.zeros((1, 0)), ()
        dtype = jnp.result_type(float)
        if all(map(is_concrete, arrays)):  # one transfer instead of many small operations
            held = [np.broadcast_to(np.asarray(array, dtype), shape) for array in arrays]
            return jnp.asarray(np.stack(held, axis=-1).reshape(-1, len(arrays))), shape
        columns = [jnp.broadcast_to(jnp.asarray(array, dtype), shape) for array in arrays]
        return jnp.stack(columns, axis=-1).reshape(-1, len(arrays)), shape

    def _named(self, rows: jax.Array, shape: tuple[int, ...]) -> dict[str, jax.Array]:
        names = self.param_names
        if shape == ():
            return dict(zip(names, elements(rows[0]), strict=True))
        return {name: column.reshape(shape) for name, column in zip(names, rows.T, strict=True)}


def _cut(row: Any, bucket: Bucket) -> Any:
    return row[bucket.columns].reshape(len(bucket.columns), *bucket.shape)


def _values(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "named_flat_param_values"):  # a Module: this room stands below it
        return value.named_flat_param_values(include_fixed=True)
    raise ParameterTypeError(
        f"an event is a dict of physical values or a Module, and got {quoted(repr(value))} of type"
        f" {quoted(type(value).__name__)}",
        hint="give each flat parameter by name; `sample(key=0)` shows one",
    )
