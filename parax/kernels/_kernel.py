"""`Kernel`, and what its operators make: sums, products and constants."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import numpy as np

from parax._diagnostic import kind_of, quoted
from parax.errors import ParameterTypeError, ParameterValueError
from parax.kernels._matrices import cross_gram, diagonal, gram
from parax.kernels._points import as_parameter, points, require_no_negative
from parax.module import Module, field
from parax.parameters import Parameter, is_concrete, value_in


class Kernel(Module):
    """Base of covariance functions: `k(x1, x2)` of two single points.

    A subclass defines `__call__`; matrices, sums and products follow. Its parameters are found,
    fitted and saved as those of any Module, and computations see their scaled values. Sums and
    products with kernels, numbers and Parameters are kernels again.

    Example:
        >>> import jax.numpy as jnp
        >>> class Linear(Kernel):
        ...     slope: Parameter = 2.0
        ...
        ...     def __call__(self, x1, x2, key=None):
        ...         return self.slope**2 * jnp.sum(x1 * x2)
        >>> (Linear() + 1).gram([1.0, 2.0]).tolist()
        [[5.0, 9.0], [9.0, 17.0]]

    References:
        C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006,
        section 4.2.4: sums and products of kernels are kernels.
    """

    # NumPy would take a kernel for an element and make an array of sums.
    __array_ufunc__ = None

    @abstractmethod
    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        """Give the covariance of two observations, at the points `x1` and `x2`.

        Args:
            x1: one point: a number, or the features `(d,)`.
            x2: another point of the same shape, or a number for all of its features.
            key: a JAX key for kernels that draw; sums and products hand it to both of their parts.

        Returns:
            Covariance, shape `()`.
        """

    def own_variance(self, x: Any, key: Any = None) -> jax.Array:
        """Give the variance of one observation at `x`: what stands on the diagonal of `gram`.

        It is `self(x, x)`, unless observations have a noise of their own, as in `WhiteKernel`.
        """
        return self(x, x, key)

    def gram(self, x: Any, *, jitter: Any = 0.0) -> jax.Array:
        """Give the covariances of points with each other, `(N, N)`; see `parax.kernels.gram`."""
        return gram(self, x, jitter=jitter)

    def cross_gram(self, x: Any, y: Any) -> jax.Array:
        """Give the covariances with other points, `(N, M)`; see `parax.kernels.cross_gram`."""
        return cross_gram(self, x, y)

    def diagonal(self, x: Any) -> jax.Array:
        """Give the diagonal of `gram(x)` without the rest, shape `(N,)`."""
        return diagonal(self, x)

    def check_values(self) -> None:
        """Refuse parameters that make no covariance; called by construction and `with_params`.

        Only concrete numbers can be checked, not those of a trace.

        Raises:
            ParameterValueError: a parameter out of its range.
        """

    def __check_init__(self) -> None:
        self.check_values()

    def with_params(self, *args: Any, **kwargs: Any) -> Any:
        """Give a kernel with new values, which are checked; arguments as for `Module`.

        Raises:
            ParameterValueError: a length scale that is not above zero, a negative variance.
        """
        new = super().with_params(*args, **kwargs)
        for kernel in (new, *new.submodules()):
            if isinstance(kernel, Kernel):
                kernel.check_values()
        return new

    # --- Algebra ------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        kernel = _operand(other, "+")
        return kernel if kernel is NotImplemented else SumKernel(self, kernel)

    def __radd__(self, other: Any) -> Any:
        if type(other) is int and other == 0:  # where `sum` starts
            return self
        kernel = _operand(other, "+")
        return kernel if kernel is NotImplemented else SumKernel(kernel, self)

    def __mul__(self, other: Any) -> Any:
        kernel = _operand(other, "*")
        return kernel if kernel is NotImplemented else ProductKernel(self, kernel)

    def __rmul__(self, other: Any) -> Any:
        kernel = _operand(other, "*")
        return kernel if kernel is NotImplemented else ProductKernel(kernel, self)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Parameter):
            raise _no_kernel(
                "a kernel divided by a Parameter would lose the Parameter",
                "multiply by a Parameter that stands for the inverse",
            )
        if not _is_number(other):
            raise _no_kernel(
                f"a kernel cannot be divided by {kind_of(other)}: the result need not be a"
                " covariance",
                "divide by a positive number, or multiply kernels",
            )
        if is_concrete(other) and not other > 0:
            raise ParameterValueError(
                f"a kernel cannot be divided by {quoted(other)}",
                hint="divide by a number above zero, so that variances stay positive",
            )
        return self * (1 / other)

    def __rtruediv__(self, other: Any) -> Any:
        raise _no_kernel("nothing can be divided by a kernel: the result need not be a covariance")

    def __sub__(self, other: Any) -> Any:
        raise _no_difference()

    def __rsub__(self, other: Any) -> Any:
        raise _no_difference()

    def __neg__(self) -> Any:
        raise _no_difference()

    def __pow__(self, other: Any) -> Any:
        raise _no_kernel(
            "a kernel has no powers: a product of copies would turn one parameter into several",
            "write the product out, `k1 * k2`, with the parameters that it shall have",
        )


class ConstantKernel(Kernel):
    """A constant: `k(x1, x2) = variance`.

    As a factor it is the variance of a process, as a term that of an unknown offset. `k * 3` and
    `k + parameter` make one.

    Args:
        variance: what the kernel gives, not negative. A shape `b` makes a batch of kernels.

    Raises:
        ParameterValueError: a negative variance; several points where one is meant.

    Example:
        >>> float(ConstantKernel(3.0)(0.0, 1.0))
        3.0
    """

    variance: Any = field(default=1.0, converter=as_parameter)  # a Parameter

    def check_values(self) -> None:
        require_no_negative(self, "variance")

    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        points(x1, x2)
        require_no_negative(self, "variance")
        return value_in(self.variance, "scaled")


class SumKernel(Kernel):
    """A sum: `k(x1, x2) = k1(x1, x2) + k2(x1, x2)`, the covariance of independent processes added.

    Args:
        k1: the first kernel.
        k2: the second kernel.

    Raises:
        ParameterTypeError: not two kernels.

    Example:
        >>> sum([ConstantKernel(1.0), ConstantKernel(2.0)])(0.0, 1.0).item()
        3.0
    """

    k1: Any  # a Kernel: anything else is refused in words of its own
    k2: Any

    def check_values(self) -> None:
        _require_kernels(self)

    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        return self.k1(x1, x2, key) + self.k2(x1, x2, key)

    def own_variance(self, x: Any, key: Any = None) -> jax.Array:
        """Give the sum of the variances of the parts."""
        return self.k1.own_variance(x, key) + self.k2.own_variance(x, key)


class ProductKernel(Kernel):
    """A product: `k(x1, x2) = k1(x1, x2) · k2(x1, x2)`.

    Args:
        k1: the first kernel.
        k2: the second kernel.

    Raises:
        ParameterTypeError: not two kernels.

    Example:
        >>> (3 * ConstantKernel(2.0))(0.0, 1.0).item()
        6.0
    """

    k1: Any  # a Kernel: anything else is refused in words of its own
    k2: Any

    def check_values(self) -> None:
        _require_kernels(self)

    def __call__(self, x1: Any, x2: Any, key: Any = None) -> jax.Array:
        return self.k1(x1, x2, key) * self.k2(x1, x2, key)

    def own_variance(self, x: Any, key: Any = None) -> jax.Array:
        """Give the product of the variances of the parts."""
        return self.k1.own_variance(x, key) * self.k2.own_variance(x, key)


def _require_kernels(kernel: SumKernel | ProductKernel) -> None:
    for name in ("k1", "k2"):
        part = getattr(kernel, name)
        if not isinstance(part, Kernel):
            raise ParameterTypeError(
                f"the {quoted(name)} of {quoted(type(kernel).__name__)} is"
                f" {quoted(repr(part))}, which is no kernel",
                hint="write `k1 + k2` and `3 * k`, which make kernels of numbers",
            )


def _operand(other: Any, symbol: str) -> Any:
    """Give the kernel that the other side of `+` or `*` stands for, or NotImplemented."""
    if isinstance(other, Kernel):
        return other
    if isinstance(other, Parameter) or _is_number(other):
        return ConstantKernel(other)
    if isinstance(other, jax.Array | np.ndarray):
        raise _no_kernel(
            f"`{symbol}` takes a kernel and one number, and got an array of shape"
            f" {quoted(other.shape)}",
            "`ConstantKernel(array)` makes a batch of kernels",
        )
    if isinstance(other, eqx.Module):  # an Operator, or a model
        raise _no_kernel(
            f"`{symbol}` cannot join a kernel and {quoted(type(other).__name__)}: a kernel is a"
            " function of two points",
            "`op.Lambda(kernel)` makes an operator of a kernel",
        )
    return NotImplemented


def _is_number(value: Any) -> bool:
    if isinstance(value, jax.Array | np.ndarray):
        return value.ndim == 0
    return isinstance(value, int | float | np.number)


def _no_kernel(headline: str, hint: str | None = None) -> ParameterTypeError:
    return ParameterTypeError(headline, hint=hint)


def _no_difference() -> ParameterTypeError:
    return _no_kernel(
        "kernels cannot be subtracted or negated: the result need not be a covariance",
        "add kernels, and multiply them with positive numbers",
    )
