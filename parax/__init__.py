"""parax: write an objective, and have it run fast.

Every public name is loaded when it is first used, so that the command line starts without JAX.
What type checkers see of it stands in `__init__.pyi`; a test holds the two together.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_ROOMS = {
    "parax.api": "compile problem",
    "parax.artefacts": "ExportedFunction ExportedProblem export load_exported",
    "parax.distributions": "ModuleDistribution",
    "parax.dsl": "Vocabulary find_vocabulary parse",
    "parax.engine": "cache_info clear_cache set_cache_size synchronous_dispatch",
    "parax.errors": """BoundsError CompileError CorruptFileError DistributionError
        DuplicateNameError EmptyRangeWarning GraphError LimitError MissingExtraError
        MissingInputError MissingParameterError NoTrainableParametersError NonFiniteError
        OperatorAttributeError OperatorError OperatorIndexError OperatorTypeError
        ParameterBoundsWarning ParameterTypeError ParameterValueError ParaxError ParaxNameError
        ParaxSyntaxError ParaxTypeError PrecisionWarning ScanError SerializationError
        SerializationTypeError TouchstoneError UnitError UnknownParameterError UnknownSubmoduleError
        UpdateError""",
    "parax.goals": "Goal",
    "parax.limits": "Limits",
    "parax.module": "Module diff feature field partition",
    "parax.op": "Operator OpInputs OpOutputs",
    "parax.parameters": """CenteredUniform Fixed Free Normal Parameter ParameterMetadata
        ParameterGroup RelativeNormal RelativeUniform Uniform as_param is_fixed_param is_free_param
        is_param is_valid_param""",
    "parax.problems": "Compiled Problem",
    "parax.serialization": "load register_callable save",
    "parax.training": """Optimizer build_update_fn grad parameters_method scan update_parameters
        value_and_grad""",
    "parax.units": "quantity",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}
_SUBMODULES = (
    "api", "artefacts", "bounds", "constants", "debug", "distributions", "dsl", "engine", "errors",
    "functions", "goals", "graph", "kernels", "limits", "module", "op", "parameters",
    "problems", "rf", "serialization", "training", "units", "utils", "wrappers",
)  # fmt: skip

__all__ = [*_HOME, *_SUBMODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in _SUBMODULES:
        return importlib.import_module(f"parax.{name}")
    raise AttributeError(f"module 'parax' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
