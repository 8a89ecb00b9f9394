import pytest

from claims.text.languages import is_code, no_codes


@pytest.mark.parametrize("code", ["en", "UK", "be-tarask", "zh-Hant-TW", "rus", "pt-BR"])
def test_a_language_is_known_by_its_code(code):
    assert is_code(code)


@pytest.mark.parametrize("typed", ["", "xx-notalang", "xx", "English", "e", "en_GB", "en-", "en-a", "en, uk"])
def test_what_names_no_language_is_none(typed):
    assert not is_code(typed)


@pytest.mark.parametrize(
    ("typed", "wrong"), [("en, uk,be", []), ("", []), ("en oder be", ["oder"]), ("xx; en", ["xx"]), (" en uk ", [])]
)
def test_of_several_codes_those_that_are_none_are_named(typed, wrong):
    assert no_codes(typed) == wrong
