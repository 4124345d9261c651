"""``spectral-smooth graphs``: the graphs that come with the package."""

from __future__ import annotations

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.printing import print_json, print_text

EXAMPLES = """\
Examples:

spectral-smooth graphs

spectral-smooth graphs --json
"""


def graphs(
    context: typer.Context,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """List the graphs that can be named instead of a file."""
    del context, quiet, verbose
    from spectral_smooth.graphs.catalog import embedded_names

    names = embedded_names()
    if json:
        print_json(names)
        return 0
    width = max(map(len, names))
    print_text("\n".join(f"{name:<{width}}  {description}" for name, description in names.items()))
    print_text("\nFamilies and models take sizes: grid:10x10, csbm:nodes=500.")
    return 0
