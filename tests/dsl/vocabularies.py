"""A vocabulary as another package would register it."""

from parax.dsl import Vocabulary

own = Vocabulary("own")
own.constant("mine", 1, help="One.")
