"""A graph made ready for inputs of one kind: validated, its free arrays known (G2, X13)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from parax._collector import no_collection
from parax.engine._cache import executables, validated
from parax.engine._chunks import widest
from parax.engine._executable import Executable, executable
from parax.engine._free import Argument, Free, filled_in, find_free, free_names, require_free
from parax.engine._given import Given, require_data
from parax.engine._history import Variant
from parax.engine._lower import REWRITES, Signature, context_key
from parax.engine._modes import ALONG, SCALAR, Mode, is_forward
from parax.engine._objective import chosen_output, require_inexact, require_objective
from parax.engine._sparsity import compression
from parax.errors import ParameterValueError
from parax.graph import Graph, Program, abstract, check_depth, rolled, split, validate_structure
from parax.parameters import is_concrete

_KEPT = 256  # kinds of inputs that one expression remembers


@dataclass(frozen=True, eq=False)
class Specialised:
    """A graph with a signature that it was validated for; holds no array of the inputs.

    Args:
        graph: the expression.
        signature: what the executables are made for.
        program: what they compute.
        free: which arrays are free.
        outputs: the outputs' shapes and dtypes.
        width: the bytes of the widest value in it.
        batch: how many models come at once; None for one.
        cache: whether executables are shared.
    """

    graph: Graph
    signature: Signature
    program: Program
    free: Free
    outputs: Any
    width: int
    batch: int | None
    cache: bool
    _known: dict[Variant, Executable] = field(default_factory=dict, repr=False)
    _ready: dict[Hashable, Any] = field(default_factory=dict, repr=False)
    _found: set[Variant] = field(default_factory=set, repr=False)

    def executable(
        self, mode: Mode, *, of: str | None = None, vector: bool = False, batch: int | None = None
    ) -> Executable:
        """Give what computes a mode, traced if it is not known yet.

        Raises:
            OperatorError: there is no such output, or a gradient was asked for of what is not one
                real number.
            NoTrainableParametersError: a gradient was asked for and nothing is free.
        """
        key = Variant(mode, of, vector, batch)
        known = self._known.get(key)
        if known is None:
            output = chosen_output(self.outputs, of)
            if mode in SCALAR:
                require_objective(self.graph, self.outputs, of)
            elif mode == "jacobian":
                require_inexact(self.graph, self.outputs, of)
            if mode != "value":
                require_free(self.free)
            sparse = mode == "jacobian" and "sparsity" in self.signature.rewrites
            misses = executables.info().misses
            known = executable(
                self.signature,
                self.program,
                mode,
                of=of,
                vector=vector,
                batch=self.batch if batch is None else batch,
                forward=is_forward(sum(self.signature.sizes), output),
                width=self.width,
                compression=compression(self.graph, self.signature, self.outputs, of)
                if sparse
                else None,
                cache=self.cache,
            )
            self._known[key] = known
            if self.cache and executables.info().misses == misses:
                self._found.add(key)
        return known

    def explained(self) -> list[str]:
        """Say of each executable how it came about: one text each, of several lines."""
        return [
            explained(variant, known, found=variant in self._found)
            for variant, known in self._known.items()
        ]

    def order(self, executable: Executable, mode: Mode) -> list[int]:
        """Give which arrays of a call, the expression's own, and a direction's it takes."""
        signature = self.signature
        count = len(signature.types)
        end = count + len(signature.fixed_types) - len(signature.fixed)
        others = [*signature.fixed, *range(count, end)]
        if executable.takes_vector:  # in place of the free arrays
            return [others[place - 1] for place in executable.taken]
        along = range(end, end + len(signature.free)) if mode in ALONG else ()
        every = [*signature.free, *along, *others]
        return [every[place] for place in executable.taken]

    def run(self, mode: Mode, of: str | None, arrays: Sequence[Any]) -> Any:
        """Compute a mode on the arrays of a call, the expression's own, and a direction's."""
        ready = self._ready.get((mode, of))
        if ready is None:
            executable = self.executable(mode, of=of)
            ready = executable.run, self.order(executable, mode)
            if all(map(is_concrete, arrays)):
                executable.compile()
                self._ready[mode, of] = ready
        run, order = ready
        return run(*[arrays[place] for place in order])

    def as_tree(self, gradient: list[Any]) -> Any:
        """Arrange the gradient like the model's trainable part, None elsewhere (T1).

        If the expression has free Parameters of its own it is a pair, with the tuple of theirs.
        """
        count = len(gradient) - self.free.own
        tree = self.free.tree.unflatten(gradient[:count])
        return (tree, tuple(gradient[count:])) if self.free.own else tree

    def as_trees(self, derivatives: Any, of: str | None, depth: int = 1) -> Any:
        """Arrange what is given for each output like `as_tree`.

        Args:
            derivatives: the outputs, each with a list for the free arrays in place of its leaves.
            of: the output, of several.
            depth: how often lists are nested: 2 for second derivatives.
        """
        outputs = jax.tree_util.tree_structure(chosen_output(self.outputs, of))
        return outputs.unflatten(
            [self._nested(own, depth) for own in outputs.flatten_up_to(derivatives)]
        )

    def _nested(self, lists: list[Any], depth: int) -> Any:
        if depth > 1:
            lists = [self._nested(own, depth - 1) for own in lists]
        return self.as_tree(lists)

    def directions(self, vector: Any) -> list[jax.Array]:
        """Give the arrays of a direction: a tree as gradients are.

        Raises:
            ParameterValueError: it has another structure, or other shapes.
        """
        wanted = [(jnp.shape(one), one.dtype) for one in self.signature.free_types]
        expected = self.as_tree(list(range(len(wanted))))
        if jax.tree_util.tree_structure(vector) != jax.tree_util.tree_structure(expected):
            raise ParameterValueError(
                "the direction has another structure than the free parameters",
                hint="give a tree as `gradient(…)` gives it",
            )
        given = jax.tree_util.tree_leaves(vector)
        for one, (shape, _) in zip(given, wanted, strict=True):
            if jnp.shape(one) != shape:
                raise ParameterValueError(
                    f"the direction has an array of shape {jnp.shape(one)} for one of shape {shape}"
                )
        return [jnp.asarray(one, dtype) for one, (_, dtype) in zip(given, wanted, strict=True)]


def explained(variant: Variant, executable: Executable, *, found: bool) -> str:
    """Say how an executable came about."""
    if found:
        return f"{variant}: found in the cache"
    seconds = f"traced in {executable.trace_seconds:.2g} s"
    if executable.compile_seconds:
        seconds += f", compiled in {executable.compile_seconds:.2g} s"
    notes = "".join(f"\n  {note}" for note in executable.notes)
    return f"{variant}: {seconds}{notes}\n  because: {executable.why}"


class Specialiser:
    """Remembers, for one expression, what it was specialised for.

    Args:
        graph: the expression.
        cache: whether executables are shared with equal expressions.
        rewrites: the names of the rewrites that are made.
    """

    def __init__(self, graph: Graph, *, cache: bool, rewrites: tuple[str, ...] = REWRITES) -> None:
        self._graph = graph
        self._cache = cache
        self._rewrites = rewrites
        self._known: dict[Hashable, Specialised] = {}

    def __call__(
        self, call: Given, argument: Argument = None, *, batched: bool = False
    ) -> Specialised:
        """Give what is known for the inputs of a call, found now if it is the first of its kind.

        Args:
            call: the inputs; arrays may be `jax.ShapeDtypeStruct`.
            argument: what to differentiate, if not the free parameters.
            batched: whether the free arrays have one more axis, the first.

        Raises:
            ParaxError: all that is wrong, together, each with its place in the text.
        """
        key = (call.key, argument, batched, context_key())
        known = self._known.get(key)
        if known is None:
            known = self._make(call, argument, batched=batched)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = known
        return known

    def explain(self) -> str:
        """Say what was compiled so far, and why."""
        texts = [text for made in self._known.values() for text in made.explained()]
        return "\n".join(texts) if texts else "nothing is compiled yet"

    def _make(self, call: Given, argument: Argument, *, batched: bool) -> Specialised:
        graph = self._graph
        require_data(call, graph.inputs())
        free = find_free(graph, call, argument)
        args, inputs = abstract(call.with_arrays())
        types, skeleton = split((args, inputs))
        types += abstract([array for own in graph.arrays for array in own])
        batch = None
        if batched:
            require_free(free)
            types, batch = _unstacked(types, free.positions)
            args, inputs = skeleton.join(types[: skeleton.arrays])
        signature = Signature(
            graph.structure, skeleton, tuple(types), free.positions, self._rewrites
        )
        graph.feed(
            args, inputs
        )  # names and keywords are this text's own, whatever was valid before
        if free.own:
            free_names(graph, filled_in(call.plain()[0]))  # a clash is found now

        @no_collection()
        def validate() -> Any:
            validate_structure(graph.structure)
            shapes = graph.infer(args, inputs)
            program = rolled(graph.structure, shapes.values, self._rewrites)
            check_depth(program)
            return shapes.outputs, program, widest(shapes.values)

        outputs, program, width = validated.get(signature.key, validate)
        return Specialised(graph, signature, program, free, outputs, width, batch, self._cache)


def _unstacked(
    types: list[jax.ShapeDtypeStruct], free: tuple[int, ...]
) -> tuple[list[jax.ShapeDtypeStruct], int]:
    """Give the types of one model of a stack, and how many there are."""
    counts = {types[position].shape[:1] for position in free}
    if len(counts) != 1 or counts == {()}:
        shapes = ", ".join(sorted({str(types[position].shape) for position in free}))
        raise ParameterValueError(
            f"the free arrays of a batch have one first axis of the same length, got {shapes}",
            hint="stack models, for instance with `jax.vmap` over what makes one",
        )
    own = set(free)
    return [
        jax.ShapeDtypeStruct(one.shape[1:], one.dtype, weak_type=one.weak_type) if i in own else one
        for i, one in enumerate(types)
    ], next(iter(counts))[0]
