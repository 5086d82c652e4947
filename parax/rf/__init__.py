"""RF models, sweeps, networks, building blocks, and the vocabulary of microwave engineers.

Beside the names below each name of the vocabulary is one of this module's: `rf.S21`, `rf.S(2, 1)`,
`rf.freq`, `rf.dB`.
"""

from typing import TYPE_CHECKING

from parax.rf._spelling import all_names as __dir__  # noqa: F401 - asked for by Python
from parax.rf._spelling import by_name as __getattr__  # noqa: F401 - asked for by Python
from parax.rf._vocabulary import vocabulary

if TYPE_CHECKING:
    from parax.rf._examples import Ladder, example, example_model
    from parax.rf._model import Model
    from parax.rf._network import Network
    from parax.rf._operators import Frequency, ModelInput, Scattering, SParameter, SweepInput
    from parax.rf._sweep import Sweep, as_sweep, parse_sweep
    from parax.rf._twoport import cascade, line, series, shunt, transformer

__all__ = [
    "Frequency",
    "Ladder",
    "Model",
    "ModelInput",
    "Network",
    "SParameter",
    "Scattering",
    "Sweep",
    "SweepInput",
    "as_sweep",
    "cascade",
    "example",
    "example_model",
    "line",
    "parse_sweep",
    "series",
    "shunt",
    "transformer",
    "vocabulary",
]
