"""Random graphs as plans: nodes that NumPy evaluates, and that operators are composed of.

A plan holds no operator: what checks types at run time draws random numbers, which Hypothesis does
not allow while it draws. `Growing` evaluates each node as it is added, so that it can leave out
what is badly conditioned: rounding would be magnified there beyond any tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st

from tests.agreement.modules import POINTS
from tests.agreement.values import Chosen, counting, whole

SHAPES = {
    (), (3,), (4,), (6,), (POINTS - 1,), (POINTS,), (2, POINTS), (3, 3), (POINTS, 2),
    (POINTS, 2, 2), (2, 2), (POINTS, 4), (4, POINTS),
}  # fmt: skip
"""Shapes that values may have: few, since each costs a compilation of what is computed eagerly."""
LARGEST = 400.0
NOISE = 1e-10
GAIN = 8.0
"""So many times may noise of the operands be magnified, relative to the largest value."""
TOLERANCE = 64 * float(jnp.finfo(jnp.result_type(float)).eps)
"""What roads may differ by, relative to the largest magnitude (X29)."""
ROWS = 3
"""Rows of the batch; the first is the module itself."""


@dataclass(frozen=True, repr=False, eq=False)
class Rule:
    """A use of a function or an operator.

    Args:
        name: what is counted.
        compose: gives the operator, of operators, numbers and arrays.
        oracle: gives NumPy's value of the operands' values; of a leaf, of the environment.
        ties: how far the nearest comparison, tie or branch is from being decided otherwise.
        size: the largest magnitude on the way, where that is not the value's: of a sum that of
            all terms.
        leaf: whether it is one.
    """

    name: str
    compose: Callable[..., Any]
    oracle: Callable[..., Any]
    ties: Callable[..., float] | None = None
    size: Callable[..., float] | None = None
    leaf: bool = False

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class Node:
    """One use of a rule: on which nodes, and with what keywords."""

    rule: Rule
    operands: tuple[int, ...]
    static: dict[str, Any]

    def __repr__(self) -> str:
        words = [f"#{one}" for one in self.operands]
        words += [f"{name}={value!r}" for name, value in self.static.items()]
        return f"{self.rule.name}({', '.join(words)})"


@dataclass
class Seen:
    """What NumPy makes of a graph: its values, how near a decision was, the largest magnitude."""

    values: list[Any] = field(default_factory=list)
    ties: float = np.inf
    largest: float = 0.0
    complex: bool = False
    masked: bool = False

    def add(self, node: Node, env: dict[str, Any], noise: np.random.Generator | None = None) -> Any:
        """Evaluate one more node; with noise, of a relative size that rounding never has."""
        rule, operands = node.rule, [self.values[one] for one in node.operands]
        with np.errstate(all="ignore"):
            value = rule.oracle(*((env,) if rule.leaf else operands), **node.static)
            ties = rule.ties(*operands, **node.static) if rule.ties else np.inf
            size = rule.size(*operands, **node.static) if rule.size else 0.0
        if not isinstance(value, Chosen):
            value = np.asarray(value)
        if noise is not None:
            value = _noisy(value, noise)
        known = np.abs(counting(value)) if whole(value).dtype.kind != "b" else np.zeros(1)
        known = known[np.isfinite(known)]
        self.values.append(value)
        self.ties = min(self.ties, ties)
        self.largest = max(self.largest, size, float(known.max(initial=0.0)))
        self.complex |= whole(value).dtype.kind == "c"
        self.masked |= isinstance(value, Chosen)
        return value


def _noisy(value: Any, noise: np.random.Generator) -> Any:
    array = whole(value)
    if array.dtype.kind not in "fc":
        return value
    array = array * (1 + NOISE * noise.uniform(-1, 1, array.shape))
    return Chosen(array, value.mask, value.axes) if isinstance(value, Chosen) else array


@dataclass(frozen=True, repr=False)
class Plan:
    """A graph: its nodes, operands first, and which of them are its outputs."""

    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]

    def see(self, env: dict[str, Any]) -> Seen:
        """Evaluate with NumPy."""
        seen = Seen()
        for node in self.nodes:
            seen.add(node, env)
        return seen

    def compose(self, own: Any) -> list[Any]:
        """Give the operators of the outputs.

        Args:
            own: the expression's own Parameter.
        """
        made: list[Any] = []
        for node in self.nodes:
            operands = [made[one] for one in node.operands]
            made.append(node.rule.compose(*((own,) if node.rule.leaf else operands), **node.static))
        return [made[one] for one in self.outputs]

    def names(self, outputs: Sequence[int] | None = None) -> set[str]:
        """Give what is used in it, or in some of its outputs."""
        needed = set(self.outputs if outputs is None else outputs)
        for one in range(len(self.nodes) - 1, -1, -1):
            if one in needed:
                needed.update(self.nodes[one].operands)
        return {self.nodes[one].rule.name for one in needed}

    @property
    def depth(self) -> int:
        """The length of the longest chain of operators."""
        depths: list[int] = []
        for node in self.nodes:
            below = max((depths[one] for one in node.operands), default=-1)
            depths.append(below + 1)
        return max(depths[one] for one in self.outputs)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # Hypothesis would show every field

    def __repr__(self) -> str:
        lines = [f"  #{i} = {node!r}" for i, node in enumerate(self.nodes)]
        return "\n".join(["Plan:", *lines, f"  outputs {list(self.outputs)}"])


class Growing:
    """A graph while it is drawn.

    Args:
        draw: what Hypothesis draws with.
        envs: the values of leaves, one environment a row of the batch.
    """

    def __init__(self, draw: Callable[..., Any], envs: Sequence[dict[str, Any]]) -> None:
        self._draw = draw
        self._envs = [*envs, envs[0]]
        self._noise = np.random.default_rng(11)
        self._rows = [Seen() for _ in self._envs]
        self._used: set[int] = set()
        self._plain: set[int] = set()
        self._ended: list[int] = []
        self.nodes: list[Node] = []

    # --- Drawing ---------------------------------------------------------------------------------

    def choice(self, options: Sequence[Any]) -> Any:
        return options[self._draw(st.integers(0, len(options) - 1))]

    def chance(self, of: int) -> bool:
        """Tell whether something happens that does once in so many times; of 0 never."""
        return bool(of) and self._draw(st.integers(0, of - 1)) == of - 1

    def count(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def literal(self, low: float = -2.0, high: float = 2.0) -> float:
        """Give a number that no computation meets by chance."""
        share = self._draw(st.integers(0, 996)) / 997
        return low + (high - low) * (share * 0.98 + 0.01)

    # --- Adding ----------------------------------------------------------------------------------

    def add(
        self, rule: Rule, *operands: int, hidden: bool = False, ends: bool = False, **static: Any
    ) -> int | None:
        """Add a node and give its number; None if it is no good, and was left out.

        Args:
            rule: what it is.
            operands: the nodes that it is of.
            hidden: it may hold NaN and infinities, and is not picked as an operand.
            ends: it may hold NaN, and is then an output.
            static: keywords.
        """
        node = Node(rule, operands, static)
        before = [(one.ties, one.largest, one.complex, one.masked) for one in self._rows]
        values: list[Any] = []
        try:
            for seen, env in zip(self._rows, self._envs, strict=True):
                noise = self._noise if seen is self._rows[-1] else None
                values.append(seen.add(node, env, noise))
        except np.linalg.LinAlgError:  # a singular matrix
            self._take_back(before)
            return None
        known = [counting(value) for value in values]
        finite = all(np.all(np.isfinite(one)) for one in known)
        if not self._is_good(values) or not (finite or hidden or ends):
            self._take_back(before)
            return None
        self.nodes.append(node)
        self._used.update(operands)
        here = len(self.nodes) - 1
        if ends and not finite:
            self._ended.append(here)
            return None
        if not hidden:
            self._plain.add(here)
        return here

    def _take_back(self, before: Sequence[tuple[Any, ...]]) -> None:
        for seen, was in zip(self._rows, before, strict=True):
            del seen.values[len(self.nodes) :]
            seen.ties, seen.largest, seen.complex, seen.masked = was

    def _is_good(self, values: Sequence[Any]) -> bool:
        first, noisy = whole(values[0]), whole(values[-1])
        if first.shape not in SHAPES or any(whole(one).shape != first.shape for one in values):
            return False
        largest = max(seen.largest for seen in self._rows)
        if largest > LARGEST or min(one.ties for one in self._rows) <= 2 * TOLERANCE * largest:
            return False
        if isinstance(values[0], Chosen):
            first, noisy = first[values[0].mask], noisy[values[0].mask]
        if first.dtype.kind not in "fc":
            return bool(np.all(first == noisy))
        with np.errstate(all="ignore"):
            apart = np.abs(first - noisy)
        return not np.any(apart > GAIN * NOISE * self._rows[0].largest)

    def must(self, node: int | None) -> int:
        """Give a node that was added; leave what is being added if it was not."""
        if node is None:
            raise Unfit
        return node

    # --- Looking for operands --------------------------------------------------------------------

    def value(self, node: int) -> Any:
        """Give a node's value in the first row."""
        return self._rows[0].values[node]

    def find(self, fits: Callable[[Any], bool]) -> int | None:
        """Give a node whose value fits, one that is not used yet if possible; or None."""
        found = [one for one in sorted(self._plain) if fits(self.value(one))][::-1]
        fresh = [one for one in found if one not in self._used]
        if not found:
            return None
        return self.choice(fresh if fresh and not self.chance(3) else found)

    def outputs(self) -> tuple[int, ...]:
        """Give what is used by nothing else."""
        left = [one for one in sorted(self._plain) if one not in self._used]
        ends = [one for one in left if self.nodes[one].operands][-5:] or left[-1:]
        return tuple(dict.fromkeys((*ends, *self._ended[-2:])))

    def finish(self, outputs: Sequence[int]) -> Plan:
        """Give the plan of what the outputs need."""
        needed = set(outputs)
        for one in range(len(self.nodes) - 1, -1, -1):
            if one in needed:
                needed.update(self.nodes[one].operands)
        place = {old: new for new, old in enumerate(sorted(needed))}
        nodes = tuple(
            Node(node.rule, tuple(place[one] for one in node.operands), node.static)
            for old in sorted(needed)
            for node in (self.nodes[old],)
        )
        return Plan(nodes, tuple(place[one] for one in outputs))


class Unfit(Exception):  # noqa: N818
    """What was being added does not fit here."""


def gaps(*arrays: Any) -> float:
    """Give the least distance of two different elements of one array."""
    least = np.inf
    for array in arrays:
        flat = np.sort(counting(array))
        if flat.dtype.kind == "f" and flat.size > 1:
            least = min(least, float(np.diff(flat).min()))
    return least


def distance(x: Any, to: Any = 0.0) -> float:
    """Give the least distance of an element to a number; infinite of whole numbers."""
    array = whole(x)
    if array.dtype.kind not in "fc" or not array.size:
        return np.inf
    apart = np.abs(array - whole(to))
    apart = apart[np.isfinite(apart)]
    return float(apart.min(initial=np.inf))
