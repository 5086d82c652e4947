"""A Parameter as a JSON object, and back, bit for bit (P54-P57).

Numbers, texts, lists and dicts stand for themselves. Everything else is an object with the key
`$`: what `parax.save` writes of a single value, with its parts nested.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParaxError, PrecisionWarning, SerializationError
from parax.parameters._checks import check_fit
from parax.parameters._metadata import ParameterMetadata
from parax.parameters._rebuild import restore
from parax.parameters._static import Notes
from parax.serialization._codec import Finder, Items, Loading, Refusal, make, take

FORMAT = 1
_KEYS = (
    "format", "value", "latent_value", "dtype", "fixed", "scale", "unit", "name", "bounds",
    "distribution", "transform", "info",
)  # fmt: skip
_MARK, _PARTS = "$", "parts"
_PLAIN_INT = 2**63


def to_json(p: Any) -> str:
    """Give a parameter as JSON; see `Parameter.to_json`."""
    latent, meta = p.latent_value, p.metadata
    data: dict[str, Any] = {"format": FORMAT}
    key = "value" if p.transform is None else "latent_value"
    if _is_float_array(latent):
        data |= {key: _numbers(latent), "dtype": latent.dtype.name}
    else:
        data[key] = _encoded(latent, key)
    data |= {"fixed": p.fixed, "scale": p.scale}
    if meta is not None:
        unit = getattr(meta, "unit", None)
        data |= {} if unit is None else {"unit": unit}
        data |= {} if meta.name is None else {"name": meta.name}
        if meta.bounds is not None:
            plain = _is_float_array(meta.bounds) and meta.bounds.dtype.name == data.get("dtype")
            data["bounds"] = _numbers(meta.bounds) if plain else _encoded(meta.bounds, "bounds")
        for key in ("distribution", "transform"):
            if getattr(meta, key) is not None:
                data[key] = _encoded(getattr(meta, key), key)
        if meta.info:
            data["info"] = _encoded(meta.info, "info")
    return json.dumps(data, allow_nan=False)


def _is_float_array(x: Any) -> bool:
    return (
        isinstance(x, jax.Array)
        and not isinstance(x, Tracer)
        and jnp.issubdtype(x.dtype, jnp.floating)
    )


def _numbers(array: Any) -> Any:
    """Give an array as nested lists; what JSON has no number for is a text (P56)."""
    wide = np.asarray(array).astype(np.float64)  # exact: no float of JAX is wider
    if not wide.size and wide.ndim > 1:
        return {"shape": list(wide.shape)}
    return _spelt(wide.tolist())


def _spelt(x: Any) -> Any:
    if isinstance(x, list):
        return [_spelt(one) for one in x]
    return x if not isinstance(x, float) or math.isfinite(x) else repr(x)


class _Inline:
    """Puts the numbers of arrays into the text."""

    def put(self, array: np.ndarray) -> Any:
        """Give an array as its dtype, shape and numbers."""
        if array.dtype.kind == "c":
            numbers = _spelt(array.ravel().astype(np.complex128).view(np.float64).tolist())
        elif array.dtype.kind in "biu":
            numbers = array.ravel().tolist()
        else:
            numbers = _spelt(array.ravel().astype(np.float64).tolist())
        return {"dtype": array.dtype.name, "shape": list(array.shape), "data": numbers}


def _encoded(value: Any, path: str) -> Any:
    """Give a value as JSON."""
    if type(value) in (type(None), bool, str):
        return value
    if type(value) is int and abs(value) < _PLAIN_INT:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is list:
        return [_encoded(one, f"{path}[{i}]") for i, one in enumerate(value)]
    if type(value) is dict and _MARK not in value and all(type(key) is str for key in value):
        return {key: _encoded(one, f"{path}[{key!r}]") for key, one in value.items()}
    try:
        _, head, parts = take(value, _Inline())
    except Refusal as refusal:
        raise refusal.at(path) from refusal.__cause__
    except RecursionError:
        raise SerializationError(f"{quoted(path, 200)} is nested too deeply for JSON") from None
    held = [_encoded(part.value, path + part.step) for part in parts]
    return {_MARK: head, _PARTS: held} if held else {_MARK: head}


def from_json(cls: Any, text: str, trusted_modules: Iterable[str] = ()) -> Any:
    """Make a parameter of such a text; see `Parameter.from_json`."""
    data = _parsed(text)
    loading = Loading(Finder(trusted_modules), _array)
    latent_key = "latent_value" if "latent_value" in data else "value"
    latent = _latent(data, latent_key, loading)
    held = {
        key: _decoded(data[key], key, loading)
        for key in ("distribution", "transform", "info")
        if key in data
    }
    if "bounds" in data:
        held["bounds"] = _array_of(data["bounds"], "bounds", data.get("dtype"), loading)
    held |= {key: data[key] for key in ("name", "unit") if key in data}
    if loading.narrowed:
        warnings.warn(
            f"the parameter {quoted(held.get('name', latent_key))} was loaded as 32 bit, and saved"
            " as 64 bit; to keep all digits, set `JAX_ENABLE_X64=1`",
            PrecisionWarning,
            stacklevel=3,
        )
    scale = data.get("scale", 1.0)
    metadata = None
    if held or scale != 1.0:
        metadata = _metadata(held, scale, np.shape(latent))
    return restore(cls, {"latent_value": latent, "fixed": _fixed(data), "metadata": metadata})


def _parsed(text: Any) -> dict[str, Any]:
    """Read the outermost object, and check its keys."""
    hint = "give a text that `Parameter.to_json` has written"
    try:
        data = json.loads(text, parse_constant=_refuse, object_pairs_hook=_distinct)
    except (TypeError, ValueError, RecursionError) as error:
        raise SerializationError(f"the text is no JSON: {error}", hint=hint) from None
    if not isinstance(data, dict) or "format" not in data:
        raise SerializationError("the text is no parameter: it has no key `format`", hint=hint)
    version = data["format"]
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise SerializationError(
            f"`format` is {quoted(version)}, and this parax reads up to {FORMAT}",
            hint="install a newer parax" if type(version) is int else hint,
        )
    for key in data:
        if key not in _KEYS:
            raise SerializationError(
                f"a parameter has no key {quoted(key)}", hint=did_you_mean(key, _KEYS)
            )
    if ("value" in data) == ("latent_value" in data):
        raise SerializationError("the text needs one of the keys `value` and `latent_value`")
    return data


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _fixed(data: dict[str, Any]) -> bool:
    fixed = data.get("fixed", False)
    if type(fixed) is not bool:
        raise SerializationError(f"`fixed` must be true or false, and is {quoted(fixed)}")
    return fixed


def _metadata(held: dict[str, Any], scale: Any, shape: tuple[int, ...]) -> ParameterMetadata:
    """Check everything as a constructor does, and keep bounds and scale to the bit."""
    rest = {key: value for key, value in held.items() if key != "unit"}
    try:
        made = ParameterMetadata(**held) if "unit" in held else ParameterMetadata(**rest)
        ParameterMetadata(scale=scale)
        check_fit(shape, held.get("name"), held.get("bounds"))
    except (ParaxError, TypeError, ValueError) as error:
        words = error.headline if isinstance(error, ParaxError) else error
        raise SerializationError(f"the text describes no parameter: {words}") from error
    slots = [slot for slot in Notes.__slots__ if slot != "_hash"]
    notes: dict[str, Any] = {slot: getattr(made._notes, slot) for slot in slots}
    notes["scale"] = float(scale)
    fields = dict(vars(made)) | {"_notes": Notes(**notes)}
    return restore(ParameterMetadata, fields | {"bounds": held.get("bounds")})


def _latent(data: dict[str, Any], key: str, loading: Loading) -> Any:
    value = data[key]
    if value is None or (isinstance(value, dict) and _MARK in value):
        return _decoded(value, key, loading)
    return _array_of(value, key, data.get("dtype"), loading)


def _array_of(value: Any, key: str, dtype: Any, loading: Loading) -> Any:
    """Give the array of nested lists."""
    if isinstance(value, dict) and _MARK in value:
        return _decoded(value, key, loading)
    try:
        kind = np.dtype(getattr(jnp, dtype)) if isinstance(dtype, str) else np.dtype(None)
        if isinstance(value, dict):
            wide = np.zeros(value["shape"])
            if wide.size:
                raise ValueError("its numbers are missing")
        else:
            wide = np.asarray(_unspelt(value), np.float64)
        if not jnp.issubdtype(kind, jnp.floating):
            raise ValueError(f"{kind} is no float")
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise SerializationError(f"`{key}` cannot be read: {error}") from None
    exact = wide.astype(kind)
    found = jnp.array(exact)
    if found.dtype != kind:
        loading.narrowed.append(found)
    return found


def _unspelt(x: Any) -> Any:
    if isinstance(x, list):
        return [_unspelt(one) for one in x]
    if isinstance(x, str) and x in ("nan", "inf", "-inf"):
        return float(x)
    if type(x) not in (int, float):
        raise ValueError(f"{quoted(x)} is no number")
    return x


def _array(held: Any) -> np.ndarray:
    """Give the array whose numbers stand in a text."""
    dtype = np.dtype(getattr(jnp, str(held["dtype"])))
    data, shape = held["data"], held["shape"]
    if dtype.kind == "c":
        flat = np.asarray(_unspelt(data), np.float64).view(np.complex128)
    elif dtype.kind in "biu":
        flat = np.asarray(data, dtype)
    else:
        flat = np.asarray(_unspelt(data), np.float64)
    return flat.astype(dtype).reshape(shape)


def _decoded(value: Any, path: str, loading: Loading) -> Any:
    """Give the value of JSON."""
    try:
        return _made(value, path, loading)
    except RecursionError:
        raise SerializationError(f"`{path}` is nested too deeply") from None


def _made(value: Any, path: str, loading: Loading) -> Any:
    if isinstance(value, list):
        return [_made(one, f"{path}[{i}]", loading) for i, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if _MARK not in value:
        return {key: _made(one, f"{path}[{key!r}]", loading) for key, one in value.items()}
    parts = value.get(_PARTS, [])
    if not isinstance(parts, list) or not value.keys() <= {_MARK, _PARTS}:
        raise SerializationError(f"{quoted(path, 200)} has other keys than `$` and `parts`")
    held = [_made(one, f"{path}.parts[{i}]", loading) for i, one in enumerate(parts)]
    try:
        return make(value[_MARK], Items(held, [1] * len(held), [1] * len(held)), loading)
    except Refusal as refusal:
        raise refusal.at(path) from refusal.__cause__
    except (AttributeError, KeyError) as error:  # of an array's description
        raise SerializationError(f"{quoted(path, 200)} is no array: {error}") from None
