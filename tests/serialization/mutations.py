"""Files changed in many ways, each loaded under watch: what it runs, its time and its memory.

`python -m tests.serialization.mutations COUNT SEED` prints what was found. It has a process of its
own, since what watches a process cannot be taken away again, nor what it has once allocated.
"""

import io
import json
import random
import resource
import struct
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from distreqx import bijectors as B  # noqa: N812  # as everyone writes it
from distreqx import distributions as D  # noqa: N812

import parax
from parax import Parameter, ParameterGroup, SerializationError, op
from tests.serialization.things import Colour, Line, Outer, Point, loaded, resealed, saved

MOST_BYTES = 500_000_000
"""What loading may take beyond what the process has before, as the process itself is held to."""

WATCHED = (
    *("import", "open", "exec", "compile", "subprocess.Popen", "os.system", "os.exec"),
    *("os.remove", "socket.connect", "socket.__new__", "pickle.find_class", "ctypes.dlopen"),
)


def tree():
    return Outer(
        Line(name="x"),
        [jnp.ones(3), {"a": (1, 2.5), "b": Point(Colour.RED)}, {1, 2}, op.Input("x") * 2 + 1],
        fn=jnp.tanh,
    )


def described():
    """Parameters with everything that they can have, whose files hold the most to get wrong."""
    one = jnp.ones(())
    u = Parameter([1.0, 2.0], name=["a", "b"], unit="nH", bounds=(0, 3), info={"n": [1, None]})
    v = Parameter(0.5, distribution=D.Normal(one, one), transform=B.Shift(one), fixed=True)
    group = ParameterGroup(["a", "b"], distribution=D.MultivariateNormalDiag(one * jnp.zeros(2)))
    return {"u": u, "v": v, "group": group, "text": parax.parse("mean([a, b]) if a > 2 else -a[0]")}


def mutate(data, other, chance):
    """Change a file in one of several ways; more than half of them with a fitting checksum."""
    way = chance.randrange(7)
    if way == 0:
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        return bytes(changed)
    if way == 1:
        return data[: chance.randrange(len(data))]
    if way == 2:  # the header of one file before the arrays of another
        at, end = (8 + struct.unpack("<Q", x[:8])[0] for x in (data, other))
        return data[:at] + other[end:]
    change = (shuffled, bitten, torn, swapped)[way - 3]
    return resealed(data, lambda structure, tensors, head: change(structure, tensors, chance))


def shuffled(structure, tensors, chance):
    rows = structure["rows"]
    for _ in range(chance.randrange(1, 5)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.randrange(-1, len(rows) + 1)


NASTY = [None, -1, 1e308, "", "os:system", [], {}, True, "pickle:loads", 2**70, "builtins:eval"]


def bitten(structure, tensors, chance):
    heads = structure["heads"]
    for _ in range(chance.randrange(1, 4)):
        head = chance.choice(heads)
        head[chance.randrange(len(head))] = chance.choice(
            [*NASTY, chance.choice(heads)[0], chance.choice(chance.choice(heads))]
        )


def torn(structure, tensors, chance):
    name = chance.choice(sorted(tensors))
    kinds = [np.uint8, np.float32, np.int64, np.float64, bool]
    tensors[name] = np.zeros(chance.choice([(), (0,), (3,), (2, 2)]), chance.choice(kinds))


WRONG = [
    ["str", "wrong"],
    ["int", 3],
    ["float", 0.5],
    ["bool", True],
    ["none"],
    ["list"],
    ["bytes", ""],
]


def swapped(structure, tensors, chance):
    """Put a value of another kind into a field: the old one stays, in a list around the tree."""
    heads, rows = structure["heads"], structure["rows"]
    at = chance.choice([i for i, row in enumerate(rows) if len(row) > 1])
    position = chance.randrange(1, len(rows[at]))
    old = rows[at][position]
    heads += [chance.choice(WRONG), ["list"]]
    for row in rows:
        row[1:] = [one + 1 for one in row[1:]]
    rows.insert(0, [len(heads) - 2])
    rows[at + 1][position] = 0
    rows.append([len(heads) - 1, len(rows) - 1, old + 1])


def held_bytes():
    """Give the address space of this process; the kernel refuses what goes beyond its limit."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def most_resident():
    """Give the peak of what was resident since the last `forget_peak`.

    `getrusage` does not forget, nor does it leave out what the parent held before the `exec`.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024


def forget_peak():
    Path("/proc/self/clear_refs").write_text("5")


class Watch:
    """What a process does while it is told to look."""

    def __init__(self):
        self.on = False
        self.seen = []
        sys.addaudithook(self._hear)

    def _hear(self, event, args):
        if self.on and event in WATCHED:
            self.seen.append(f"{event} {args}")

    def foreign(self):
        """Give what no file may cause: our own rooms may be imported late."""
        return [one for one in self.seen if not one.startswith("import ('parax")]


def run(count, seed):
    """Load mutated files, and give what came of it."""
    sources = [saved(tree()), saved(described()), saved([jnp.ones(5), {"b": 1}])]
    chance = random.Random(seed)
    assert [loaded(one) for one in sources]  # whatever JAX imports late is imported now
    watch = Watch()
    resource.setrlimit(resource.RLIMIT_AS, (held_bytes() + MOST_BYTES, resource.RLIM_INFINITY))
    outcomes, worst, foreign = Counter(), 0.0, []
    forget_peak()
    start = resident_bytes()
    for _ in range(count):
        file = io.BytesIO(mutate(chance.choice(sources[:2]), sources[2], chance))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            watch.on, began = True, time.process_time()
            try:
                parax.load(file)
                outcome = "loaded"
            except SerializationError as error:
                outcome = type(error).__name__
            finally:
                worst = max(worst, time.process_time() - began)
                watch.on = False
        outcomes[outcome] += 1
        foreign += watch.foreign()
        watch.seen.clear()
    return {
        "files": count,
        "worst_seconds": round(worst, 4),
        "peak_bytes": most_resident() - start,
        "outcomes": dict(outcomes),
        "foreign": foreign,
    }


def run_apart(count, seed):
    """Give what `run` finds in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.serialization.mutations", str(count), str(seed)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
