"""How Sphinx builds the site: `python -m sphinx -W docs docs/_build/html`, in a clone.

With the variable SKPNN_EXAMPLES, a pattern, in the environment only these examples run; the others
have pages without output. Nothing is downloaded, neither by the build nor by who reads the pages.
"""

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

project = "skpnn"
author = "The skpnn developers"
project_copyright = "The skpnn developers"
release = version = installed_version("skpnn")

extensions = [
    "api_tables",
    "docstrings",
    "mathml",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
templates_path = ["_templates"]

myst_heading_anchors = 3
myst_enable_extensions = ["deflist", "dollarmath"]

# `name` in a docstring is a link where skpnn has such a name, and code where not.
default_role = "py:obj"
autodoc_typehints = "none"  # docstrings say more: shapes, units
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False  # the template of a class shows its methods

html_theme = "pydata_sphinx_theme"
html_title = "skpnn"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["skpnn.css"]
html_show_sourcelink = False
html_copy_source = False
# These stand alone: nothing to list beside them.
html_sidebars = {
    page: []
    for page in (
        "index",
        "getting_started",
        "concepts",
        "architecture",
        "glossary",
        "changelog",
        "contributing",
        "versions",
    )
}
html_theme_options = {
    "logo": {"text": "skpnn"},
    "header_links_before_dropdown": 5,
    "show_toc_level": 2,
    "show_nav_level": 1,
    "navigation_depth": 3,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    # The other scripts take arguments, and the pages link to them as files.
    "ignore_pattern": r"(^|[/\\])(?!plot_)[^/\\]*\.py$",
    "filename_pattern": os.environ.get("SKPNN_EXAMPLES", "/plot_"),
    "within_subsection_order": "gallery_order.StoryOrder",
    "image_scrapers": ("matplotlib", "gallery_numbers.keep"),
    "reset_modules": ("matplotlib",),
    "backreferences_dir": "api/examples_of",
    "doc_module": ("skpnn",),
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
}
