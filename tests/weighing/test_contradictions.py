"""Which answers can hardly be meant together."""

from itertools import product

import pytest

from claims.models import Likelihood
from claims.models.cases import Look
from claims.weighing.contradictions import LIKELY, UNLIKELY, contradict


@pytest.mark.parametrize(
    ("look", "likelihood"),
    [*product(["supported"], UNLIKELY), *product(["refuted"], LIKELY)],
)
def test_a_side_taken_and_a_likelihood_of_the_other_side_contradict(look, likelihood):
    assert contradict(look, likelihood)


def test_nothing_else_does():
    bands = ["", *Likelihood.values]
    at_odds = {pair for pair in product(Look.values, bands) if contradict(*pair)}
    assert at_odds == {*product(["supported"], UNLIKELY), *product(["refuted"], LIKELY)}
    assert len(at_odds) == 6


def test_the_bands_are_those_that_reviewers_are_offered():
    assert [*UNLIKELY, "even", *LIKELY] == Likelihood.values
