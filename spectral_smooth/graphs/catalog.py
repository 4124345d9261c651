"""load(): graphs that come with the package, by name; and files, so that one argument can be either."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from spectral_smooth.errors import InputError
from spectral_smooth.graphs.convert import as_dataset
from spectral_smooth.graphs.dataset import Dataset, Note
from spectral_smooth.graphs.formats.reader import read
from spectral_smooth.graphs.policies import Policies

# name -> (NetworkX function, node attribute that is the label, description)
_NETWORKX: dict[str, tuple[str, str | None, str]] = {
    "karate": ("karate_club_graph", "club", "Zachary's karate club, 34 members, two clubs"),
    "florentine": ("florentine_families_graph", None, "marriages of 15 Florentine families"),
    "lesmis": ("les_miserables_graph", None, "77 characters of Les Misérables who meet"),
    "davis": ("davis_southern_women_graph", None, "18 women and 14 events, bipartite"),
    "bull": ("bull_graph", None, "triangle with two horns, 5 nodes"),
    "chvatal": ("chvatal_graph", None, "4-regular, triangle-free, 12 nodes"),
    "cubical": ("cubical_graph", None, "the cube, 8 nodes"),
    "desargues": ("desargues_graph", None, "3-regular, bipartite, 20 nodes"),
    "diamond": ("diamond_graph", None, "two triangles that share an edge, 4 nodes"),
    "dodecahedral": ("dodecahedral_graph", None, "the dodecahedron, 20 nodes"),
    "frucht": ("frucht_graph", None, "3-regular without symmetry, 12 nodes"),
    "heawood": ("heawood_graph", None, "3-regular, bipartite, 14 nodes"),
    "hoffman_singleton": ("hoffman_singleton_graph", None, "7-regular of diameter two, 50 nodes"),
    "house": ("house_graph", None, "square with a roof, 5 nodes"),
    "icosahedral": ("icosahedral_graph", None, "the icosahedron, 12 nodes"),
    "krackhardt_kite": ("krackhardt_kite_graph", None, "kite of 10 nodes"),
    "moebius_kantor": ("moebius_kantor_graph", None, "3-regular, bipartite, 16 nodes"),
    "octahedral": ("octahedral_graph", None, "the octahedron, 6 nodes"),
    "pappus": ("pappus_graph", None, "3-regular, bipartite, 18 nodes"),
    "petersen": ("petersen_graph", None, "3-regular of diameter two, 10 nodes"),
    "sedgewick_maze": ("sedgewick_maze_graph", None, "maze of 8 nodes"),
    "tetrahedral": ("tetrahedral_graph", None, "the tetrahedron, 4 nodes"),
    "truncated_cube": ("truncated_cube_graph", None, "3-regular, 24 nodes"),
    "truncated_tetrahedron": ("truncated_tetrahedron_graph", None, "3-regular, 12 nodes"),
    "tutte": ("tutte_graph", None, "3-regular, 46 nodes"),
}
_ALIASES = {
    "les_miserables": "lesmis",
    "florentine_families": "florentine",
    "karate_club": "karate",
    "davis_southern_women": "davis",
}


def embedded_names() -> dict[str, str]:
    """Return the name of every embedded graph, family and model, each with one line about it.

    Families and models take sizes after a colon: ``grid:10x10``.

    Examples
    --------
    >>> embedded_names()["karate"]
    "Zachary's karate club, 34 members, two clubs"
    """
    from spectral_smooth.graphs.families import family_names
    from spectral_smooth.graphs.models import model_names

    fixed = {name: description for name, (_, _, description) in _NETWORKX.items()}
    return {**model_names(), **family_names(), **fixed}


def load(name_or_path: str | Path, *, policies: Policies | None = None, seed: int = 0) -> Dataset:
    """Load an embedded graph by name, or read a file.

    Parameters
    ----------
    name_or_path : str or Path
        A file that exists is read; otherwise a name of `embedded_names`, with sizes where it takes
        them: ``"karate"``, ``"grid:10x10"``, ``"csbm:nodes=500"``.
    policies : Policies, optional
        Embedded graphs are unweighted, unless a weight is asked for by name.
    seed : int
        For the random models.

    Returns
    -------
    Dataset

    Raises
    ------
    InputError
        If there is neither such a file nor such a name; the message names the nearest.
    UsageError
        If the sizes of a family or model do not fit it.

    Examples
    --------
    >>> load("karate")
    Dataset 'karate': 34 nodes, 78 edges, 2 classes
    """
    text = str(name_or_path)
    path = Path(name_or_path)
    if _exists(path, file=True):
        return read(path, policies=policies)
    head, colon, _ = text.partition(":")
    name = re.sub(r"[\s-]+", "_", head.strip().lower())
    name = _ALIASES.get(name, name)
    if name in _NETWORKX and not colon:
        return _from_networkx(name, policies or Policies())
    made = _made(text, name, seed)
    if made is not None:
        return made
    if _exists(path, file=False):
        return read(path, policies=policies)
    raise InputError(_unknown(text, path))


def _from_networkx(name: str, policies: Policies) -> Dataset:
    import networkx as nx

    function, labels, description = _NETWORKX[name]
    graph: Any = getattr(nx, function)()
    asked = policies if policies.weight else replace(policies, weight="none")
    dataset = as_dataset(graph, labels=labels, policies=asked, name=name)
    weights = {key for _, _, data in graph.edges(data=True) for key in data}
    notes = [Note("source", f"{description} (NetworkX)")]
    if weights and asked.weight == "none":
        text = f"embedded graphs are unweighted: {', '.join(sorted(weights))} of the edges is not used"
        notes.append(Note("weights", text))
    kept = (note for note in dataset.notes if note.topic != "weights" or asked.weight != "none")
    return replace(dataset, notes=(*notes, *kept))


def _made(text: str, name: str, seed: int) -> Dataset | None:
    """Family or model of a spec, or None where there is none of that name."""
    from spectral_smooth.graphs.families import family, family_names
    from spectral_smooth.graphs.models import model, model_names

    bare = re.sub(r"^\d+\*", "", name)
    spec = text.strip().lower()
    if bare in family_names():
        return Dataset(family(spec).graph, notes=(Note("source", f"family {spec}"),))
    if name in model_names():
        return model(spec, seed=seed)
    return None


def _exists(path: Path, *, file: bool) -> bool:
    try:
        return path.is_file() if file else path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _unknown(text: str, path: Path) -> str:
    stem = path.name.partition(":")[0].lower()
    names = [*embedded_names(), *_ALIASES]
    near = get_close_matches(stem, names, n=2, cutoff=0.6) or get_close_matches(path.stem.lower(), names, n=2)
    files = get_close_matches(path.name, _neighbours(path), n=2, cutoff=0.6)
    close = [*near, *(str(path.parent / file) for file in files)]
    hint = (
        f"did you mean {' or '.join(close)}?" if close else "embedded are karate, grid:10x10, csbm and others"
    )
    shown = text if len(text) <= 200 else f"{text[:200]}..."
    return f"{shown!r} is neither a file nor an embedded graph; {hint}"


def _neighbours(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return []
