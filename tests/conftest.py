import os
from collections.abc import Iterator

import hypothesis
import pytest

# Tests need no accelerator, and answers are compared with those of a CPU. JAX reads this early.
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax

# Ordinary runs take the same few examples each time; `make properties` looks for new ones.
hypothesis.settings.register_profile(
    "ordinary", max_examples=30, deadline=None, derandomize=True, database=None
)
hypothesis.settings.register_profile(
    "long",
    max_examples=2000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("ordinary")


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    """Put the precision back: pages of the documentation choose one, as their readers do."""
    before = jax.config.read("jax_enable_x64")
    yield
    if jax.config.read("jax_enable_x64") != before:
        jax.config.update("jax_enable_x64", before)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a function in a test's id: without, it would have its address, and workers disagree."""
    name = getattr(val, "__name__", None)
    return name if callable(val) and isinstance(name, str) else None
