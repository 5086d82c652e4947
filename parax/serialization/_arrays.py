"""The kinds of arrays: JAX's and NumPy's, scalars of NumPy, random keys, dtypes."""

# JAX and NumPy leave types unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import base64
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from parax._diagnostic import quoted
from parax.serialization._codec import Data, Items, Kind, Loading, Sink, Taken, add_kind
from parax.serialization._codec import corrupt as _corrupt
from parax.serialization._names import Refusal

Array = np.ndarray[Any, Any]

NATIVE = {
    "bool": "BOOL", "uint8": "U8", "uint16": "U16", "uint32": "U32", "uint64": "U64",
    "int8": "I8", "int16": "I16", "int32": "I32", "int64": "I64",
    "float16": "F16", "float32": "F32", "float64": "F64", "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "complex64": "C64",
}  # fmt: skip
"""The dtypes that files know, and how safetensors writes them. The rest is stored as views."""

_SMALL = (
    *("int2", "int4", "uint2", "uint4", "float4_e2m1fn", "float8_e3m4", "float8_e4m3"),
    *("float8_e4m3b11fnuz", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"),
)
_NAMED = {
    name: np.dtype(getattr(jnp, name)) for name in [*NATIVE, *_SMALL] if hasattr(jnp, name)
} | {"bool": np.dtype(bool), "complex128": np.dtype(np.complex128)}
_RAW = re.compile(r"[<>|][USV]\d{1,9}|[<>][Mm]8\[\d{0,9}[A-Za-z]{1,2}\]|>[iufc]\d{1,2}")


def dtype_name(dtype: np.dtype[Any]) -> str:
    """Give the name of a dtype, by which `named_dtype` finds it."""
    if _NAMED.get(dtype.name) == dtype:
        return dtype.name
    if _RAW.fullmatch(dtype.str):
        return dtype.str
    raise Refusal(
        f"has the dtype {quoted(dtype)}, which files do not hold",
        "convert it, or keep its numbers in arrays of their own",
    )


def named_dtype(name: Any) -> np.dtype[Any]:
    """Give the dtype of a name."""
    if isinstance(name, str) and name in _NAMED:
        return _NAMED[name]
    if isinstance(name, str) and _RAW.fullmatch(name):
        return np.dtype(name)
    raise _corrupt(f"has the dtype {quoted(name)}, which parax does not know")


def stored(array: Array) -> Array:
    """Give an array as files hold it: of a dtype that they know, in C order."""
    array = np.array(array, order="C")
    if array.dtype.name in NATIVE and array.dtype.isnative:
        return array
    if array.dtype == np.complex128:
        return array.ravel().view(np.float64).reshape(*array.shape, 2)
    # The bytes as they are. `view` refuses empty arrays and empty texts, and new axes of 0-d ones.
    return np.frombuffer(array.tobytes(), np.uint8).reshape(*array.shape, array.dtype.itemsize)


def restored(array: Array, dtype: np.dtype[Any]) -> Array:
    """Give the array of a dtype that was stored so; its own copy."""
    if dtype.name in NATIVE and dtype.isnative:
        if array.dtype != dtype:
            raise _corrupt(f"has numbers of dtype {quoted(array.dtype)} in place of {dtype}")
        if dtype == np.bool_ and array.size and array.view(np.uint8).max() > 1:
            raise _corrupt("has a bool that is neither 0 nor 1")
        return array.copy()
    form, width = (np.float64, 2) if dtype == np.complex128 else (np.uint8, dtype.itemsize)
    if array.dtype != form or array.ndim == 0 or array.shape[-1] != width:
        raise _corrupt(f"has numbers that are none of dtype {quoted(dtype)}")
    shape = array.shape[:-1]
    if not array.size:
        return np.zeros(shape, dtype)
    return np.frombuffer(array.tobytes(), dtype).reshape(shape).copy()


def _is_jax(x: Any) -> bool:
    return isinstance(x, jax.Array) and not isinstance(x, Tracer)


def _is_key(x: Any) -> bool:
    return _is_jax(x) and jnp.issubdtype(x.dtype, jax.dtypes.prng_key)


def _gathered(x: Any) -> Array:
    try:
        return np.asarray(x)
    except RuntimeError as error:  # deleted, donated, or in the memory of another process
        raise Refusal(f"is an array that cannot be read: {error}") from error


def _take_jax(x: Any, sink: Sink) -> Taken:
    numbers = _gathered(x)
    name = dtype_name(numbers.dtype)
    weak = ["weak"] if x.weak_type else []
    return Taken([name, sink.put(stored(numbers)), *weak])


def _make_jax(data: Data, items: Items, loading: Loading) -> Any:
    name, kept, *weak = data
    numbers = restored(loading.array(kept), named_dtype(name))
    if weak and numbers.ndim == 0:  # numbers of Python are the door to weakly typed arrays
        found = jnp.asarray(numbers.item())
        if found.dtype == numbers.dtype:
            return found
    found = jnp.asarray(numbers)  # a copy already, and nobody else's
    if found.dtype != numbers.dtype:
        loading.narrowed.append(found)
    return found


def _take_numpy(x: Any, sink: Sink) -> Taken:
    return Taken([dtype_name(x.dtype), sink.put(stored(x))])


def _make_numpy(data: Data, items: Items, loading: Loading) -> Any:
    name, kept = data
    return restored(loading.array(kept), named_dtype(name))


def _take_scalar(x: Any, sink: Sink) -> Taken:
    return Taken([dtype_name(x.dtype), base64.b64encode(x.tobytes()).decode()])


def _make_scalar(data: Data, items: Items, loading: Loading) -> Any:
    name, text = data
    dtype = named_dtype(name)
    raw = base64.b64decode(text, validate=True)
    if len(raw) != dtype.itemsize:
        raise _corrupt(f"has {len(raw)} bytes for one {quoted(dtype)}")
    return np.frombuffer(raw, dtype)[0] if raw else dtype.type()


def _take_prng(x: Any, sink: Sink) -> Taken:
    name = jax.random.key_impl(x)
    if not isinstance(name, str):
        raise Refusal(
            f"is a random key of {quoted(name)}, an implementation without a name",
            "use one of those that JAX registers, such as `threefry2x32`",
        )
    return Taken([name, sink.put(stored(_gathered(jax.random.key_data(x))))])


def _make_prng(data: Data, items: Items, loading: Loading) -> Any:
    name, kept = data
    numbers = restored(loading.array(kept), np.dtype(np.uint32))
    return jax.random.wrap_key_data(jnp.array(numbers), impl=name)


_TYPES = {
    f"{one.__module__}.{one.__name__}": one
    for one in (
        *(bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, type(None)),
        *(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32),
        *(np.uint64, np.float16, np.float32, np.float64, np.complex64, np.complex128),
    )
}
"""The types that stand for a dtype, or for themselves, in a static field."""


def _is_plain_type(x: Any) -> bool:
    return isinstance(x, type) and any(x is one for one in _TYPES.values())


def _take_type(x: Any, sink: Sink) -> Taken:
    return Taken([f"{x.__module__}.{x.__name__}"])


def _make_type(data: Data, items: Items, loading: Loading) -> type:
    (name,) = data
    if name not in _TYPES:
        raise _corrupt(f"is the type {quoted(name)}, which parax does not know")
    return _TYPES[name]


def _take_dtype(x: np.dtype[Any], sink: Sink) -> Taken:
    return Taken([dtype_name(x)])


def _make_dtype(data: Data, items: Items, loading: Loading) -> np.dtype[Any]:
    (name,) = data
    return named_dtype(name)


def _register() -> None:
    add_kind(Kind("ndarray", _take_numpy, _make_numpy, same=True), np.ndarray)
    add_kind(Kind("key", _take_prng, _make_prng, same=True), test=_is_key)
    add_kind(Kind("array", _take_jax, _make_jax, same=True), test=_is_jax)
    add_kind(Kind("scalar", _take_scalar, _make_scalar), test=lambda x: isinstance(x, np.generic))
    add_kind(Kind("dtype", _take_dtype, _make_dtype), test=lambda x: isinstance(x, np.dtype))
    add_kind(Kind("type", _take_type, _make_type), test=_is_plain_type)


_register()
