"""Parameters that are only free or fixed."""

from __future__ import annotations

from typing import Any

from parax.parameters._parameter import Parameter


def Free(value: Any = None, **kwargs: Any) -> Parameter:  # noqa: N802  # reads as a class
    """Make a parameter that optimisers may change.

    Args:
        value: the physical value.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: neither a value nor `latent_value=`.

    Example:
        >>> Free(1.0).fixed
        False
    """
    return Parameter(value, **{"fixed": False, **kwargs})


def Fixed(value: Any = None, **kwargs: Any) -> Parameter:  # noqa: N802  # reads as a class
    """Make a parameter that optimisers leave alone.

    Args:
        value: the physical value.
        **kwargs: as for `Parameter`.

    Raises:
        ParameterValueError: neither a value nor `latent_value=`.

    Example:
        >>> Fixed(1.0).fixed
        True
    """
    return Parameter(value, **{"fixed": True, **kwargs})
