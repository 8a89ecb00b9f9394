import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Attribution
from claims.text.attribution import Rung, content, is_official, rungs

# The sentence, who speaks with which verb, hedge and manner (outermost first), and the assertion that is left.
TOLD = [
    (
        "The defence minister said on Monday that the brigade had left the town.",
        [("The defence minister", "said", "", "on_record")],
        "the brigade had left the town.",
    ),
    (
        "The brigade had left the town, the ministry said.",
        [("the ministry", "said", "", "on_record")],
        "The brigade had left the town",
    ),
    (
        "Three people had died and ten were hurt, governor Jan Novak wrote on Telegram.",
        [("governor Jan Novak", "wrote", "", "on_record")],
        "Three people had died and ten were hurt",
    ),
    ("He said the camp would close by 2027.", [("He", "said", "", "on_record")], "the camp would close by 2027."),
    (
        "On Monday, the ministry said the unit would grow.",
        [("the ministry", "said", "", "on_record")],
        "the unit would grow.",
    ),
    (
        "According to Minsk, 4,000 soldiers have crossed the river.",
        [("Minsk", "According to", "", "on_record")],
        "4,000 soldiers have crossed the river.",
    ),
    (
        "According to the ministry the attack killed 30 people.",
        [("the ministry", "According to", "", "on_record")],
        "the attack killed 30 people.",
    ),
    (
        "Some 4,000 soldiers have crossed, according to a leaked document obtained by western reporters.",
        [("a leaked document obtained by western reporters", "according to", "", "document")],
        "Some 4,000 soldiers have crossed",
    ),
    (
        "Officials who spoke on condition of anonymity said the bridge was mined.",
        [("Officials", "said", "", "anonymous")],
        "the bridge was mined.",
    ),
    (
        "A source familiar with the talks said that the offer had been withdrawn.",
        [("A source familiar with the talks", "said", "", "anonymous")],
        "the offer had been withdrawn.",
    ),
    (
        "The offensive has failed, said a senior diplomat who asked not to be named.",
        [("a senior diplomat", "said", "", "anonymous")],
        "The offensive has failed",
    ),
    (
        "It was reported that two aircraft had been lost.",
        [("", "was reported", "It was reported", "hearsay")],
        "two aircraft had been lost.",
    ),
    ("The base is reportedly empty.", [("", "", "reportedly", "hearsay")], "The base is reportedly empty."),
    (
        "Allegedly, the drone crossed the border.",
        [("", "", "Allegedly", "hearsay")],
        "the drone crossed the border.",
    ),
    ("An alleged spy was arrested.", [("", "", "alleged", "hearsay")], "An alleged spy was arrested."),
    (
        "The army is said to be massing tanks.",
        [("", "is said", "is said", "hearsay")],
        "The army is said to be massing tanks.",
    ),
    (
        "The minister reportedly told aides that the unit was small.",
        [("The minister", "told", "reportedly", "on_record")],
        "the unit was small.",
    ),
    (
        "Tehran claimed that the governor had told reporters that the plant was safe.",
        [("Tehran", "claimed", "claimed", "on_record"), ("the governor", "had told", "", "on_record")],
        "the plant was safe.",
    ),
    (
        "“Kyiv told us that the bridge was mined,” the governor said.",
        [("the governor", "said", "", "on_record"), ("Kyiv", "told", "", "on_record")],
        "the bridge was mined,”",
    ),
    (
        "Khrenin is reported to have said that the unit would grow.",
        [("", "is reported", "is reported", "hearsay"), ("Khrenin", "have said", "", "on_record")],
        "the unit would grow.",
    ),
    (
        "Belta quoted the general as saying that the unit would grow.",
        [("Belta", "quoted", "", "on_record"), ("the general", "saying", "", "on_record")],
        "the unit would grow.",
    ),
    (
        "The agency, citing unnamed sources, reported that the deal was close.",
        [("The agency", "reported", "", "on_record"), ("unnamed sources", "citing", "", "anonymous")],
        "the deal was close.",
    ),
    ("Kyiv denies that its men crossed.", [("Kyiv", "denies", "", "on_record")], "its men crossed."),
    (
        "President Duda did not say that the troops would leave.",
        [("President Duda", "did not say", "", "on_record")],
        "the troops would leave.",
    ),
    (
        "Minsk, which claims that the drone was armed, closed the crossing.",
        [("Minsk", "claims", "claims", "on_record")],
        "the drone was armed, closed the crossing.",
    ),
    (
        "The government announced plans to buy 40 helicopters.",
        [("The government", "announced", "", "on_record")],
        "plans to buy 40 helicopters.",
    ),
    (
        "In March President Duda and the Polish army warned of a second attack on the bridge.",
        [("President Duda and the Polish army", "warned", "", "on_record")],
        "a second attack on the bridge.",
    ),
    (
        "A newspaper published what it claimed to be a leaked plan.",
        [("A newspaper", "published", "", "on_record"), ("it", "claimed", "claimed", "on_record")],
        "a leaked plan.",
    ),
    (
        "Secret papers, outlining a merger of the banks by 2031, were claimed to have been stolen by clerks.",
        [("", "were claimed", "were claimed", "hearsay"), ("Secret papers", "outlining", "", "document")],
        "a merger of the banks by 2031",
    ),
    (
        "The exercise was described by Minsk as defensive.",
        [("Minsk", "was described", "", "on_record")],
        "The exercise was described by Minsk as defensive.",
    ),
    (
        "The defence minister, Jan Kowalski, said that the unit had 500 men.",
        [("The defence minister, Jan Kowalski", "said", "", "on_record")],
        "the unit had 500 men.",
    ),
    (
        "Defence Minister Jan Kowalski told parliament that 300 men had been called up.",
        [("Defence Minister Jan Kowalski", "told", "", "on_record")],
        "300 men had been called up.",
    ),
    (
        "The Daily Mail, however, points out that the border is open.",
        [("The Daily Mail", "points", "", "on_record")],
        "the border is open.",
    ),
    (
        "The general, who commands the western group, insisted the bridge was intact.",
        [("The general", "insisted", "", "on_record")],
        "the bridge was intact.",
    ),
    (
        "Unconfirmed reports said two men had died.",
        [("Unconfirmed reports", "said", "", "hearsay")],
        "two men had died.",
    ),
    (
        "Warsaw's claim that two men had died was false.",
        [("Warsaw", "claim", "claim", "on_record")],
        None,
    ),
    ("The unit, he added, would serve part-time.", [("he", "added", "", "on_record")], None),
    (
        "“We are ready,” said Jan Novak, the mayor.",
        [("Jan Novak, the mayor", "said", "", "on_record")],
        "“We are ready,”",
    ),
    (
        "He's saying that the plan is small.",
        [("He", "saying", "", "on_record")],
        "the plan is small.",
    ),
    (
        "In March the minister visited Brest and said the bridge was shut.",
        [("the minister", "said", "", "on_record")],
        "the bridge was shut.",
    ),
    (
        "The plan is small, and the minister said that it would grow.",
        [("the minister", "said", "", "on_record")],
        None,
    ),
    (
        "The minister visited Brest and said that the unit would grow.",
        [("The minister", "said", "", "on_record")],
        "the unit would grow.",
    ),
]

UNTOLD = [
    "",
    "The United States has 300 troops there.",
    "Two reports were published on Tuesday.",
    "The minister is expected to announce a new plan.",
    "The minister will announce the plan on Friday.",
    "The unit was told to leave.",
    "The plan was announced on Monday.",
    "Nobody knows what he said.",
    "Let me say this.",
    "The judge was nominated and confirmed 43 days before the vote.",
    "The state of Georgia has 300 cases.",
    "The army maintains close ties with the navy.",
    "Армия заявила, что мост закрыт.",
]

PIECES = """
    He the minister Minsk said says claimed that , . “ ” " ' who which reportedly alleged according to by as was is been
    of and not on Monday it told us citing quoted saying claim reports 's you've — however announced what described İ
"""
WORDS = st.lists(st.sampled_from(PIECES.split()), max_size=40).map(" ".join)


def shown(sentence):
    return [(rung.speaker, rung.verb, rung.hedge, rung.manner) for rung in rungs(sentence)]


@pytest.mark.parametrize(("sentence", "expected", "left"), TOLD)
def test_who_told_whom_and_what_is_left(sentence, expected, left):
    start, end = content(sentence, rungs(sentence))
    assert shown(sentence) == expected
    assert sentence[start:end] == (left or sentence)


@pytest.mark.parametrize("sentence", UNTOLD)
def test_a_sentence_that_nobody_tells_stands_whole(sentence):
    assert rungs(sentence) == ()
    assert content(sentence, ()) == (0, len(sentence))


def test_a_rung_takes_up_all_but_the_assertion():
    sentence = "The bridge is open, the mayor said."
    (rung,) = rungs(sentence)
    assert sentence[rung.start : rung.end] == ", the mayor said"


def test_manners_are_those_of_an_attribution():
    manners = {manner for _, expected, _ in TOLD for *_, manner in expected}
    assert manners == set(Attribution.Basis.values)


@pytest.mark.parametrize(
    "speaker",
    [
        "The defence minister", "Defence Minister Jan Kowalski", "President Duda", "Minsk", "Kyiv’s general staff",
        "the ministry", "Ukrainian officials", "a spokeswoman for the army", "the White House", "Nato", "the WHO",
        "Jan Novak, the mayor",
    ],
)  # fmt: skip
def test_states_armies_and_those_who_speak_for_them_are_official(speaker):
    assert is_official(speaker)


@pytest.mark.parametrize(
    "speaker",
    ["", "he", "analysts", "a former minister", "the opposition leader", "a government report", "a newspaper",
     "state media", "the people who left"],
)  # fmt: skip
def test_others_are_not(speaker):
    assert not is_official(speaker)


@given(st.one_of(WORDS, st.text()))
def test_rungs_stand_in_the_sentence_and_apart(sentence):
    found = rungs(sentence)
    assert found == rungs(sentence)
    places = sorted((rung.start, rung.end) for rung in found)
    end = 0
    for start, stop in places:
        assert end <= start < stop <= len(sentence)
        end = stop
    for rung in found:
        assert rung.speaker in sentence
        assert rung.verb in sentence
        assert rung.hedge in sentence
        assert rung.speaker or rung.hedge
        assert rung.manner in Attribution.Basis.values
    left, right = content(sentence, found)
    assert 0 <= left <= right <= len(sentence)
    assert bool(sentence[left:right]) == bool(sentence.strip())


@given(st.text(max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=3))
def test_the_assertion_stays_in_the_sentence_whatever_the_rungs(sentence, places):
    given_rungs = tuple(Rung("X", "said", "", "on_record", *sorted(place)) for place in places)
    left, right = content(sentence, given_rungs)
    assert 0 <= left <= right <= len(sentence)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit", ["said ", "who said, ", "x, said ", "the and ", "alleged ", "was said to ", "(", "“", "x", " "]
)
def test_a_sentence_of_ten_million_characters_does_not_hang(unit):
    sentence = unit * (10_000_000 // len(unit))
    left, right = content(sentence, rungs(sentence))
    assert 0 <= left <= right <= len(sentence)


def test_data_show_what_they_are_subject_of():
    for sentence in ("Customs data show that exports fell.", "Customs data show exports fell by a third."):
        (rung,) = rungs(sentence)
        assert (rung.speaker, rung.verb, rung.manner) == ("Customs data", "show", "document")
