"""Which leaf operator is called with which keyword (X11), and what a text's names clash with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from parax._diagnostic import did_you_mean, quoted
from parax.errors import OperatorTypeError, ParaxError
from parax.graph._structure import Structure


def route(
    structure: Structure, args: tuple[Any, ...], inputs: dict[str, Any]
) -> list[dict[str, Any]]:
    """Give, for each leaf operator in order, the keywords that it is called with.

    A keyword that an input claims is consumed by it; the others go to each leaf whose signature
    accepts them.

    Raises:
        OperatorTypeError: a keyword that nobody accepts; suggests close ones.
    """
    operators = [structure.payloads[node] for node in structure.calls]
    claims = [operator.claimed_keyword() for operator in operators]
    claimed = set(claims) - {None}
    others = {name: value for name, value in inputs.items() if name not in claimed}
    routed: list[dict[str, Any]] = []
    known: set[str] = {name for name in claims if name is not None}
    anything = False
    for node, operator, claim in zip(structure.calls, operators, claims, strict=True):
        if operator.sees_all_inputs:
            routed.append(dict(inputs))
        elif operator.shares_inputs:
            names = operator.accepted_keywords(args)
            anything = anything or names is None
            known |= names or set()
            routed.append({k: v for k, v in inputs.items() if names is None or k in names})
        elif claim is not None:
            routed.append({claim: inputs[claim]} if claim in inputs else {})
        elif not others:
            routed.append({})
        else:
            try:
                accepted = operator.accepted_keywords(args)
            except ParaxError as error:
                raise error.located(structure.spans[node]) from error.__cause__
            anything = anything or accepted is None
            known |= accepted or set()
            routed.append({k: v for k, v in others.items() if accepted is None or k in accepted})
    unknown = [] if anything else [name for name in others if name not in known]
    if unknown:
        raise nobody_accepts(unknown[0], known)
    return routed


def accepted(structure: Structure, args: Sequence[Any]) -> frozenset[str] | None:
    """Give the names of the keywords that some leaf operator takes; None for all."""
    found: set[str] = set()
    for node in structure.calls:
        operator = structure.payloads[node]
        claim = operator.claimed_keyword()
        names = {claim} if claim is not None else operator.accepted_keywords(args)
        if names is None:
            return None
        found |= names
    return frozenset(found)


def nobody_accepts(name: str, known: Collection[str]) -> OperatorTypeError:
    """Make the error for a keyword that nothing takes; suggests close ones."""
    listed = ", ".join(quoted(one, 30) for one in sorted(known)[:8])
    return OperatorTypeError(
        f"nothing in the expression takes an input {quoted(name)}",
        hint=did_you_mean(name, known)
        or (f"its inputs are {listed}" if listed else None)
        or "it has no inputs",
    )


def check_names(structure: Structure, args: tuple[Any, ...]) -> None:
    """Refuse a bare vocabulary name that the model has too: nothing is shadowed (L30)."""
    if args:
        for name, span, operator in structure.names:
            try:
                operator.check_name(name, args)
            except ParaxError as error:
                raise error.located(span) from error.__cause__


def check_inputs(structure: Structure, args: tuple[Any, ...], inputs: dict[str, Any]) -> None:
    """Let operators refuse concrete inputs before the run."""
    for node in structure.checkers:
        try:
            structure.payloads[node].check_inputs(args, inputs)
        except ParaxError as error:
            raise error.located(structure.spans[node]) from error.__cause__
