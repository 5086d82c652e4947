"""Keywords of `Parameter`, and those that were surely meant to be one of them."""

from __future__ import annotations

from parax._diagnostic import did_you_mean, quoted
from parax.errors import ParameterTypeError

KEYWORDS = ("name", "distribution", "transform", "bounds", "scale", "unit")
"""The keywords of `Parameter` that describe it; `info` is merged, not replaced."""

_REFUSED = {
    **dict.fromkeys(("lower", "upper", "min", "max"), "write `bounds=(lower, upper)`"),
    **dict.fromkeys(("prior", "dist"), "write `distribution=`"),
    "std": "write `distribution=Normal(mean, std)`",
}
_SPELT = ("value", "fixed", "metadata", "latent_value", "info", "shape", *KEYWORDS)


def refuse_slip(word: str) -> None:
    """Refuse a keyword that was surely meant to be another one."""
    if word in KEYWORDS or word == "info":
        return
    hint = _REFUSED.get(word)
    if hint is None:
        meant = next((known for known in _SPELT if _is_one_slip(word, known)), None)
        if meant is None:
            return
        hint = did_you_mean(word, [meant]) or f"did you mean `{meant}`?"
        if meant == "bounds":
            hint = "write `bounds=(lower, upper)`"
    raise ParameterTypeError(
        f"`Parameter` has no keyword {quoted(word)}",
        hint=f"{hint}{'' if hint.endswith('?') else ';'} to keep it as a remark, write"
        f" `info={{{word!r}: …}}`",
    )


def _is_one_slip(word: str, known: str) -> bool:
    """Tell whether one letter missing, added or changed, or two swapped, makes `known`."""
    if abs(len(word) - len(known)) > 1:
        return False
    if len(word) == len(known):
        wrong = [i for i, (a, b) in enumerate(zip(word, known, strict=True)) if a != b]
        if len(wrong) == 2:
            i, j = wrong
            return j == i + 1 and word[i] == known[j] and word[j] == known[i]
        return len(wrong) <= 1
    shorter, longer = sorted((word, known), key=len)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
