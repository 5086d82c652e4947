"""Work on JAX's traces: small matrices become arithmetic (E11), a context is folded (X26).

XLA computes products, solutions and inverses of many 2 by 2 matrices with a library call for each
of them, several times slower than the same written out, which fuses with what stands around it.
Here a matrix is followed from where it is put together to where its elements are taken out again,
as its elements: a value is *split* along its short axes. What does not know of splitting sees the
whole value.

Only the files of this folder look into JAX's traces (X27). What they do not know they leave as it
is: the rules of `custom_jvp` and `custom_vjp`, and the bodies of `while`, are not entered.
"""

from parax.engine.jaxprs._evaluate import improved
from parax.engine.jaxprs._find import small
from parax.engine.jaxprs._fold import Folded
from parax.engine.jaxprs._reach import joined, reached

__all__ = ["Folded", "improved", "joined", "reached", "small"]
