"""Goals: comparisons that an expression should meet, as costs."""

from parax.goals._empty import require_points
from parax.goals._goal import Goal
from parax.goals._losses import Loss, gaussian, huber
from parax.goals._penalty import Penalty
from parax.goals._weights import require_weights

__all__ = ["Goal", "Loss", "Penalty", "gaussian", "huber", "require_points", "require_weights"]
