"""What is written elsewhere and not here, with what to write instead: tables for the messages."""

OWN_FUNCTIONS = "functions of your own are given in `symbols=` or a `Vocabulary`"
_NO_IMPORT = f"functions such as `sqrt(x)` need none; {OWN_FUNCTIONS}"
_ONE_VALUE = "write the value alone"
_NO_LOOP = "write the terms out: `[f(1), f(2)]`; functions take whole arrays"

RESERVED = {
    "for": _NO_LOOP,
    "in": "compare instead: `(a < x) and (x < b)`",
    "over": "choose the points with `where(condition, x, other)`",
}
"""Words that are no names, with the help."""

_PLAIN_STATEMENTS = (
    "assert class constraint del goal input let maximize minimize output print raise return with"
)
STATEMENTS = {
    word: (f"`{word}` begins a statement, and this text is one expression", _ONE_VALUE)
    for word in _PLAIN_STATEMENTS.split()
} | {
    "import": ("an expression cannot import", _NO_IMPORT),
    "from": ("an expression cannot import", _NO_IMPORT),
    "def": ("an expression cannot define a function", OWN_FUNCTIONS),
    "lambda": ("an expression has no `lambda`", OWN_FUNCTIONS),
    "while": ("an expression has no loop", _NO_LOOP),
}
"""Words that begin a statement, with what is wrong and the help."""

WORD_OPERATORS = {
    "AND": "write `and`",
    "And": "write `and`",
    "OR": "write `or`",
    "Or": "write `or`",
    "NOT": "write `not`",
    "Not": "write `not`",
    "is": "write `==`",
    "equals": "write `==`",
    "xor": "write `xor(a, b)`",
    "mod": "write `%`",
    "div": "write `//`",
    "then": "a choice is written `a if c else b`",
    "where": "choose with `where(condition, x, other)`",
}
"""Words that stand between two values elsewhere, with the help."""

JOINED_SIGNS = {
    "&&": "write `and`",
    "||": "write `or`",
    "<>": "write `!=`",
    "===": "write `==`",
    "!==": "write `!=`",
    "<<": "write `x * 2**n`",
    ">>": "write `x // 2**n`",
    ".*": "write `*`: arithmetic is elementwise",
    "./": "write `/`: arithmetic is elementwise",
    ".**": "write `**`: arithmetic is elementwise",
} | {
    f"{sign}=": f"a text changes nothing: write `x {sign} 1`" for sign in ("+", "-", "*", "/", "**")
}
"""Signs that the language takes for two, with the help."""

CHARACTERS = {
    "^": (
        "`^` means a power to some and exclusive or to others",
        "write `x ** y` for a power, `xor(a, b)` for exclusive or",
    ),
    "?": ("`?` is no operator", "write `a if c else b`, or `where(c, a, b)`"),
    "!": ("`!` is no operator", "write `not x`, or `a != b`"),
    ";": (
        "`;` is no part of an expression",
        "a text is one expression; arguments are separated by `,`",
    ),
    "$": ("`$` is no part of the language", "a name is letters, digits and `_`"),
    "{": ("`{` is no part of the language", "a list is written `[a, b]`"),
    "}": ("`}` is no part of the language", "a list is written `[a, b]`"),
    "\\": ("a backslash is no part of the language", "a newline needs none: it is a blank"),
    "`": ("a backtick is no part of the language", "a name stands alone"),
    '"': ("an expression has no quoted texts", "names stand alone; ports are numbers: `S(2, 1)`"),
    "'": ("an expression has no quoted texts", "names stand alone; ports are numbers: `S(2, 1)`"),
}
"""Characters that begin no token, with what is wrong and the help."""

_NO_CHANCE = "an expression gives the same at every call: give random values as an input"
_RUNS_NOTHING = "an expression cannot run Python"
FUNCTIONS = {
    "pow": "write `x ** y`",
    "power": "write `x ** y`",
    "square": "write `x ** 2`",
    "mag": "did you mean `abs`?",
    "magnitude": "did you mean `abs`?",
    "absolute": "did you mean `abs`?",
    "fabs": "did you mean `abs`?",
    "avg": "did you mean `mean`?",
    "average": "did you mean `mean`?",
    "stddev": "did you mean `std`?",
    "lg": "did you mean `log10`?",
    "arg": "did you mean `angle`?",
    "phaserad": "did you mean `angle`?",
    "re": "did you mean `real`?",
    "im": "did you mean `imag`?",
    "sgn": "did you mean `sign`?",
    "pk2pk": "did you mean `ptp`?",
    "at": "write `interp(point, freq, x)`",
    "rand": _NO_CHANCE,
    "random": _NO_CHANCE,
    "randn": _NO_CHANCE,
    "maximum": "write `max(a, b)`",
    "minimum": "write `min(a, b)`",
    "array": "a list is written `[a, b]`",
    "dot": "write `a @ b`",
    "matmul": "write `a @ b`",
    "len": "write `count(x)` to count what is true, `mean(x)` for an average",
    "float": "numbers need no conversion",
    "int": "write `floor(x)` or `round(x)`",
    "complex": "write `a + 1j*b`",
    "range": "write `arange(n)`",
    "print": "an expression prints nothing: write the value alone",
    "return": _ONE_VALUE,
    "while": _NO_LOOP,
    "eval": _RUNS_NOTHING,
    "exec": _RUNS_NOTHING,
    "getattr": "write a path: `model.filter.L1`",
}
"""Functions of other languages, with the help."""

MODULES = ("np", "numpy", "jnp", "jax", "math", "cmath", "scipy")
"""What stands before the functions of Python's libraries."""

_TRUTH = "write `1` for true, `0` for false, or a comparison such as `x > 0`"
VALUES = {
    "True": _TRUTH,
    "False": _TRUTH,
    "true": _TRUTH,
    "false": _TRUTH,
    "None": "`None` has a meaning inside `x[…]` only",
    "null": "leave it out: each value is a number or an array",
    "NaN": "write `nan`",
    "NAN": "write `nan`",
    "Inf": "write `inf`",
    "Infinity": "write `inf`",
}
"""Words that are values elsewhere, with the help."""
