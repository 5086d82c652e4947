"""Parameters on one line, also of tracers and of what stands for an array."""

from __future__ import annotations

import inspect
from typing import Any

import equinox as eqx
import jax
import numpy as np

from parax.parameters._static import is_concrete

_SHORT = {"float": "f", "uint": "u", "int": "i", "complex": "c", "bfloat": "bf"}


def show_parameter(p: Any) -> str:
    """Give the class, the value, and what differs from the default.

    Only the stored value is shown: computing another would fail where there is none.
    """
    metadata = p.metadata
    has_transform = metadata is not None and metadata._transform is not None
    facts = [f"{'latent_value' if has_transform else 'value'}={show(p.latent_value)}"]
    if p.unit is not None:
        facts.append(f"unit={p.unit!r}")
    elif p.scale != 1.0:
        facts.append(f"scale={show(p.scale)}")
    if p.fixed:
        facts.append("fixed=True")
    if metadata is not None:
        facts += _described(metadata)
    return f"{type(p).__name__}({', '.join(facts)})"


def show_metadata(metadata: Any) -> str:
    """Give the class and what differs from the default."""
    facts = _described(metadata)
    if metadata.unit is not None:
        facts.append(f"unit={metadata.unit!r}")
    elif metadata.scale != 1.0:
        facts.append(f"scale={show(metadata.scale)}")
    return f"{type(metadata).__name__}({', '.join(facts)})"


def _described(metadata: Any) -> list[str]:
    facts = [
        f"{word}={show(getattr(metadata, word))}"
        for word in ("distribution", "transform")
        if getattr(metadata, f"_{word}") is not None
    ]
    if metadata.bounds is not None:
        facts.append(f"bounds={_show_bounds(metadata.bounds)}")
    if metadata.name is not None:
        facts.append(f"name={metadata.name!r}")
    if metadata.info:
        facts.append(f"info={show(metadata.info)}")
    return facts


def show(x: Any) -> str:
    """Show a value on one line: scalars in four digits, larger arrays by type and shape."""
    if type(x) is float:
        return f"{x:.4g}"
    if isinstance(x, jax.Array | np.ndarray | np.generic | jax.ShapeDtypeStruct):
        return _show_array(x)
    if isinstance(x, eqx.Module):
        return _show_module(x)
    if type(x) is dict:
        return "{" + ", ".join(f"{show(key)}: {show(value)}" for key, value in x.items()) + "}"
    if type(x) is list:
        return f"[{', '.join(map(show, x))}]"
    if type(x) is tuple:
        return f"({', '.join(map(show, x))}{',' if len(x) == 1 else ''})"
    if inspect.isroutine(x) or isinstance(x, jax.stages.Wrapped):
        return getattr(x, "__name__", "function")
    return " ".join(repr(x).split())


def _show_array(x: Any) -> str:
    if isinstance(x, jax.ShapeDtypeStruct) or not is_concrete(x) or np.ndim(x) != 0:
        return f"{_short(x.dtype)}[{','.join(map(str, x.shape))}]"
    number = np.asarray(x)[()]
    return f"{number:.4g}" if np.issubdtype(number.dtype, np.inexact) else str(number)


def _short(dtype: Any) -> str:
    name = str(dtype)
    word = name.rstrip("0123456789")
    return _SHORT.get(word, word) + name[len(word) :]


def _show_module(x: Any) -> str:
    """Show a distribution or bijector as the call that makes it."""
    held = vars(x)
    words = list(inspect.signature(type(x).__init__).parameters)[1:]
    if "scale" in words:
        words = [word for word in words if word != "log_scale"]  # another way to say it
    found = [(word, held.get(word, held.get(f"_{word}"))) for word in words]
    shown = [f"{word}={show(value)}" for word, value in found if value is not None]
    return f"{type(x).__name__}({', '.join(shown)})"


def _show_bounds(bounds: Any) -> str:
    if isinstance(bounds, jax.Array | np.ndarray) and is_concrete(bounds) and bounds.shape == (2,):
        return f"({show(bounds[0])}, {show(bounds[1])})"
    return show(bounds)
