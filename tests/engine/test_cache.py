"""The cache of executables: bounded, cleared, left out, shared by threads (U22, U23)."""

# Numbers become Parameters, and operators compose, in ways that no type checker can know.
# pyright: reportOperatorIssue=false

import threading

import pytest

import parax
from parax import op
from parax.engine._cache import DEFAULT_SIZE
from tests.problems.models import Bowl, traces


@pytest.fixture(autouse=True)
def _fresh_cache():
    parax.clear_cache()
    yield
    parax.set_cache_size(DEFAULT_SIZE)
    parax.clear_cache()


def test_the_counts_say_what_happened():
    for _ in range(3):
        parax.compile("a + 1.5", Bowl())
    info = parax.cache_info()
    assert (info.hits, info.misses, info.traces, info.entries) == (2, 1, 1, 1)
    assert info.compile_seconds > 0


def test_the_least_recently_used_executable_goes_first():
    parax.set_cache_size(2)
    for text in ("a + 1", "a*2", "a + 3", "sin(a)"):  # the third is the first again
        parax.compile(text, Bowl())
    assert parax.cache_info().entries == 2
    parax.compile("a + 4", Bowl())
    assert traces() == 3
    parax.compile("a*5", Bowl())
    assert traces() == 4


def test_clearing_forgets_executables_and_counts_but_not_what_is_bound():
    problem = parax.problem("a*b", Bowl())
    problem(problem.x0)
    parax.clear_cache()
    assert parax.cache_info() == parax.engine.CacheInfo(0, 0, 0, 0, 0.0)
    assert float(problem(problem.x0)) == 3.0
    assert traces() == 0


def test_without_cache_nothing_is_kept_and_nothing_is_found():
    for _ in range(2):
        problem = parax.problem("a*b", Bowl(), cache=False)
        problem(problem.x0)
        problem(problem.x0)
    info = parax.cache_info()
    assert (info.traces, info.entries, info.hits) == (2, 0, 0)
    assert info.compile_seconds > 0


@pytest.mark.parametrize("size", [0, -1, True])
def test_a_size_that_is_no_number_of_entries_is_refused(size):
    with pytest.raises(parax.ParameterValueError, match="a whole number of entries, at least 1"):
        parax.set_cache_size(size)


def test_what_fails_is_not_kept():
    for _ in range(2):
        with pytest.raises(parax.OperatorError):
            parax.problem("x", Bowl(), x=[1.0, 2.0]).gradient([0.0, 0.0])
    assert parax.cache_info().entries == 0


def test_threads_that_compile_one_structure_trace_it_once():
    start = threading.Barrier(8)
    results: list[float] = []

    def work(number: int) -> None:
        start.wait()
        problem = parax.problem(f"(a - {number}.5)**2 + b*cos(a) + tanh(a*b)", Bowl())
        results.append(float(problem(problem.x0)) + float(problem.gradient(problem.x0)[0]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert traces() == 2  # value and gradient


def test_threads_share_one_problem():
    problem = parax.problem("(a - 1.0)**2 + b", Bowl())
    start = threading.Barrier(6)
    results: list[float] = []

    def work() -> None:
        start.wait()
        results.extend(float(problem([number, 0.0])) for number in range(20))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted([float((n - 1) ** 2) for n in range(20)] * 6)
    assert traces() == 1


def test_a_function_that_compiles_inside_an_expression_does_not_lock_itself_out():
    inner = parax.compile("x*x")
    outer = parax.compile(op.Lambda(lambda model: inner(x=model.a)) + op.Input("b"))
    assert float(outer(Bowl())) == 10.0
