"""A value that a function computes of what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import equinox as eqx
import jax.tree_util as jtu
import wadler_lindig as wl

from parax._abstract import AbstractUnwrappable
from parax._diagnostic import quoted
from parax.errors import ParameterTypeError

T = TypeVar("T")


class Parameterize(AbstractUnwrappable[T]):
    """A value stored as the arguments of a function that computes it.

    It unwraps to `fn(*args, **kwargs)`. An optimiser that changes the arguments never leaves the
    range of the function.

    Args:
        fn: a function, which becomes static and is compared by identity; or a callable PyTree
            such as an Equinox Module, or a wrapper of one, whose arrays may be trained.
        *args: positional arguments; any PyTrees.
        **kwargs: keyword arguments.

    Raises:
        ParameterTypeError: `fn` can neither be called nor be unwrapped, or has no hash.

    Example:
        >>> import jax.numpy as jnp
        >>> from parax.wrappers import unwrap
        >>> unwrap(Parameterize(jnp.exp, jnp.zeros(3))).tolist()
        [1.0, 1.0, 1.0]
    """

    function: Any = eqx.field(static=True)  # `fn` if it is no PyTree, else None
    module: Any  # `fn` if it is one, else None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __init__(self, fn: Any, /, *args: Any, **kwargs: Any) -> None:
        if not callable(fn) and not isinstance(fn, AbstractUnwrappable):
            raise ParameterTypeError(
                f"`fn` must be a function, and got {quoted(repr(fn))}",
                hint="the function comes first, as in `Parameterize(jax.numpy.exp, x)`",
            )
        is_plain = jtu.all_leaves([fn])
        if is_plain and not eqx.is_array(fn) and type(fn).__hash__ is None:
            raise ParameterTypeError(
                f"`fn` must be hashable, and {quoted(repr(fn))} is not",
                hint="give a function or an Equinox Module",
            )
        self.function, self.module = (fn, None) if is_plain else (None, fn)
        self.args, self.kwargs = args, kwargs

    @property
    def fn(self) -> Callable[..., T]:
        """What computes the value."""
        return self.module if self.function is None else self.function

    def __pdoc__(self, **options: Any) -> wl.AbstractDoc:
        """Lay it out as it is written: `Parameterize(exp, f32[3])`."""
        name = getattr(self.function, "__name__", None)  # without the address, which always differs
        parts = [wl.pdoc(self.fn, **options) if name is None else wl.TextDoc(name)]
        parts += [wl.pdoc(value, **options) for value in self.args]
        parts += [
            wl.TextDoc(f"{key}=") + wl.pdoc(value, **options) for key, value in self.kwargs.items()
        ]
        return wl.bracketed(
            begin=wl.TextDoc("Parameterize("),
            docs=parts,
            sep=wl.comma,
            end=wl.TextDoc(")"),
            indent=options.get("indent", 2),
        )

    def unwrap(self) -> T:
        """Give `fn(*args, **kwargs)`."""
        return self.fn(*self.args, **self.kwargs)
