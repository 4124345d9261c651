"""The benchmark of certificates and facts at a million nodes, on graphs of some hundreds: its checks hold."""

from __future__ import annotations

import pytest

from benchmarks import trust_time


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(trust_time, "FAMILIES", {"hypercube": "hypercube:9", "torus": "torus:15x20"})
    monkeypatch.setattr(trust_time, "COUNTS", {"hypercube": 9})


def test_every_claim_about_the_hypercube_is_true(small):
    found = trust_time._certificate("hypercube", None)
    assert found["nodes"] == 512
    assert len(found["clusters"]) == 1
    assert "confidence 0.99" in found["sentence"]


def test_facts_of_the_torus_hold_its_known_ends(small):
    found = trust_time._facts("torus", None)
    assert found["conductance"][0] <= found["conductance"][1]
