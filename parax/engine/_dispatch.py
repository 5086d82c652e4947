"""JAX's switch for the dispatch of small calls (E13); asks a private part of JAX."""

from __future__ import annotations

import jax
from jax._src.xla_bridge import backends_are_initialized  # JAX offers no public way to ask

from parax.errors import CompileError

_SWITCH = "jax_cpu_enable_async_dispatch"


def synchronous_dispatch(*, required: bool = True) -> bool:
    """Let calls on the CPU run at once, rather than be queued.

    The queue is the largest single cost of a small call, and what one gains from it is to do
    something else meanwhile. The switch is one of the whole process, and JAX reads it when its
    back end starts, with the first array: later it would be ignored in silence. So it is called
    first of all, and importing parax, which creates no array, leaves it as it is.

    Args:
        required: whether it is an error if it is too late.

    Returns:
        Whether calls run at once now.

    Raises:
        CompileError: a back end has started already, and `required`.

    Example:
        >>> import parax
        >>> parax.synchronous_dispatch(required=False) in (True, False)
        True
    """
    if not jax.config.read(_SWITCH):
        return True
    if not backends_are_initialized():
        jax.config.update(_SWITCH, False)
        return True
    if required:
        raise CompileError(
            "it is too late to choose how calls are dispatched: JAX's back end has started, with "
            "the first array or the first look at its devices",
            hint="call `parax.synchronous_dispatch()` first of all, before anything makes an array",
        )
    return False
