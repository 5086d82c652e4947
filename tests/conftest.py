import os

import hypothesis

# Tests need no accelerator, and answers are compared with those of a CPU.
os.environ.setdefault("JAX_PLATFORMS", "cpu")

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


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a function in a test's id: without, it would have its address, and workers disagree."""
    name = getattr(val, "__name__", None)
    return name if callable(val) and isinstance(name, str) else None
