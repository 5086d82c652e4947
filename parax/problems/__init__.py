"""Problems: what optimisers and samplers see of an objective."""

from parax.problems._compiled import Compiled
from parax.problems._inputs import merged_inputs
from parax.problems._problem import Problem

__all__ = ["Compiled", "Problem", "merged_inputs"]
