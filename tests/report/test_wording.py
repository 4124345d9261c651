import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from spectral_smooth.measures.quadratic import QUADRATIC
from spectral_smooth.measures.state import STATE_MEASURES
from spectral_smooth.report import terms, wording

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)


@given(ANYTHING)
def test_clean_text_is_one_printable_line_that_can_be_encoded(text):
    shown = wording.clean(text)
    assert len(shown) == len(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)
    shown.encode("utf-8")


@given(ANYTHING)
def test_drawable_text_is_no_mathematics(text):
    assert not set(wording.drawable(text)) & {"$", "\\"}


def test_a_pooled_group_is_not_called_a_component():
    graph = {"components": 78, "component_sizes": [2485, 26]}
    assert wording.group_label(32, graph) == "all smaller components"
    assert wording.group_label(1, graph) == "component 1 (26 nodes)"
    assert wording.group_label(7, graph) == "component 7"
    assert wording.group_label(32, {"components": 33, "component_sizes": [1] * 33}) == "component 32 (1 node)"


def test_every_measure_of_the_package_is_in_the_glossary():
    known = {term.name for term in terms.MEASURES}
    assert set(QUADRATIC) | set(STATE_MEASURES) <= known


def test_every_measure_has_a_formula_and_every_term_is_one_sentence():
    for term in terms.glossary([*QUADRATIC, *STATE_MEASURES]):
        assert term.sentence.endswith(".")
        assert ". " not in term.sentence
        assert term.formula or term in terms.WORDS
