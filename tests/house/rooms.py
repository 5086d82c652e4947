"""The rooms of the house as data: what `test_imports.py` holds every file of `parax` to.

A room is a module or a package directly inside `parax`; a single file may be named too, as
`room._file`, where it stands elsewhere than the room around it. Rooms that do not exist yet are
simply absent.
"""

# Each room, and the rooms it stands directly on. A room may import those, whatever they stand on,
# and so on down; nothing else. An arrow that is missing here is a decision, not an oversight: move
# the thing to a room that both may import before adding one.
STANDS_ON: dict[str, list[str]] = {
    "_diagnostic": [],
    "errors": ["_diagnostic"],
    "_typing": ["errors"],
    "units": ["_typing"],
    "limits": ["_typing"],
    "serialization._codec": ["units", "limits"],  # of single values; the JSON of parameters uses it
    "_abstract": ["errors"],  # what a Parameter is, and a wrapper too
    "_device": [],
    "parameters": ["serialization._codec", "_abstract", "_device"],
    "wrappers": ["parameters"],
    "bounds": ["wrappers", "constants"],
    "constants": ["parameters"],
    # Below `module`, whose `distribution()` gives one: it knows groups of names, and no module.
    "distributions": ["parameters"],
    "module": ["wrappers", "bounds", "constants", "distributions"],
    "training": ["module"],
    "kernels": ["module"],
    "utils": ["training"],
    "_collector": [],
    "graph": ["training", "kernels", "_collector"],
    "op": ["graph"],
    "functions": ["op"],
    # What a goal is knows functions and nothing of compiling; problems look at goals when they
    # are bound, and texts of goals will make them: so below both branches.
    "goals": ["functions"],
    # Two branches: one turns graphs into functions, the other text into operators.
    "engine": ["goals"],
    "problems": ["engine"],
    "debug": ["engine"],
    "dsl": ["goals"],
    "rf": ["dsl"],
    "serialization": ["dsl"],
    # They meet again here.
    "api": ["problems", "dsl", "serialization"],
    "artefacts": ["problems", "serialization"],
    "cli": ["api", "artefacts", "rf", "utils"],
    "__main__": ["cli"],
}

# Libraries that are known to one room (or a few) only.
ONLY_IN: dict[str, list[str]] = {
    "networkx": ["graph"],
    "lark": ["dsl"],
    "safetensors": ["serialization"],
    "skrf": ["rf"],
    "rich": ["cli"],
    "typer": ["cli"],
}

# The rooms (or single files, `room._file`) that compile: the calls are those in `imports.JITS`.
# The tools of `_sensitivity` run functions that a person wrote on a module: there is no graph for
# the engine to compile, and without a compiled function each call would trace anew (M58).
MAY_JIT = ["engine", "module._sensitivity"]

# The rooms that print.
MAY_PRINT = ["cli", "__main__"]

# The rooms that may say `import parax` and take any public name: they are users of the house.
MAY_USE_THE_FRONT_DOOR = ["cli", "__main__"]

# Files `room._file` that another room may import past the door: (importing file, private module):
# why. Keep it short: a name that two rooms need belongs in a door.
PASSES: dict[tuple[str, str], str] = {
    ("parax.dsl._build", "parax.op._arithmetic"): "builds what Python's own operators build",
    ("parax.serialization._forms", "parax.parameters._static"): "stores what no door shows",
    ("parax.serialization._forms", "parax.op._select"): "stores what no door shows",
    ("parax.serialization._facts", "parax.parameters._static"): "asks what no door shows",
    ("parax.serialization._facts", "parax.parameters._checks"): "checks as a constructor does",
    ("parax.serialization._facts", "parax.parameters._quantities"): "checks as a constructor does",
    ("parax.serialization._declared", "parax.module._annotations"): "asks what no door shows",
}
