import pytest

from claims.text.kinds import likely_kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("The army is 48,000 strong.", "quantity"),
        ("Unemployment rose to 7 percent.", "quantity"),
        ("Two thirds of the harvest is lost.", "quantity"),
        ("A third of the harvest is lost.", "quantity"),
        ("The force is to comprise 5,000 men.", "quantity"),
        ("Fourteen soldiers were killed.", "event"),
        ("At least 14 soldiers were killed.", "event"),
        ("The bridge was destroyed on 14 March 2021.", "event"),
        ("The parliament signed the treaty in 2023.", "event"),
        ("Ten years ago the bridge was destroyed.", "event"),
        ("Troops are stationed near the border.", "state"),
        ("The crossing is closed.", "state"),
        ("The country has not sent soldiers.", "state"),
        ("She has been a member since 2011.", "state"),
        ("The ministry plans to close the road.", "plan"),
        ("The government will build a fence.", "plan"),
        ("They agreed to merge.", "plan"),
        ("The laws are to be harmonised.", "plan"),
        ("The price will rise by 5 percent.", "forecast"),
        ("The city might be attacked again.", "forecast"),
        ("A second attack is likely.", "forecast"),
        ("Is the army 48,000 strong?", "statement"),
        ("The second quarter", "statement"),
        ("", "statement"),
    ],
)
def test_the_signs_of_the_words_give_the_kind(words, kind):
    assert likely_kind(words) == kind


@pytest.mark.parametrize("day", ["on 3 May 2022", "in May", "on May 3"])
def test_what_happened_in_may_is_an_event_and_no_forecast(day):
    assert likely_kind(f"The army shelled the town {day}.") == "event"
    assert likely_kind(f"The army may shell the town {day}.") == "forecast"
