"""After a warm-up the command spectrum compiles nothing, whatever it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import spectral_smooth as ss

# A process of its own: what other tests have compiled would hide what is missing.
CODE = """
import json, sys
from spectral_smooth.cli.main import main
from spectral_smooth.engines.compilation import compilations
from spectral_smooth.warmup import warm_up
warm_up([1])
before = compilations()
codes = [main(["spectrum", graph, "--certify", "--density", "--facts", "-q", "-o", graph.replace("/", "-") + ".json"])
         for graph in sys.argv[1:]]
later = compilations() - before
print("\\n" + json.dumps({"codes": codes, "new": later.compiled + later.loaded}))
"""


@pytest.fixture
def graphs(tmp_path):
    """Files of graphs that are solved densely, by products of SciPy, by the engine, and in pieces."""
    found = []
    for spec in ("grid:12x11", "grid:54x50", "grid:80x65+cycle:9+path:1"):
        graph = ss.family(spec).graph
        rows = [(i, j) for i, j in zip(graph.rows, graph.indices, strict=True) if i < j]
        file = tmp_path / f"graph{len(found)}.edgelist"
        file.write_text("".join(f"{i} {j}\n" for i, j in rows))
        found.append(file.name)
    return found


def test_spectrum_compiles_nothing_after_a_warmup(graphs, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE, *graphs], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["new"] == 0
    assert set(found["codes"]) <= {0, 3}
