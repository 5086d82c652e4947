"""Problems: what optimisers and samplers see of an objective."""

from parax.problems._compiled import Compiled, merged_inputs
from parax.problems._problem import Problem

__all__ = ["Compiled", "Problem", "merged_inputs"]
