"""Problems: what optimisers and samplers see of an objective."""

from parax.problems._blueprint import Blueprint, blueprint
from parax.problems._compiled import Compiled
from parax.problems._inputs import merged_inputs
from parax.problems._problem import Problem

__all__ = ["Blueprint", "Compiled", "Problem", "blueprint", "merged_inputs"]
