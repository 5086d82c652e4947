"""Random one-line changes to the code, each of which the suite should notice: `make mutants`."""
