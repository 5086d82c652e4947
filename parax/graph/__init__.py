"""The graph of an expression: a flat table of interned nodes, validated before it is compiled."""

from parax.graph._colours import coloured
from parax.graph._compute import as_value
from parax.graph._depth import check_depth
from parax.graph._evaluate import Feed, evaluate, run, values_of
from parax.graph._graph import Graph, same
from parax.graph._kinds import Kind, SlotKind
from parax.graph._masked import Masked, floating, holds_mask, is_masked, selected, settled
from parax.graph._masked import elementwise as elementwise_masked
from parax.graph._notes import program_notes
from parax.graph._pool import Pool
from parax.graph._protocol import Reader
from parax.graph._roll import rolled, unrolled
from parax.graph._rolled import Program
from parax.graph._routing import check_inputs, check_names, nobody_accepts, route
from parax.graph._skeleton import Skeleton, abstract, as_dynamic, split
from parax.graph._steps import Steps
from parax.graph._structure import Structure
from parax.graph._validate import Shapes, infer, raise_all, validate_structure

__all__ = [
    "Feed",
    "Graph",
    "Kind",
    "Masked",
    "Pool",
    "Program",
    "Reader",
    "Shapes",
    "Skeleton",
    "SlotKind",
    "Steps",
    "Structure",
    "abstract",
    "as_dynamic",
    "as_value",
    "check_depth",
    "check_inputs",
    "check_names",
    "coloured",
    "elementwise_masked",
    "evaluate",
    "floating",
    "holds_mask",
    "infer",
    "is_masked",
    "nobody_accepts",
    "program_notes",
    "raise_all",
    "rolled",
    "route",
    "run",
    "same",
    "selected",
    "settled",
    "split",
    "unrolled",
    "validate_structure",
    "values_of",
]
