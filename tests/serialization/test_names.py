"""S12-S18: classes and functions by name, and objects from their fields."""

import io
import subprocess
import sys
import threading

import jax
import jax.numpy as jnp
import pytest

import parax
from parax import SerializationError, SerializationTypeError, op
from tests.serialization.things import (
    Careful,
    Colour,
    Line,
    Plain,
    Unsaved,
    again,
    file_of,
    loaded,
    resealed,
    saved,
    square,
)


def local():
    class Local(parax.Module):
        x: float = 1.0

    return Local()


def closure():
    def inner(x):
        return x

    return inner


def circle():
    items = []
    items.append(items)
    return items


REFUSED = {
    "lambda": (lambda x: x, "is a lambda", "module level"),
    "closure": (closure(), "local function `closure.<locals>.inner`", "register_callable"),
    "bound method": (Line().param_names, "bound method `param_names`", "op.Method"),
    "method of a builtin": ([].append, "builtin_function_or_method", "save=False"),
    "generator": ((i for i in ()), "generator", "save=False"),
    "file": (sys.__stdout__, "TextIOWrapper", "save=False"),
    "lock": (threading.Lock(), "lock", "save=False"),
    "module": (sys, "builtins.module", "save=False"),
    "object": (object(), "builtins.object", "save=False"),
    "local class": (local(), "local class `local.<locals>.Local`", "module level"),
    "key": ({object(): 1}, "has the key", "tuples"),
}


@pytest.mark.parametrize(("value", "words", "cure"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_saved_says_where_and_what_to_do(value, words, cure):
    """S14: and nothing is written."""
    file = io.BytesIO()
    with pytest.raises(SerializationTypeError) as caught:
        parax.save(file, {"layers": [1, {"a": value}]})
    assert caught.value.headline.startswith("`root['layers'][1]['a']")
    assert words in caught.value.headline
    assert cure in str(caught.value)
    assert not file.getvalue()


def test_tracers_are_refused():
    """S14."""
    with pytest.raises(SerializationTypeError, match=r"`root\[0\]` is a tracer"):
        jax.eval_shape(lambda x: saved([x]), 1.0)


def test_a_lambda_in_an_operator():
    """S14: the path that the contract shows."""
    with pytest.raises(SerializationTypeError, match=r"`root\.fn` is a lambda"):
        saved(op.Lambda(lambda x: x))


def test_what_contains_itself_is_refused():
    with pytest.raises(SerializationError, match=r"`root\[0\]` contains itself"):
        saved(circle())


HOSTILE = """os:system subprocess:Popen builtins:eval builtins:exec pickle:loads shutil:rmtree
    numpy:load numpy:save numpy:fromfile jax.numpy:load jax.numpy:save operator:methodcaller
    parax.serialization._files:save importlib:import_module parax.cli:main sys:exit
    parax.serialization._names:importlib.import_module operator:attrgetter numpy:os.system
    nothing.of.the.kind:f jax.numpy:nothing math:__loader__.load_module""".split()  # noqa: SIM905


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("tag", ["function", "class", "module", "enum", "namedtuple"])
def test_names_of_the_standard_library_are_refused(tag, name):
    """S12, S13: whatever a file says they are."""
    with pytest.raises(SerializationTypeError):
        loaded(file_of([[tag, name]], [[0]]))


def test_the_audit_of_a_wrong_name_gives_path_name_and_close_matches():
    """S15."""
    data = resealed(saved({"a": [Line()]}), renamed("things:Line", "things:Lime"))
    with pytest.raises(SerializationTypeError) as caught:
        loaded(data)
    assert "`root['a'][0]`" in caught.value.headline
    assert "`tests.serialization.things:Lime`" in caught.value.headline
    assert "`Line`" in str(caught.value)


def renamed(old, new):
    def change(structure, tensors, head):
        for one in structure["heads"]:
            one[1:] = [x.replace(old, new) if isinstance(x, str) else x for x in one[1:]]

    return change


def test_a_class_of_the_wrong_kind():
    """S15."""
    with pytest.raises(SerializationTypeError, match="which is no Module of Equinox"):
        loaded(resealed(saved([Line()]), renamed("things:Line", "things:Colour")))


def test_a_module_that_is_not_imported():
    """S12, S15: it is imported only if the caller names it."""
    data = resealed(saved([Line()]), renamed("tests.serialization.things", "tests.house.nowhere"))
    with pytest.raises(SerializationTypeError, match="not imported") as caught:
        loaded(data)
    assert "trusted_modules=['tests.house.nowhere']" in str(caught.value)
    with pytest.raises(SerializationTypeError, match="cannot be imported"):
        loaded(data, trusted_modules=["tests.house.nowhere"])


def test_another_process(tmp_path):
    """S12: the error says what to import; after the import, or trusted, it loads equal."""
    (tmp_path / "mylab.py").write_text(
        "import parax\nclass Lab(parax.Module):\n    p: parax.Parameter = 3.0\n"
        "def double(x):\n    return 2 * x\n"
    )
    code = """
import sys, parax, equinox
path = sys.argv[1]
if sys.argv[2] == "write":
    import mylab
    parax.save(path, mylab.Lab(p=5.0))
    sys.exit()
try:
    parax.load(path)
except TypeError as error:
    print(error)
print("mylab" in sys.modules)
print(parax.load(path, trusted_modules=["mylab"]).p.value)
import mylab
print(equinox.tree_equal(parax.load(path), mylab.Lab(p=5.0)))
"""
    said = ""
    for word in ("write", "read"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "m.prx"), word],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said = done.stdout
    lines = said.splitlines()
    assert "`root` is of the class `mylab:Lab`, whose module is not imported" in lines[0]
    assert "import `mylab` first" in lines[1]
    assert lines[2:] == ["False", "5.0", "True"]


def test_only_what_is_listed_is_looked_up():
    """S2."""
    tree = [Line(), Colour.RED]
    assert again(tree, only=["parax", Line, Colour])[1] is Colour.RED
    assert again(tree, only=[parax, sys.modules[Line.__module__]])[1] is Colour.RED
    with pytest.raises(SerializationTypeError, match=r"`root\[1\]` .* `only=` leaves out"):
        again(tree, only=["parax", Line])
    with pytest.raises(SerializationTypeError, match="leaves out"):
        again([jnp.sin], only=["parax"])


def test_registered_names_win():
    """S13."""
    parax.register_callable("test.square", square)
    try:
        assert b"test.square" in saved([square])
        assert again([square])[0] is square
        with pytest.raises(SerializationError, match="registered for another"):
            parax.register_callable("test.square", jnp.sin)
    finally:
        from parax.serialization._names import _REGISTERED

        del _REGISTERED["test.square"]
    with pytest.raises(SerializationTypeError, match="none has that name here"):
        loaded(file_of([["registered", "test.square"]], [[0]]))


def test_unsaved_fields():
    """S16: whatever they hold; restored as default, factory, or None."""
    model = Unsaved(cache=open, made=lambda: 0, bare=sys)
    found = again([model])[0]
    assert (found.cache, found.made, found.bare) == (None, [], None)
    assert (model.cache, model.bare) == (open, sys)
    assert found.p.value == 1.0


def test_objects_are_rebuilt_without_their_constructor():
    """S17."""
    one = Careful(1.0)
    assert one.value == 2.0
    built = len(Careful.built)
    assert again(one).value == 2.0
    assert len(Careful.built) == built
    data = saved([one])
    Careful.limit[0] = 0.0
    try:
        with pytest.raises(SerializationError, match=r"root\[0\].*__check_init__.*too large"):
            loaded(data)
    finally:
        Careful.limit[0] = 100.0


def test_fields_gained_and_lost():
    """S18."""
    data = saved([Plain(1, 2), 0])

    def without(name):
        def change(structure, tensors, head):
            (at,) = [i for i, h in enumerate(structure["heads"]) if h[0] == "module"]
            position = structure["heads"][at].index(name)
            structure["heads"][at].pop(position)
            for row in structure["rows"]:
                if row[0] == at:
                    gone = row.pop(position - 1)
                    structure["rows"][-1].append(gone)

        return change

    assert loaded(resealed(data, without("count")))[0].count == 3
    with pytest.raises(SerializationTypeError, match=r"`root\[0\]` has no field `child`"):
        loaded(resealed(data, without("child")))
    with pytest.raises(SerializationTypeError, match=r"`root\[0\]` has the field `kount`"):
        loaded(resealed(data, renamed("count", "kount")))


def test_importing_changes_no_other_package():
    """S5."""
    code = """
import equinox, distreqx, jax, safetensors
classes = [equinox.Module, *(c for c in vars(equinox).values() if isinstance(c, type))]
before = [dict(vars(c)) for c in classes]
import parax, parax.serialization
parax.save
assert before == [dict(vars(c)) for c in classes]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
