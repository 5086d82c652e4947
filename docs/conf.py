"""Settings of the documentation: Sphinx, pages in Markdown (MyST), nothing from the network."""

from importlib.metadata import version as version_of

project = "parax"
version = release = version_of("parax")
project_copyright = "the parax developers"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = False  # names of JAX and Equinox have no target here, where no network is used

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"parax {release}"
