"""`Model`: a convenient base of RF models. Nothing has to inherit from it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import jax

from parax.dsl import Vocabulary
from parax.module import Module
from parax.rf._vocabulary import vocabulary as rf_vocabulary


class Model(Module):
    """A Module whose users expect the RF vocabulary, with ports of 50 ohm.

    Any object with `s(sweep)` is an RF model; this base adds parameters with names, the vocabulary
    with which a text about the model is read, and the reference impedance.

    Example:
        >>> from parax import rf
        >>> from parax.parameters import Parameter
        >>> class Resistor(Model):
        ...     R: Parameter = 50.0
        ...
        ...     def s(self, sweep):
        ...         z = self.R + 0j * sweep.f
        ...         return rf.abcdtos(rf.series(z), self.z0)
        >>> Resistor().s(rf.Sweep([1e9]))[0, 1, 0].real.round(6).tolist()
        0.666667
    """

    vocabulary: ClassVar[Vocabulary] = rf_vocabulary
    z0: ClassVar[Any] = 50.0

    @abstractmethod
    def s(self, sweep: Any) -> jax.Array:
        """Give the scattering matrices on a sweep.

        Args:
            sweep: any object with `f` [Hz], shape `(F,)`.

        Returns:
            Complex array, shape `(F, N, N)`, indices frequency, to, from.
        """
