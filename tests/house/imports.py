"""Read what a Python file imports and calls, without running it."""

import ast
from dataclasses import dataclass
from pathlib import Path

# What compiles, as it is spelled in full.
JITS = {"jax.jit", "jax.pmap", "equinox.filter_jit", "equinox.filter_pmap"}


@dataclass(frozen=True)
class Use:
    """One thing that a file imports or names, in full (`jax.jit`), and the line where it does."""

    name: str
    line: int


@dataclass(frozen=True)
class Source:
    """A file of the package: its dotted name, whether it is an `__init__`, and its tree."""

    module: str
    is_door: bool
    tree: ast.Module

    @classmethod
    def from_text(cls, module: str, text: str, *, is_door: bool = False) -> "Source":
        return cls(module, is_door, ast.parse(text))

    @classmethod
    def from_file(cls, path: Path, root: Path) -> "Source":
        parts = path.relative_to(root).with_suffix("").parts
        is_door = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_door else parts)
        return cls.from_text(module, path.read_text(encoding="utf-8"), is_door=is_door)

    def package(self, levels: int) -> str:
        """The package that a relative import of so many dots starts from."""
        parts = self.module.split(".")
        return ".".join(parts[: len(parts) - levels + self.is_door])


def imports(source: Source) -> list[Use]:
    """Everything imported anywhere in the file, late and type-only imports too, in full.

    `from a import b` gives `a.b`: whether `b` is a module or a name in one is for the reader.
    """
    found: list[Use] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found += [Use(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = [source.package(node.level)] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            found += [Use(f"{base}.{alias.name}", node.lineno) for alias in node.names]
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            match node.args:
                case [ast.Constant(value=str(name)), *_]:
                    found.append(Use(name, node.lineno))
                case _:  # a computed name: only the front door may, and its tests look there
                    pass
    return found


def imported_at_once(source: Source) -> list[Use]:
    """What importing the file imports: statements outside functions and `if TYPE_CHECKING`."""
    statements: list[ast.stmt] = []
    waiting: list[ast.AST] = [source.tree]
    while waiting:
        match waiting.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                pass
            case ast.If(test=test, orelse=orelse) if "TYPE_CHECKING" in ast.unparse(test):
                waiting += orelse
            case ast.Import() | ast.ImportFrom() as statement:
                statements.append(statement)
            case node:
                waiting += ast.iter_child_nodes(node)
    return imports(Source(source.module, source.is_door, ast.Module(statements, [])))


def names_used(source: Source) -> list[Use]:
    """Every dotted name of an imported library that the file mentions, in full.

    After `import equinox as eqx`, `eqx.filter_jit` gives `equinox.filter_jit`.
    """
    known: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    found = imports(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = _dotted(node).partition(".")
            if first in known:
                found.append(Use(f"{known[first]}.{rest}".rstrip("."), node.lineno))
    return found


def prints(source: Source) -> list[Use]:
    """Every call of `print` and every mention of the standard streams."""
    streams = {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"}
    found = [
        Use("print", node.lineno)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _called(node) == "print"
    ]
    return found + [use for use in names_used(source) if use.name in streams]


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        # A method of that name (`tree.print()`) is somebody else's; `importlib.import_module` not.
        return call.func.attr if call.func.attr == "import_module" else ""
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return node.id if isinstance(node, ast.Name) else ""
