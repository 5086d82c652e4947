"""Which parameters are free, how they are called, and their gradients (X12, T1, U4, U9)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportArgumentType=false, reportOperatorIssue=false

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import parax
from parax import op
from parax.parameters import Fixed, Parameter
from tests.problems.models import Bowl, Mixed, Plain, all_fixed

MIXED = "r*2 + length*1000 + sum(v**2) + k + sum(table)"


def test_names_are_the_flat_names_of_the_free_parameters():
    assert parax.problem(MIXED, Mixed()).names == ("r", "length", "v_0", "v_1", "v_2")


def test_the_start_and_the_bounds_are_latent():
    problem = parax.problem(MIXED, Mixed())
    np.testing.assert_allclose(problem.x0, [np.log(0.25 / 0.75), 2.0, 1.0, 2.0, 3.0], rtol=1e-6)
    assert problem.bounds.shape == (5, 2)
    inf = float("inf")
    assert problem.bounds.tolist() == [[-inf, inf], [0.0, 5.0], *[[-inf, inf]] * 3]


def test_the_bounds_of_two_parameters_are_rows_of_lower_and_upper():
    model = Bowl(a=Parameter(1.0, bounds=(0, 2)), b=Parameter(5.0, bounds=(4, 6)))
    assert parax.problem("a+b", model).bounds.tolist() == [[0.0, 2.0], [4.0, 6.0]]


def test_gradients_go_through_transform_and_scale():
    problem = parax.problem(MIXED, Mixed())

    def by_hand(x):
        return jax.nn.sigmoid(x[0]) * 2 + x[1] * 1e-3 * 1000 + jnp.sum(x[2:] ** 2) + 4.0 + 3.0

    value, gradient = problem.value_and_gradient(problem.x0)
    want, want_gradient = jax.value_and_grad(by_hand)(problem.x0)
    np.testing.assert_allclose(value, want, rtol=1e-5)
    np.testing.assert_allclose(gradient, want_gradient, rtol=1e-5)
    np.testing.assert_allclose(problem.gradient(problem.x0), want_gradient, rtol=1e-5)


def test_the_gradient_of_a_module_has_its_structure_and_none_elsewhere():
    gradient = parax.compile(MIXED).gradient(Mixed())
    assert gradient.v.latent_value.tolist() == [2.0, 4.0, 6.0]
    assert float(gradient.length.latent_value) == pytest.approx(1.0)
    assert gradient.k.latent_value is None
    assert gradient.table is None
    dynamic, _ = parax.partition(Mixed())
    assert jax.tree_util.tree_structure(gradient) == jax.tree_util.tree_structure(dynamic)


def test_the_gradient_of_a_plain_equinox_module_covers_its_floating_point_arrays():
    model = Plain(jnp.array([1.0, 2.0]), jnp.arange(2))
    value, gradient = parax.compile("sum(w**2) + sum(n)").value_and_gradient(model)
    assert float(value) == 6.0
    assert gradient.w.tolist() == [2.0, 4.0]
    assert gradient.n is None
    problem = parax.problem("sum(w**2)", model)
    assert problem.names == ("w_0", "w_1")
    assert problem.unflatten([3.0, 4.0]).w.tolist() == [3.0, 4.0]


def test_a_module_of_ours_without_free_parameters_trains_nothing():
    assert parax.problem("a + b", all_fixed()).names == ()


@pytest.mark.parametrize("model", [{"a": jnp.array(3.0), "b": np.array(2.0)}])
def test_a_dict_of_arrays_is_a_model(model):
    problem = parax.problem("a*a + b", model)
    assert problem.names == ("a", "b")
    assert problem.gradient(problem.x0).tolist() == [6.0, 1.0]
    assert parax.compile("a*a + b").gradient(model)["a"].tolist() == 6.0


def test_plain_numbers_of_a_dict_are_no_parameters():
    problem = parax.problem("a*b", {"a": jnp.array(3.0), "b": 2.0})
    assert problem.names == ("a",)
    assert problem.gradient(problem.x0).tolist() == [2.0]


def test_one_array_is_a_model():
    compiled = parax.compile(op.Lambda(lambda model: jnp.sum(model**2)))
    assert compiled.gradient(jnp.array([1.0, 2.0])).tolist() == [2.0, 4.0]


def test_a_method_parameters_decides_what_is_free():
    class Half(parax.Module):
        a: jnp.ndarray
        b: jnp.ndarray

        def parameters(self):
            return jax.tree_util.tree_map(lambda _: None, self).__class__(self.a, None)

    problem = parax.problem("a*b", Half(jnp.array(2.0), jnp.array(3.0)))
    assert problem.names == ("a",)
    assert problem.gradient(problem.x0).tolist() == [3.0]


# --- Free Parameters inside the expression (X12) ----------------------------------------------


def test_parameters_of_the_expression_follow_the_models_in_order_of_appearance():
    second, first = Parameter(5.0, name="second"), Parameter(7.0, name="first")
    problem = parax.problem(op.Input("a") * first + second, Bowl())
    assert problem.names == ("a", "b", "first", "second")
    assert problem.x0.tolist() == [3.0, 1.0, 7.0, 5.0]
    assert problem.gradient(problem.x0).tolist() == [7.0, 0.0, 3.0, 1.0]


def test_parameters_without_a_name_are_numbered():
    named = Parameter(1.0, name="w")
    objective = op.Input("a") * Parameter(2.0) + named + Parameter([1.0, 2.0])[0]
    assert parax.problem(objective, Bowl()).names == ("a", "b", "objective_0", "w")
    objective = op.Input("a") * Parameter(2.0) + op.Reduce(
        op.Constant(Parameter([1.0, 2.0])) * 1.0, jnp.sum
    )
    problem = parax.problem(objective, Bowl())
    assert problem.names == ("a", "b", "objective_0", "objective_1_0", "objective_1_1")


def test_elements_keep_their_own_names():
    vector = Parameter([1.0, 2.0], name=["left", "right"])
    problem = parax.problem(op.Reduce(op.Constant(vector) * 1.0, jnp.sum), Bowl())
    assert problem.names[2:] == ("objective_0_left", "objective_0_right")


def test_one_parameter_used_twice_is_one():
    p = Parameter(2.0, name="p")
    problem = parax.problem(op.Input("a") * p + p, Bowl())
    assert problem.names == ("a", "b", "p")
    assert problem.gradient(problem.x0).tolist() == [2.0, 0.0, 4.0]


def test_fixed_parameters_of_the_expression_are_never_free():
    problem = parax.problem(op.Input("a") * Fixed(2.0) + Fixed(1.0), Bowl())
    assert problem.names == ("a", "b")
    assert float(problem(problem.x0)) == 7.0


def test_parameters_of_a_module_inside_the_expression_are_free():
    inner = Bowl(a=2.0, b=Fixed(9.0), name="inner")
    problem = parax.problem(op.Input("a") + op.Map(_Times(inner), op.Input("b")), Bowl())
    assert problem.names[:2] == ("a", "b")
    assert len(problem.names) == 3
    assert problem.gradient(problem.x0).tolist() == [1.0, 2.0, 1.0]


class _Times(parax.Module):
    bowl: Bowl

    def __call__(self, x):
        return self.bowl.a * x


def test_a_name_of_the_model_and_of_the_expression_clash_when_bound():
    with pytest.raises(parax.DuplicateNameError) as caught:
        parax.problem(op.Input("b") * Parameter(2.0, name="a"), Bowl())
    assert str(caught.value) == (
        "two free parameters are called `a`\n"
        "  help: give the parameter inside the expression another `name=`"
    )


def test_two_parameters_of_the_expression_clash():
    objective = Parameter(1.0, name="p") * op.Input("a") + Parameter(2.0, name="p")
    with pytest.raises(parax.DuplicateNameError, match="two free parameters are called `p`"):
        parax.problem(objective, Bowl())


def test_gradients_of_a_compiled_pair_the_model_with_the_expressions_own():
    compiled = parax.compile(op.Input("a") * Parameter(2.0, name="p"))
    of_model, own = compiled.gradient(Bowl())
    assert of_model.a.latent_value.tolist() == 2.0
    assert [one.tolist() for one in own] == [3.0]


# --- Complex, empty, many -----------------------------------------------------------------------


def test_complex_arrays_are_free_and_real_ones_stay_real():
    model = {"z": jnp.array([1 + 2j, 3 - 1j]), "r": jnp.array(2.0)}
    problem = parax.problem("sum(abs(z)**2)*r", model)
    assert problem.names == ("r", "z_0", "z_1")
    assert jnp.issubdtype(problem.x0.dtype, jnp.complexfloating)

    def by_hand(tree):
        return jnp.sum(jnp.abs(tree["z"]) ** 2) * tree["r"]

    want = jax.grad(by_hand)(model)
    gradient = problem.gradient(problem.x0)
    np.testing.assert_allclose(gradient[0], want["r"], rtol=1e-5)
    np.testing.assert_allclose(gradient[1:], want["z"], rtol=1e-5)
    back = problem.unflatten(problem.x0)
    assert not jnp.iscomplexobj(back["r"])
    assert float(problem(problem.x0)) == pytest.approx(30.0, rel=1e-5)


def test_free_arrays_of_several_precisions_share_one_vector():
    model = {"a": jnp.array(2.0, jnp.float16), "b": jnp.array([3.0], jnp.float32)}
    problem = parax.problem("a*sum(b)", model)
    assert problem.x0.dtype == jnp.float32
    assert problem.unflatten(problem.x0)["a"].dtype == jnp.float16
    assert problem.gradient(problem.x0).tolist() == [3.0, 2.0]


def test_a_model_of_no_arrays_gives_values():
    problem = parax.problem("x*2", {}, x=3.0)
    assert problem.x0.shape == (0,)
    assert problem.bounds.shape == (0, 2)
    assert float(problem(problem.x0)) == 6.0
    assert float(problem([])) == 6.0
    assert problem.batch(np.zeros((4, 0))).tolist() == [6.0] * 4


def test_a_parameter_without_elements_is_harmless():
    problem = parax.problem("sum(w) + b", {"w": jnp.zeros((0,)), "b": jnp.array(2.0)})
    assert problem.names == ("b",)
    assert problem.gradient([1.0]).tolist() == [1.0]


def test_ten_thousand_parameters_are_one_vector():
    model = {"w": jnp.arange(10_000.0) / 1e4}
    problem = parax.problem("sum(w**2)", model)
    np.testing.assert_allclose(problem.gradient(problem.x0), 2 * model["w"], rtol=1e-6)
