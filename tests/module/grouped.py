"""Models with groups, and random trees of them."""

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

from random import Random

import jax.numpy as jnp
import numpy as np
from distreqx.distributions import MultivariateNormalDiag, Normal

from parax.module import Module, field
from parax.parameters import Fixed, Parameter, ParameterGroup
from tests.module.models import Aff


class Quad(Module):
    a: Parameter = 1.2
    b: Parameter = 0.8
    c: Parameter = Fixed(0.0)

    def __post_init__(self):
        self._param_groups = [ParameterGroup(["a", "b"], distribution=normal(2))]


class Mod(Module):
    aff: Aff
    quad: Quad
    vec: Parameter = jnp.array([10.0, 0.0, -10.0])


class Branch(Module):
    """All the ways in which names come about."""

    vec: Parameter
    lst: list
    dct: dict
    hidden: Module | None = field(default=None, transparent=True)
    p: Parameter = 1.0


class Hidden(Module):
    inside: Parameter = 2.0
    more: Parameter = Fixed(3.0)


def normal(count: int) -> Normal:
    return Normal(jnp.arange(float(count)), jnp.arange(1.0, count + 1.0))


def joint(count: int) -> MultivariateNormalDiag:
    return MultivariateNormalDiag(jnp.zeros(count), jnp.ones(count))


SCALAR = Normal(0.0, 1.0)
NORMALS = {count: normal(count) for count in range(1, 5)}
JOINTS = {count: joint(count) for count in range(1, 5)}


def mod() -> Mod:
    return Mod(Aff(), Quad())


def members(groups: list[ParameterGroup]) -> list[list[str]]:
    return [group.param_names for group in groups]


def as_set(groups: list[ParameterGroup]) -> set[tuple[tuple[str, ...], str]]:
    """Groups without their order: names, and what their distribution is and holds."""
    return {(tuple(g.param_names), shown(g.distribution)) for g in groups}


def shown(distribution: object) -> str:
    if distribution is None:
        return ""
    numbers = [jnp.ravel(x).tolist() for x in vars(distribution).values() if is_array(x)]
    return f"{type(distribution).__name__} {numbers}"


def is_array(x: object) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype")


def grown(seed: int) -> Branch:
    """Grow a random tree of modules, with groups at every level."""
    random = Random(seed)
    return _branch(random, random.choice([0, 1, 1, 2]))


def _branch(random: Random, depth: int, name: str | None = None) -> Branch:
    names = [None, "custom1", "custom2"][: random.randint(0, 3) if depth else 0]
    below = [_branch(random, depth - 1, random.choice([None, name])) for name in names]
    hidden = random.choice([None, Hidden()])
    module = Branch(_param(random), below[:2], {"k": below[2:]}, hidden, name=name)
    return _with_random_groups(random, module)


def _param(random: Random) -> Parameter:
    size = random.choice([None, 1, 2, 3])
    name = random.choice([None, None, [f"n{i}" for i in range(size or 1)]])
    choices = [None, SCALAR] if size is None else [None, SCALAR, NORMALS[size], JOINTS[size]]
    return Parameter(
        1.0 if size is None else np.arange(float(size)),
        fixed=random.random() < 0.3,
        name=name,
        distribution=random.choice(choices),
    )


def _with_random_groups(random: Random, module: Branch) -> Branch:
    names = module.flat_param_names(include_fixed=True)
    random.shuffle(names)
    groups = []
    while names and random.random() < 0.6:
        count = random.randint(1, min(4, len(names)))
        chosen, names = names[:count], names[count:]
        distribution = random.choice([None, NORMALS[count], NORMALS[count], JOINTS[count]])
        groups.append(ParameterGroup(chosen, distribution=distribution))
    return module.with_param_groups(groups)
