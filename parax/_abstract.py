"""What a value may promise: bounds, a way to unwrap it, a tag that it is constant.

These stand below the parameters, because a Parameter is bounded and unwrappable. The functions
that ask for them are in `parax.bounds`, `parax.constants` and `parax.wrappers`.
"""

# The annotations here are no texts: Equinox must see that `bounds` is abstract.

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import equinox as eqx

from parax._diagnostic import quoted
from parax.errors import BoundsError

T = TypeVar("T")


class AbstractBounded(eqx.Module, Generic[T]):
    """A node that knows between which limits its value lies.

    A class of this kind says so in `bounds`, a field or a property: the pair `(lower, upper)` of
    two PyTrees of the structure of the value.

    Example:
        >>> import jax.numpy as jnp
        >>> class Angle(AbstractBounded):
        ...     value: float
        ...     bounds = (jnp.array(0.0), jnp.array(360.0))
        >>> [float(limit) for limit in Angle(90.0).lower_upper()]
        [0.0, 360.0]
    """

    if TYPE_CHECKING:  # an abstract variable is no field, which type checkers do not know
        bounds: ClassVar[Any]
    else:
        bounds: eqx.AbstractVar[Any]

    def lower_upper(self) -> tuple[Any, Any]:
        """Give the lower and the upper limit, each of the structure of the value.

        Raises:
            BoundsError: `bounds` is no pair.
        """
        bounds = self.bounds
        if not isinstance(bounds, tuple | list) or len(bounds) != 2:
            raise BoundsError(
                f"`bounds` of {quoted(type(self).__name__)} must be a pair, and is"
                f" {quoted(repr(bounds))}",
                hint="give the tuple `(lower, upper)`",
            )
        lower, upper = bounds
        return lower, upper


class AbstractUnwrappable(eqx.Module, Generic[T]):
    """A node that stands for another value, which it computes from what it holds.

    Example:
        >>> import jax.numpy as jnp
        >>> from parax.wrappers import unwrap
        >>> class Symmetric(AbstractUnwrappable):
        ...     matrix: object
        ...     def unwrap(self):
        ...         return (self.matrix + self.matrix.T) / 2
        >>> unwrap({"m": Symmetric(jnp.array([[1.0, 4.0], [0.0, 1.0]]))})["m"].tolist()
        [[1.0, 2.0], [2.0, 1.0]]
    """

    @abstractmethod
    def unwrap(self) -> T:
        """Give the value; what is inside this node is unwrapped already."""


class AbstractConstant(eqx.Module, Generic[T]):
    """A node that optimisers leave alone.

    This is a tag and no more: it stops no gradient by itself. `parax.wrappers.NonTrainable` does.
    """

    @abstractmethod
    def free(self) -> T:
        """Give the value without the tag."""
