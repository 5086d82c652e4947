"""What a problem holds fixed crosses packed (E3).

Packing keeps every bit of every array, and leaves alone what it cannot pack.
"""

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from parax.engine._pack import Layout

TINY = np.array([1e-45, -0.0, np.inf, np.nan], np.float32)  # a subnormal number among them
ARRAYS = [
    TINY,
    np.array([[1, -2], [3, 2**31 - 1]], np.int32),
    np.array(7, np.uint32),
    np.array([0.5, 1e-7], np.float16),
    np.array([0.5, 3.0], ml_dtypes.bfloat16),
    np.array([True, False]),
    np.array([1 + 2j, complex(np.nan, -0.0)], np.complex64),
    np.ones((2, 3), np.complex64) * 1j,
    np.zeros((0, 3), np.float32),
    np.arange(5000, dtype=np.float32),
    np.array([-1, 2], np.int8),
]


def _layout(arrays):
    return Layout([jax.ShapeDtypeStruct(one.shape, one.dtype) for one in arrays])


def _same(one, other):
    assert (one.shape, one.dtype) == (other.shape, other.dtype)
    assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


def test_what_is_packed_comes_back_bit_by_bit():
    layout = _layout(ARRAYS)
    for one, other in zip(jax.jit(layout.unpack)(layout.pack(ARRAYS)), ARRAYS, strict=True):
        _same(one, other)


def test_tracers_are_packed_alike():
    layout = _layout(ARRAYS)
    for one, other in zip(jax.jit(layout.pack)(ARRAYS), layout.pack(ARRAYS), strict=True):
        _same(one, other)


def test_small_arrays_of_one_width_share_a_vector():
    packed = _layout(ARRAYS).pack(ARRAYS)
    assert isinstance(packed, tuple)
    assert sorted(str(one.dtype) for one in packed) == [
        "float32",  # the long one
        "uint16",
        "uint32",
        "uint8",
    ]


def test_one_vector_needs_no_tuple():
    arrays = [np.ones(2, np.float32), np.array(3, np.int32)]
    layout = _layout(arrays)
    assert layout.pack(arrays).shape == (3,)
    for one, other in zip(layout.unpack(layout.pack(arrays)), arrays, strict=True):
        _same(one, other)


def test_random_keys_stay_by_themselves():
    arrays = [jax.random.key(1), jnp.ones(2), jnp.zeros(3)]
    layout = _layout(arrays)
    key, one, _ = jax.jit(layout.unpack)(layout.pack(arrays))
    assert key.dtype == arrays[0].dtype
    assert one.tolist() == [1.0, 1.0]
