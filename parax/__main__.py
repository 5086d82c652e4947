"""`python -m parax`: the command line."""

import sys

from parax.cli import main

sys.exit(main())
