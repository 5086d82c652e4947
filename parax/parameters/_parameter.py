"""`Parameter`: a number or array with a name, bounds, a transform and a distribution."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import equinox as eqx
from wadler_lindig import TextDoc

from parax._abstract import AbstractBounded, AbstractUnwrappable
from parax.parameters._array import ArrayProtocol
from parax.parameters._checks import as_float_array, check_fit, warn_outside
from parax.parameters._described import Described, label_of
from parax.parameters._limits import scaled_bounds, unwrapped
from parax.parameters._metadata import ParameterMetadata, metadata_from, with_notes
from parax.parameters._rebuild import changed, rebuild, restore, state_of
from parax.parameters._repeat import repeat_metadata, repeated, target_shape
from parax.parameters._show import show_parameter
from parax.parameters._spaces import inverted, physical
from parax.parameters._split import split
from parax.parameters._transforms import transformed, with_distribution, with_transform
from parax.parameters._values import no_parameter, require_one, stated_quantity, with_physical


class Parameter(ArrayProtocol, Described, AbstractBounded[Any], AbstractUnwrappable[Any]):
    """A value that a model may let an optimiser change; immutable.

    It is stored as `latent_value`, without constraints. Its `transform` makes of this the physical
    `value`, which `bounds` and `distribution` speak of. Computations see the scaled value,
    `value * scale`: a Parameter can stand wherever a JAX array can, and gives plain arrays.

    Args:
        value: the physical value: a number, an array, a nested list of numbers, or a quantity
            such as `"8 nH"`, which is the value 8 and the unit nH.
        fixed: whether optimisers leave it alone.
        metadata: everything else in one object; the keywords below win over it.
        n: repeat value and bounds this often along a new first axis, and number the name.
        latent_value: instead of `value`, the value before the transform.
        shape: instead of `n`, broadcast the value to this shape, an integer or a tuple.
        **kwargs: `name`, `distribution`, `transform`, `bounds`, `scale`, `unit` and `info` as in
            `ParameterMetadata`; any other keyword is a remark and goes to `info`.

    Raises:
        ParameterValueError: no value or two, bad bounds or scale, a value that the transform does
            not reach.
        ParameterTypeError: no real number; a wrong distribution or transform; a keyword that was
            surely meant to be another.

    Warns:
        ParameterBoundsWarning: the value lies outside its bounds; it is kept.

    Example:
        >>> p = Parameter([1.0, 2.0, 3.0], scale=2.0, name="a")
        >>> (p + 1).tolist(), p.value.tolist(), p.name
        ([3.0, 5.0, 7.0], [1.0, 2.0, 3.0], 'a')
    """

    # Equinox makes a PyTree of every bound method, at the price of Python code on each access of
    # any attribute. A Parameter's methods are no functions to differentiate, and thousands of
    # Parameters are read at once.
    __getattribute__ = object.__getattribute__

    latent_value: Any  # an array; None on the half of a partition that does not hold it
    fixed: bool = eqx.field(static=True)
    metadata: ParameterMetadata | None

    def __init__(
        self,
        value: Any = None,
        fixed: bool = False,
        metadata: Any = None,
        n: Any = None,
        *,
        latent_value: Any = None,
        shape: Any = None,
        **kwargs: Any,
    ) -> None:
        require_one(value, latent_value)
        if isinstance(value, str):
            value = stated_quantity(value, kwargs, metadata)
        metadata = metadata_from(metadata, kwargs)
        is_physical = latent_value is None
        array = (
            as_float_array(no_parameter(value), "`value`")
            if is_physical
            else as_float_array(no_parameter(latent_value), "`latent_value`")
        )
        if n is not None or shape is not None:
            old, array = array.shape, repeated(array, target_shape(array.shape, n, shape))
            if metadata is not None:
                metadata = repeat_metadata(metadata, old, array.shape, n)
        if is_physical and metadata is not None:
            array = inverted(metadata.transform, array)
        self.latent_value, self.fixed, self.metadata = array, bool(fixed), metadata
        if metadata is None:
            return
        bounds = metadata.bounds
        if bounds is not None or isinstance(metadata._notes.name, list):
            check_fit(array.shape, metadata._notes.name, bounds)
        if bounds is not None:
            warn_outside(physical(self), bounds, label_of(self))

    def with_name(self, name: Any) -> Parameter:
        """Give a copy under another name: a string, one for each element in C order, or None.

        Raises:
            ParameterValueError: a list of names whose length is not the number of elements.
            ParameterTypeError: neither a string nor a list of strings.
        """
        metadata = with_notes(self.metadata, name=name)
        check_fit(self.shape, metadata._notes.name, None)
        return changed(self, metadata=metadata)

    def with_value(self, value: Any) -> Parameter:
        """Give a copy with another physical value.

        Args:
            value: a number, an array or a list that broadcasts to the present shape; or a
                quantity such as `"9 nH"`, which is converted into the parameter's unit.

        Raises:
            ParameterValueError: another shape, a quantity of another dimension, or a value that
                the transform does not reach.
            ParameterTypeError: no real number, or a transform that cannot be inverted.

        Warns:
            ParameterBoundsWarning: the value lies outside the bounds.

        Example:
            >>> Parameter([1.0, 2.0]).with_value(3.0).value.tolist()
            [3.0, 3.0]
        """
        return with_physical(self, value)

    def with_distribution(self, distribution: Any) -> Parameter:
        """Give a copy with another distribution of the physical value.

        Raises:
            ParameterTypeError: it is no distribution of distreqx.
            ParameterValueError: the transform is a function, which goes with no distribution.
        """
        return with_distribution(self, distribution)

    def with_transform(self, transform: Any) -> Parameter:
        """Give a copy with another transform of the same latent value.

        The physical value changes; bounds and distribution stay as they are.

        Raises:
            ParameterTypeError: it is no bijector of distreqx.

        Warns:
            ParameterBoundsWarning: the new value lies outside the bounds.

        Example:
            >>> from distreqx.bijectors import ScalarAffine
            >>> float(Parameter(2.0).with_transform(ScalarAffine(1.0, 2.0)).value)
            5.0
        """
        return with_transform(self, transform)

    def transformed(self, transform: Any) -> Parameter:
        """Give a copy whose physical value is a transform of the present one.

        The latent value stays. Bounds and distribution go through the transform with the value.

        Raises:
            ParameterTypeError: it is no bijector of distreqx, the present transform is a function,
                or there are bounds and the transform mixes elements.

        Example:
            >>> from distreqx.bijectors import ScalarAffine
            >>> p = Parameter(1.0, bounds=(0, 2)).transformed(ScalarAffine(0.0, -1.0))
            >>> float(p.value), p.bounds.tolist()
            (-1.0, [-2.0, 0.0])
        """
        return transformed(self, transform)

    def flattened(self, separator: str = "_") -> list[Parameter]:
        """Take a parameter apart into scalar ones, in C order; a scalar is itself.

        Args:
            separator: stands between a name and the number of the element.

        Raises:
            DistributionError: a joint distribution, which no element has for itself.
            ParameterTypeError: a transform that mixes elements.

        Example:
            >>> [p.name for p in Parameter([[1.0, 2.0], [3.0, 4.0]], name="v").flattened(".")]
            ['v.0', 'v.1', 'v.2', 'v.3']
        """
        return split(self, separator)

    def copy(self) -> Parameter:
        """Give another object with the same content."""
        return changed(self)

    def as_fixed(self) -> Parameter:
        """Give a copy that optimisers leave alone."""
        return changed(self, fixed=True)

    def as_free(self) -> Parameter:
        """Give a copy that optimisers may change."""
        return changed(self, fixed=False)

    def unwrap(self) -> Any:
        """Give the scaled value, without a gradient if fixed; one half of a partition stays.

        Example:
            >>> float(Parameter(2.0, scale=3.0).unwrap())
            6.0
        """
        return unwrapped(self)

    def lower_upper(self) -> tuple[Any, Any]:
        """Give the bounds of the scaled value: two arrays of its shape, infinite without bounds.

        Raises:
            BoundsError: one half of a partition, which has no value.

        Example:
            >>> [limit.tolist() for limit in Parameter([1.0, 2.0], bounds=(0, 5)).lower_upper()]
            [[0.0, 0.0], [5.0, 5.0]]
        """
        return scaled_bounds(self)

    def __repr__(self) -> str:
        return show_parameter(self)

    def __pdoc__(self, **_: Any) -> TextDoc:  # what Equinox asks for inside a Module
        return TextDoc(show_parameter(self))

    def to_json(self) -> str:
        """Give a JSON object with everything that the parameter is, bit for bit.

        Raises:
            SerializationTypeError: a transform or a remark that no text can name, such as a lambda.

        Example:
            >>> p = Parameter(3.0, name="u", info={"part": "0402"})
            >>> q = Parameter.from_json(p.to_json())
            >>> float(q), q.name, q.info
            (3.0, 'u', {'part': '0402'})
        """
        from parax.parameters._json import to_json  # stands on rooms that stand on this one

        return to_json(self)

    @classmethod
    def from_json(cls, text: str, *, trusted_modules: Iterable[str] = ()) -> Parameter:
        """Make a parameter of what `to_json` gave.

        Args:
            text: the JSON text.
            trusted_modules: names of modules that may be imported to find classes in, and whose
                functions may be loaded; the text itself imports nothing.

        Raises:
            SerializationError: a malformed text, an unknown key or format; names the key.
            SerializationTypeError: a class or function is missing or of the wrong kind.

        Warns:
            PrecisionWarning: 64 bit was saved, and JAX holds 32 bit here.
        """
        from parax.parameters._json import from_json

        return from_json(cls, text, trusted_modules)

    def __deepcopy__(self, memo: object) -> Parameter:
        return rebuild(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (type(self), state_of(self))
