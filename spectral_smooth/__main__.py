"""``python -m spectral_smooth``: the same as the command ``spectral-smooth``."""

from __future__ import annotations

import sys

from spectral_smooth.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
