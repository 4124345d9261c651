"""``spectral-smooth warmup``: compile ahead, for instance while a container is built."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from spectral_smooth.cli import options
from spectral_smooth.cli.named import one_of
from spectral_smooth.cli.printing import print_text
from spectral_smooth.cli.talk import Talk
from spectral_smooth.cli.threads import limit_threads
from spectral_smooth.errors import OutputError, UsageError

EXAMPLES = """\
Examples:

spectral-smooth warmup

spectral-smooth warmup --columns 32,128 --dtype float32 --weighted --monitor
"""


def warmup(
    context: typer.Context,
    columns: Annotated[
        str,
        typer.Option(
            "--columns",
            metavar="N,N,...",
            help="Numbers of feature columns to compile for.",
        ),
    ] = "1,16,64",
    weighted: Annotated[
        bool, typer.Option("--weighted", help="Compile for graphs with edge weights, too.")
    ] = False,
    with_monitor: Annotated[
        bool, typer.Option("--monitor", help="Compile what the verb monitor uses, too; the slowest of all.")
    ] = False,
    dtype: options.Dtype = "float64",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Compile the kernels that other commands would compile at their first run, and keep them on disk."""
    del quiet, verbose
    one_of("value of --dtype", dtype, ("float32", "float64"))
    widths = _numbers(columns)
    talk: Talk = context.obj
    limit_threads(None)
    from spectral_smooth.engines.kernel_files import cache_folder, cache_folders
    from spectral_smooth.warmup import warm_up

    start = time.perf_counter()
    with talk.progress("compiling") as progress:

        def tick(done: int, total: int) -> None:
            if progress:
                progress(f"run {done} of {total}", done / total)

        found = warm_up(widths, [dtype], weighted=weighted, monitor=with_monitor, progress=tick)
    folder = cache_folder()
    if folder is None:
        tried = " nor to ".join(map(str, cache_folders()))
        raise OutputError(
            f"compiled kernels cannot be kept: nothing can be written to {tried}; set NUMBA_CACHE_DIR to a folder "
            "that can be written"
        )
    print_text(
        f"compiled {found.compiled} kernel variants and read {found.loaded} from the cache in "
        f"{time.perf_counter() - start:.1f} s\ncache: {folder}"
    )
    return 0


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"--columns takes whole numbers with commas between them, got {text!r}") from None
    if min(numbers) < 1:
        raise UsageError(f"--columns takes numbers of at least 1, got {text!r}")
    return numbers
