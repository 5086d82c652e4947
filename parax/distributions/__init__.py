"""Joint distributions over the parameters of a module, and the keys that they are drawn with."""

from parax.distributions._buckets import require_size
from parax.distributions._key import as_key
from parax.distributions._module_distribution import ModuleDistribution

__all__ = ["ModuleDistribution", "as_key", "require_size"]
