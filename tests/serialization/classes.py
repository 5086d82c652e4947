"""Which classes exist: found by importing every module, so that none can be forgotten."""

import importlib
import inspect
import pkgutil

import equinox as eqx


def subclasses_of(base):
    """Give all classes below one, as far as they are imported."""
    found = set()
    for each in base.__subclasses__():
        found |= {each} | subclasses_of(each)
    return found


def modules_of(package):
    """Give the classes of Equinox Modules that a package defines, abstract ones included."""
    root = importlib.import_module(package)
    for each in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not each.name.endswith("__main__"):
            importlib.import_module(each.name)
    return {cls for cls in subclasses_of(eqx.Module) if cls.__module__.startswith(f"{package}.")}


def is_final(cls):
    """Tell whether a class can have instances."""
    return not inspect.isabstract(cls) and not cls.__name__.startswith("Abstract")
