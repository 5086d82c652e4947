"""Functions of a module, compared with differences, closed forms and `jax.jacfwd`."""

import distreqx.bijectors as bijectors
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from distreqx.distributions import Normal, Uniform

from parax.errors import DistributionError, ParameterTypeError, ParameterValueError
from parax.module import Module, _sensitivity
from parax.parameters import Fixed, Parameter
from tests.module.grouped import mod

# Numbers become Parameters where they are assigned, which no type checker can know.
# pyright: reportAssignmentType=false, reportArgumentType=false

X = jnp.array([1.0, 2.0])


def f(m, x):
    return m.aff.loc * x**2 + m.quad.a * x + jnp.sum(m.vec * jnp.arange(3.0))


def test_derivatives_are_by_flat_name_in_order():  # M54
    jacobian = mod().func_jacobian(f, X)
    assert list(jacobian) == mod().flat_param_names()
    assert jacobian["aff_loc"].tolist() == [1.0, 4.0]
    assert jacobian["vec_2"].tolist() == [2.0, 2.0]
    assert jacobian["quad_b"].tolist() == [0.0, 0.0]


class Tr(Module):
    a: Parameter = Parameter(0.25, transform=bijectors.Sigmoid(), scale=2.0)
    v: Parameter = Parameter([1.0, 2.0], transform=bijectors.ScalarAffine(0.0, 3.0))


def test_derivatives_are_by_physical_latent_or_scaled_values():  # M54
    def g(m, _):
        return m.a * jnp.ones(()) + m.v[1] ** 2

    physical = Tr().func_jacobian(g, None)
    assert np.allclose([physical[k] for k in physical], [2.0, 0.0, 4.0])
    latent = Tr().func_jacobian(g, None, space="latent")
    assert np.allclose([latent[k] for k in latent], [2 * 0.25 * 0.75, 0.0, 12.0])
    scaled = Tr().func_jacobian(g, None, space="scaled")
    assert np.allclose([scaled[k] for k in scaled], [1.0, 0.0, 4.0])
    with pytest.raises(ParameterValueError, match="did you mean `latent`"):
        Tr().func_jacobian(g, None, space="latnet")


def test_a_plain_function_as_transform_has_derivatives_too():  # M54
    class Squared(Module):
        p: Parameter = Parameter(latent_value=3.0, transform=jnp.square)

    assert float(Squared().func_jacobian(lambda m, _: m.p * 2.0, None)["p"]) == 2.0


def test_complex_outputs_of_any_rank_are_differentiated():  # M54
    def g(m, x):
        return jnp.exp(1j * m.aff.gain * x)[:, None] * jnp.ones((1, 3))

    jacobian = mod().func_jacobian(g, X)
    assert jacobian["aff_gain"].shape == (2, 3)
    assert jnp.iscomplexobj(jacobian["aff_gain"])
    assert np.allclose(jacobian["aff_gain"][1], 2j)


def test_outputs_without_derivative_are_refused():  # M54
    with pytest.raises(ParameterTypeError, match="output of type `int32` has no derivative"):
        mod().func_jacobian(lambda m, x: jnp.zeros(2, "int32"), X)
    with pytest.raises(ParameterTypeError, match="must give one array"):
        mod().func_jacobian(lambda m, x: (m.vec.value, x), X)
    with pytest.raises(ParameterTypeError, match="must be a function"):
        mod().func_jacobian(3, X)


def test_nothing_free_gives_nothing():  # M54
    class Nothing(Module):
        a: Parameter = Fixed(1.0)

    assert Nothing().func_jacobian(lambda m, _: m.a + 1.0, None) == {}
    assert float(Nothing().func_sensitivity(lambda m, _: m.a + 1.0, None, norm=2)) == 0.0


def test_arguments_are_passed_untouched():  # M54
    seen = []

    def g(m, args):
        seen.append(args)
        return m.aff.loc * args["x"] * args["n"]

    args = {"x": X, "n": 2, "word": "text", "fn": jnp.sin, "odd": {1, 2}, "np": np.ones(2)}
    assert mod().func_jacobian(g, args)["aff_loc"].tolist() == [2.0, 4.0]
    assert seen[0]["n"] == 2
    assert seen[0]["word"] == "text"
    assert seen[0]["fn"] is jnp.sin
    assert seen[0]["odd"] == {1, 2}


def test_kinds_of_sensitivity():  # M55
    module = mod()
    absolute = module.func_sensitivity(f, X, kind="absolute")
    assert absolute["aff_loc"].tolist() == [1.0, 4.0]
    semi = module.func_sensitivity(f, X, kind="semi-relative")
    assert semi["aff_loc"].tolist() == [50.0, 200.0]
    relative = module.func_sensitivity(f, X)
    assert np.allclose(relative["aff_loc"], [1.602564, 1.0964912])
    with pytest.raises(ParameterValueError, match=r"`'Relative'`\n.*did you mean `relative`"):
        module.func_sensitivity(f, X, kind="Relative")
    with pytest.raises(ParameterValueError, match="use `relative`"):
        module.func_sensitivity(f, X, kind=None)


def test_relative_sensitivity_where_the_output_is_zero():  # M55
    def g(m, signs):
        return (m.aff.loc - 50.0) * signs

    result = mod().func_sensitivity(g, jnp.array([1.0, -1.0, 0.0]))
    assert result["aff_loc"].tolist() == [np.inf, -np.inf, 0.0]
    assert result["aff_gain"].tolist() == [0.0, 0.0, 0.0]
    complex_result = mod().func_sensitivity(lambda m, x: g(m, x) * 1j, X)
    assert complex_result["aff_loc"].imag.tolist() == [np.inf, np.inf]
    assert complex_result["aff_loc"].real.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("norm", "order"), [(1, 1), (2, 2), (jnp.inf, np.inf), ("fro", 2)])
@pytest.mark.parametrize("shape", [(2,), (2, 1, 1)])
def test_norms_are_of_all_sensitivities_as_one_vector(norm, order, shape):  # M56
    def g(m, x):
        return f(m, x).reshape(shape)

    single = mod().func_sensitivity(g, X, kind="absolute")
    expected = np.linalg.norm(np.concatenate([np.ravel(v) for v in single.values()]), order)
    result = mod().func_sensitivity(g, X, kind="absolute", norm=norm)
    assert result.shape == ()
    assert np.isclose(result, expected)


def test_norms_of_the_example():  # M56
    assert np.isclose(mod().func_sensitivity(f, X, kind="absolute", norm=2), 5.656854)
    assert float(mod().func_sensitivity(f, X, kind="semi-relative", norm=jnp.inf)) == 200.0
    for wrong in ("nuc", 3, True, [2]):
        with pytest.raises(ParameterValueError, match="there is no norm"):
            mod().func_sensitivity(f, X, norm=wrong)


class Random(Module):
    a: Parameter = Parameter(1.0, distribution=Normal(1.0, 0.1))
    b: Parameter = Parameter([1.0, 2.0], distribution=Uniform(0.0, 4.0))


def test_samples_are_batched_and_repeat_with_the_key():  # M57
    def g(m, x):
        return m.a * x + m.b[1]

    out = Random().func_samples(g, X, key=0, num_samples=20)
    assert out.shape == (20, 2)
    assert np.array_equal(out, Random().func_samples(g, X, key=jax.random.key(0), num_samples=20))
    assert not np.array_equal(out, Random().func_samples(g, X, key=1, num_samples=20))
    key = jax.random.split(jax.random.key(0), 20)[7]
    assert np.allclose(out[7], g(Random().sampled(key), X))
    assert Random().func_samples(g, X, key=0).shape == (1000, 2)
    counts = Random().func_samples(lambda m, x: m.b.value > 2.0, X, key=0, num_samples=3)
    assert counts.shape == (3, 2)


def test_samples_ask_for_a_number_a_key_and_distributions():  # M57
    with pytest.raises(ParameterValueError, match="`num_samples` must be at least 1, and is `0`"):
        Random().func_samples(f, X, key=0, num_samples=0)
    with pytest.raises(ParameterTypeError, match="`num_samples` must be a whole number"):
        Random().func_samples(f, X, key=0, num_samples=2.5)
    with pytest.raises(ParameterValueError, match="`key=0`"):
        Random().func_samples(f, X, key=None)
    with pytest.raises(DistributionError, match="`aff_loc`"):
        mod().func_samples(f, X, key=0)


def test_the_same_function_and_shapes_are_traced_once():  # M58
    count = 0

    def g(m, args):
        nonlocal count
        count += 1
        return m.a * args["x"] + m.b[0]

    first = Random(a=Parameter(1.0, distribution=Normal(1.0, 0.1), info={"odd": [np.ones(2)]}))
    second = Random(a=Parameter(5.0, distribution=Normal(2.0, 0.3), info={"odd": [np.ones(2)]}))
    first.func_jacobian(g, {"x": X, "unit": "V"})
    second.func_jacobian(g, {"x": X + 1, "unit": "V"})
    second.func_sensitivity(g, {"x": np.asarray(X), "unit": "V"}, "absolute", 2)
    assert count == 1
    first.func_samples(g, {"x": X}, key=0, num_samples=3)
    second.func_samples(g, {"x": X}, key=1, num_samples=3)
    assert count == 2
    first.func_jacobian(g, {"x": jnp.ones(3), "unit": "V"})
    assert count == 3


def test_a_module_may_be_the_function():  # M58
    class Gain(Module):
        factor: jax.Array

        def __call__(self, m, x):
            return m.a * x * self.factor

    assert Random().func_jacobian(Gain(jnp.array(2.0)), X)["a"].tolist() == [2.0, 4.0]
    assert Random().func_jacobian(Gain(jnp.array(3.0)), X)["a"].tolist() == [3.0, 6.0]


def test_tools_work_inside_other_transformations():  # M54
    def slope(a):
        return Random().with_params(a=a).func_jacobian(lambda m, _: m.a**2, None)["a"]

    assert np.allclose(jax.jit(jax.vmap(slope))(X), [2.0, 4.0])
    assert float(jax.grad(slope)(3.0)) == 2.0


def test_derivatives_agree_with_those_of_the_flat_vector():  # M54
    module = mod()
    expected = jax.jacfwd(lambda v: f(module.with_params(v), X))(module.flat_param_values())
    found = jnp.stack(list(module.func_jacobian(f, X, space="latent").values()), axis=-1)
    assert np.allclose(found, expected)


class Kinds(Module):
    plain: Parameter = Parameter(0.5, scale=4.0)
    bounded: Parameter = Parameter([0.25, 0.5], transform=bijectors.Sigmoid(), scale=2.0)
    mixed: Parameter = Parameter(
        [1.0, 2.0], transform=bijectors.TriangularLinear(jnp.array([[2.0, 0.0], [1.0, 3.0]]))
    )


@pytest.fixture
def one_by_one(monkeypatch):
    """Move parameters one after the other, as is done with many of them."""
    monkeypatch.setattr(_sensitivity, "_MANY", 1)


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize(
    ("space", "expected"),
    [
        ("physical", [2.0, 0.0, 1.0, 2.0, 1.0]),
        ("scaled", [0.5, 0.0, 0.5, 2.0, 1.0]),
        ("latent", [2.0, 0.0, 0.25, 5.0, 3.0]),
    ],
)
def test_parameters_moved_one_by_one_have_the_same_derivatives(space, expected):  # M54
    def g(m, x):
        plain, mixed = m.plain.value, m.mixed.value
        return (2.0 * plain + m.bounded.value[1] ** 2 + mixed[0] * mixed[1]) * x

    jacobian = Kinds().func_jacobian(g, X, space=space)
    assert list(jacobian) == Kinds().flat_param_names()
    np.testing.assert_allclose(np.stack(list(jacobian.values())), np.outer(expected, X), rtol=1e-5)


@pytest.mark.usefixtures("one_by_one")
def test_parameters_moved_one_by_one_under_transformations():  # M54
    def slope(m, x):
        return m.func_jacobian(lambda m, x: m.plain.value**2 * x**2, x)["plain"]

    assert np.allclose(jax.jit(slope)(Kinds(), X), X**2)
    assert np.allclose(jax.vmap(slope, in_axes=(None, 0))(Kinds(), X), X**2)
    assert np.allclose(jax.grad(lambda x: slope(Kinds(), x))(3.0), 6.0)
