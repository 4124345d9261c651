"""What the first run in a new environment is told: why it took some seconds, and that the next will not."""

from __future__ import annotations

import sys

from spectral_smooth.cli.talk import Talk


def compiled_so_far() -> int:
    """Return how many kernels this process has compiled; loads nothing."""
    module = sys.modules.get("spectral_smooth.engines.compilation")
    return 0 if module is None else int(module.compilations().compiled)


def tell_compiled(count: int, talk: Talk) -> None:
    """Say how many kernels were compiled and where they are kept: to a person at a terminal, or if ``-v`` asks."""
    if not count or not (talk.verbose or sys.stderr.isatty()):
        return
    from spectral_smooth.engines.kernel_files import cache_folder

    folder = cache_folder()
    kept = (
        f"kept for the next run in {folder}"
        if folder
        else "not kept: set NUMBA_CACHE_DIR to a folder that can be written"
    )
    talk.say(f"compiled {count} {'kernel' if count == 1 else 'kernels'}, {kept}")
