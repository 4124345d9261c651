"""The documentation: its Python runs, its commands and links exist, its tables are those of the code."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import typer

import spectral_smooth as ss
from spectral_smooth.cli.main import app
from spectral_smooth.cli.named import OPERATORS, RULES, parse_operator, parse_rule
from spectral_smooth.depth import safe, verdict
from spectral_smooth.engines.reference import Reference
from spectral_smooth.measures.quadratic import QUADRATIC, SCALE_FREE
from spectral_smooth.measures.state import STATE_MEASURES

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pages"
PAGES = sorted(FOLDER.glob("*.md"))
ALL = [*PAGES, ROOT / "README.md"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A text block right after a Python block is what it prints.
PYTHON = re.compile(r"^```python\n(.*?)^```$(?:\n\s*^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMANDS = typer.main.get_command(app).commands


def name_of(path: Path) -> str:
    return path.stem


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return FENCE.sub("", text)


def table(text: str, heading: str) -> list[list[str]]:
    """Rows of the table whose header starts with ``heading``, without the header."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        rows.append([cell.strip() for cell in cells])
    return rows


def escaped(text: str) -> str:
    """Text as it stands in a cell: a bar would end the cell, ``_*`` would start emphasis."""
    return text.replace("|", "&#124;").replace("_*", r"\_\*")


def opts_of(verb: str) -> set[str]:
    return {opt for p in COMMANDS[verb].params for opt in (*p.opts, *p.secondary_opts)} | {"-h", "--help"}


@pytest.mark.parametrize(
    "page", [p for p in ALL if PYTHON.search(p.read_text(encoding="utf-8"))], ids=name_of
)
def test_python_blocks_run_and_print_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {"__name__": "__page__"}
    check = doctest.OutputChecker().check_output
    text = page.read_text(encoding="utf-8")
    for block in PYTHON.finditer(text):
        code, expected = block.groups()
        line = text.count("\n", 0, block.start())
        # as many empty lines before it as stand before it on the page: a traceback names the page's line
        script = compile("\n" * (line + 1) + code, str(page), "exec")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(script, space)
        if expected is not None:
            seen = printed.getvalue()
            flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
            assert check(expected, seen, flags), f"{page.name}:{line + 1} prints\n{seen}\nand not\n{expected}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_has_a_language(page):
    assert "" not in [block[0] for block in FENCE.findall(page.read_text(encoding="utf-8"))]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", h.lower()).strip()) for h in headings}


@pytest.mark.parametrize("page", ALL, ids=name_of)
def test_relative_links_lead_somewhere(page):
    for target in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(found), f"{page.name} links to {target}"


def test_the_navigation_lists_every_page_once():
    settings = (FOLDER.parent / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r": ([\w-]+\.md)$", settings, re.MULTILINE)
    assert sorted(listed) == [page.name for page in PAGES]


def commands(page: Path) -> list[list[str]]:
    """The words of every spectral-smooth command in the page's shell blocks."""
    found = []
    for language, code in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in {"bash", "sh", "console", "shell"}:
            for part in re.split(r"&&|\|\||;|\||\n", code.replace("\\\n", " ")):
                words = shlex.split(part, comments=True)
                if words[:1] == ["spectral-smooth"]:
                    found.append(words[1:])
    return found


@pytest.mark.parametrize("page", [p for p in ALL if commands(p)], ids=name_of)
def test_commands_name_verbs_and_options_that_exist(page):
    for words in commands(page):
        if words[0] in {"-h", "--help", "--version"}:
            continue
        assert words[0] in COMMANDS, words
        options = {word.split("=")[0] for word in words[1:] if re.match(r"--?[a-zA-Z]", word)}
        assert options <= opts_of(words[0]), words
        for option, parse in (("--rule", parse_rule), ("--operator", parse_operator)):
            if option in words:
                parse(words[words.index(option) + 1])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_options_named_in_the_text_exist(page):
    known = {"--version"}.union(*map(opts_of, COMMANDS))
    named = re.findall(r"`(--?[a-z][\w-]*)", without_code(page.read_text(encoding="utf-8")))
    assert set(named) <= known


def test_the_table_of_options_is_the_programs():
    documented: dict[str, set[str]] = {verb: {"-h", "--help"} for verb in COMMANDS}
    for option, verbs, *_ in table(text_of("command-line"), "option"):
        for verb in COMMANDS if verbs == "all" else verbs.split(", "):
            documented[verb] |= set(re.findall(r"`(--?[\w-]+)", option))
    # arguments have a plain name among the parameters' options
    program = {verb: {opt for opt in opts_of(verb) if opt.startswith("-")} for verb in COMMANDS}
    assert documented == program


def test_the_documented_defaults_are_the_programs():
    rows = {re.findall(r"`(--[\w-]+)", row[0])[0]: row for row in table(text_of("command-line"), "option")}
    for verb, command in COMMANDS.items():
        for param in command.params:
            option = next((opt for opt in param.opts if opt.startswith("--")), "")
            if option not in rows or param.default is None or isinstance(param.default, bool):
                continue
            cell = rows[option][2]
            special = re.search(rf"\({verb}: (\w+)\)", cell)
            assert str(param.default) == (special[1] if special else cell.split(" (")[0].strip("`")), (
                verb,
                option,
            )


def test_every_verb_has_a_row():
    assert [row[0].strip("`").split()[0] for row in table(text_of("command-line"), "verb")] == list(COMMANDS)


def test_exit_codes_of_errors_are_documented():
    documented = {int(code) for code, _ in table(text_of("command-line"), "code")}
    errors = [e for e in vars(ss.errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert {error.exit_code for error in errors} <= documented


def test_every_rule_has_a_row():
    rows = table(text_of("operators-and-rules"), "rule")
    names = [row[1].strip("`") for row in rows]
    assert [name.partition(":")[0] for name in names] == list(RULES)
    for row, name in zip(rows, names, strict=True):
        rule = parse_rule(name)
        assert eval(row[0].strip("`"), {"ss": ss}) == rule  # noqa: S307 - our own page
        if not row[2].startswith("as "):
            setting = name.partition("=")[2]
            formulas = row[2].replace("−", "-").replace("α", setting).replace("stay", setting).split(",")
            assert [eval(formula) for formula in formulas] == [rule.a, rule.b, rule.c]  # noqa: S307


def test_every_operator_has_a_row():
    rows = table(text_of("operators-and-rules"), "Python")
    names = [row[1].strip("`") for row in rows]
    assert names[: len(OPERATORS)] == list(OPERATORS)
    for row, name in zip(rows, names, strict=True):
        choice = parse_operator(name)
        if name in OPERATORS:
            split = "½" if choice.split == 0.5 else f"{choice.split:g}"
            assert [row[2], row[3]] == [f"{choice.loops:g}", split]


def test_every_state_measure_has_its_row():
    expected = [
        [f"`{m.name}`", escaped(m.formula), escaped(m.source), escaped(m.kernel)]
        for m in STATE_MEASURES.values()
    ]
    rows = state_rows()
    assert [row[:4] for row in rows] == expected
    assert {len(row) for row in rows} == {7}


def state_rows() -> list[list[str]]:
    text = text_of("measures")
    return table(text[text.index("<!-- state measures") :], "name")


def test_every_quadratic_measure_has_its_row():
    rows = table(text_of("measures"), "name")
    assert tuple(row[0].strip("`") for row in rows) == QUADRATIC
    assert {row[0].strip("`") for row in rows if row[3] == "yes"} == set(SCALE_FREE)


@pytest.mark.parametrize(("operator", "column"), [(ss.gcn, 4), (ss.random_walk, 5)])
def test_where_the_measures_of_the_state_go(operator, column):
    """Each cell of the table, on a connected, irregular, non-bipartite graph."""
    x = np.random.default_rng(0).standard_normal((34, 6))
    run = ss.propagate(
        operator(ss.load("karate").graph),
        x,
        200,
        measures=list(STATE_MEASURES),
        state_depths=np.array([0, 60, 90, 120, 150, 180, 200]),
        engine=Reference(),
    )
    for row in state_rows():
        curve = run.curve(row[0].strip("`"))
        start, middle, end = (curve.value[curve.depths == depth][0] for depth in (0, 120, 200))
        if row[column] == "falls":
            assert middle <= 1e-4 * start, row[0]
        elif row[column] == "to one":
            assert middle == pytest.approx(1.0, abs=1e-4), row[0]
            assert abs(start - 1.0) > 0.1, row[0]
        else:
            assert row[column] == "plateau"
            assert end > 1e-3 * start, row[0]
            assert end == pytest.approx(middle, rel=1e-4), row[0]


def test_the_numbers_of_the_safe_depth_page():
    page = text_of("safe-depth")
    assert f"{100 * safe.BINDING_SHARE:g} % of the nodes" in page
    thresholds = {row[0].strip("`"): row[1] for row in table(page, "limit")}
    for name, roundoff in safe.ROUNDOFF.items():
        base, power = thresholds[f"resolution:{name}"].replace("−", "-").split("^")
        assert float(base) ** float(power) == roundoff
    rows = {row[0]: row[1:] for row in table(page, "fact")}
    assert rows["`at_least` of the safe depth"][:2] == [
        f"below {verdict.HIGH_BELOW}",
        f"below {verdict.MODERATE_BELOW}",
    ]
    assert rows["density 2E/(n(n − 1))"][1] == f"at least {verdict.DENSE:g}"


def test_the_layout_names_every_module_of_the_package():
    rows = [row[0].strip("`") for row in table(text_of("architecture"), "folder or module")]
    package = Path(ss.__file__).parent
    parts = {p.stem for p in package.iterdir() if not p.name.startswith("_") and p.suffix in {"", ".py"}}
    assert sorted(rows) == sorted(parts)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_in_the_text_exist(page):
    if page.stem == "architecture":
        text = re.sub(
            r"^\| .*?(?=\|)", "", text_of("architecture"), flags=re.MULTILINE
        )  # without the plan's column
    else:
        text = page.read_text(encoding="utf-8")
    for file in re.findall(r"`((?:tests/)?[a-z_]+/[\w/]+\.py)`", text):
        assert any((base / file).exists() for base in (ROOT, ROOT / "spectral_smooth")), file


def test_the_table_of_layer_measures_is_the_registrys():
    rows = table(text_of("reading-the-measures"), "measure")
    assert rows == [
        [f"`{m.name}`", escaped(m.formula), escaped(m.smooth), escaped(m.misleads)]
        for m in ss.LAYER_MEASURES.values()
    ]


def test_the_thresholds_of_the_diagnosis_are_those_of_the_code():
    limits = ss.Thresholds()
    said = {row[0]: row[2] for row in table(text_of("monitor"), "looked for")}
    assert said == {
        "smoothing": f"at most {limits.smooth:g}",
        "dead units": f"at least {limits.dead:g}",
        "rank collapse": f"at most {limits.rank:g}, or {limits.effective_rank:g}",
        "correlated columns": f"at least {limits.correlation:g}",
        "shrinking norm": f"{limits.norm:g} times smaller, over two steps or more",
        "exploding norm": f"{limits.norm:g} times larger, and beyond {limits.large:g}",
    }
