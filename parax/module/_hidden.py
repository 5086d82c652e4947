"""Fields that stand in the way of a public method."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import warnings

from parax._diagnostic import quoted
from parax.module._annotations import is_class_variable


def warn_hidden(cls: type, base: type) -> None:
    """Warn of each field of a class that hides a public method or property of `base` (M7).

    To be called before the dataclass is made, which would take the method for the default of a
    field without one.
    """
    # The class statement is some frames up, however many metaclasses stand between.
    frame, level = sys._getframe(), 1
    while frame is not None and frame.f_globals.get("__name__") != cls.__module__:
        frame, level = frame.f_back, level + 1
    fields = getattr(base, "__dataclass_fields__", {})
    for name, annotation in inspect.get_annotations(cls).items():
        if name.startswith("_") or name in fields or not hasattr(base, name):
            continue
        if is_class_variable(cls, annotation):
            continue
        if name not in vars(cls):
            setattr(cls, name, dataclasses.field())
        warnings.warn(
            f"the field {quoted(name)} of {quoted(cls.__qualname__)} hides"
            f" `{base.__name__}.{name}`, which its instances cannot be asked for any more; give"
            " the field another name",
            UserWarning,
            stacklevel=level,
        )
