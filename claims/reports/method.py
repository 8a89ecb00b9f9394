"""The annex: how the case judges, in words and scales, and the fixed words that every format shares."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from claims.models.facets import rule

from . import wording
from .snapshots import Snapshot


@dataclass(frozen=True)
class Section:
    """One heading of the annex: paragraphs, then a table where ``columns`` are given."""

    heading: str
    paragraphs: list[str]
    columns: list[str]
    rows: list[list[str]]


def words() -> dict[str, str]:
    """The headings and labels that the formats set themselves, by what they stand for."""
    return {
        "summary": _("Summary"),
        "claims": _("Claims"),
        "annex": _("Method and scales"),
        "documents": _("Documents"),
        "sources": _("Sources"),
        "checking": _("How to check this report"),
        "no_claims": _("No claims were chosen for this report."),
        "no_documents": _("No document stands in this report."),
        "no_sources": _("No source stands in this report."),
        "no_evidence": _("No evidence has been brought."),
        "no_attribution": _("Nobody is named as having said it."),
        "said": _("What was said"),
        "chain": _("Who said it"),
        "figures": _("Figures"),
        "pictures": _("Pictures"),
        "same_figures": _("Figures that count the same"),
        "agreement": _("Agreement"),
        "as_table": _("The same as a table"),
        "back": _("Back to the summary"),
        "contents": _("Contents"),
        "comments": _("Comments"),
        "logo": _("Logo"),
        "imprint": _("Imprint"),
        "too_wide": _("This picture is too large for a page; the web page of this report has it."),
        "evidence": _("Evidence"),
        "assessments": _("Assessments"),
        "open_questions": _("Open questions"),
        "corrections": _("Corrections"),
        "known_gaps": _("Known gaps"),
        "would_change": _("What would change the judgement"),
        "claim": _("Claim"),
        "statement": _("Statement"),
        "kind": _("Kind"),
        "verdict": _("Verdict"),
        "signed_off": _("Signed off by"),
        "measure": _("Measure"),
        "figure": _("Figure"),
        "of_whom": _("Of"),
        "place": _("Place"),
        "as_of": _("As of"),
        "source": _("Source"),
        "source_kind": _("Kind of source"),
        "country": _("Country"),
        "reliability": _("Reliability"),
        "reason": _("Reason"),
        "graded": _("Graded"),
        "page": _("page"),
        "of": _("of"),
        "pdf_ua": _("This PDF follows PDF/UA-1: it is tagged for screen readers."),
        "pdf_plain": _(
            "Some characters in this report are in none of the fonts of this PDF and show as empty boxes. The "
            "PDF is tagged, but for that reason does not claim PDF/UA-1. Every other format holds them."
        ),
    }


def reliabilities() -> dict[str, str]:
    """What the letters of a source's grade mean."""
    return {
        "A": _("Completely reliable"),
        "B": _("Usually reliable"),
        "C": _("Fairly reliable"),
        "D": _("Not usually reliable"),
        "E": _("Unreliable"),
        "F": _("Reliability cannot be judged"),
    }


def credibilities() -> dict[str, str]:
    """What the digits of an item's grade mean."""
    return {
        "1": _("Confirmed by other independent sources"),
        "2": _("Probably true"),
        "3": _("Possibly true"),
        "4": _("Doubtful"),
        "5": _("Improbable"),
        "6": _("Truth cannot be judged"),
    }


def grade_meaning(reliability: str, credibility: str) -> list[str]:
    """The two halves of a grade in words, one after the other: they are never blended into one."""
    ungraded = _("Source not graded when this was judged")
    return [
        f"{reliability}: {reliabilities()[reliability]}" if reliability else ungraded,
        f"{credibility}: {credibilities()[credibility]}" if credibility else _("Information not graded"),
    ]


def sections(snapshot: Snapshot) -> list[Section]:
    """The annex of one report: its own verdict scale, then the scales that every case shares."""
    return [
        _two_questions(),
        _verdicts(snapshot),
        Section(_("How the parts of a claim add up"), rule(), [], []),
        _grades(),
        _likelihood(),
        _confidence(),
        _life(snapshot["case"]["assessments_required"]),
        *_gaps(snapshot),
    ]


def state_of_gap(gap: dict[str, Any]) -> str:
    """Where a question stands, who looks into it and by when; why, where it was dropped."""
    owner = _("%(who)s looks into it") % {"who": gap["owner"]} if gap["owner"] else ""
    due = _("due %(day)s") % {"day": wording.day(gap["due"])} if gap["due"] else ""
    return ", ".join(part for part in (gap["state_label"].lower(), owner, due) if part) + (
        f": {gap['reason']}" if gap["reason"] else ""
    )


def _gaps(snapshot: Snapshot) -> list[Section]:
    """What is not known, of all claims; nothing where nothing was left open."""
    rows = [
        [f"{claim['ref']}", f"{gap['number']}. {gap['text']}", state_of_gap(gap)]
        for claim in snapshot["claims"]
        for gap in claim.get("known_gaps", [])
    ]
    told = _("These questions would settle claims of this report, and nobody has answered them.")
    return [Section(_("Known gaps"), [told], [_("Claim"), _("Question"), _("State")], rows)] if rows else []


def checking(snapshot: Snapshot) -> list[str]:
    """How a stranger checks that the report is the one that was made."""
    return [
        *_bundled(snapshot),
        _(
            "Every format of this report is made from one frozen snapshot and from nothing else. The JSON format "
            'holds it: the SHA-256 is that of the bytes that follow "snapshot": up to the last brace, which is '
            "not counted. It is the one printed at the beginning of this report."
        ),
        _(
            "The log of the case is a chain: each entry holds the hash of the one before it. At the beginning of "
            "this report stand the number of its entries and its head when the report was made. A log that no "
            "longer leads to this head has been changed."
        ),
        _(
            "Each quotation from a document was compared with the stored text, character by character, before "
            "the report left. A quotation of evidence was compared where the text of the exhibit is held; where "
            "it is not, the report says so beside it."
        ),
    ]


def _bundled(snapshot: Snapshot) -> list[str]:
    """Where the proof is; nothing of a report from before there was one."""
    key = snapshot.get("key")
    if not key:
        return []
    told = _(
        "Ask whoever made this report for its bundle, report.zip. It holds this report in every format, the texts, the "
        "log and the sealed answers that it rests on, and verify.py, a program that checks all of it without a "
        "network: python3 verify.py report.zip --key %(fingerprint)s. Take that fingerprint from what they publish, "
        "not from here. The public key (Ed25519) is %(public)s."
    )
    return [told % key]


def _two_questions() -> Section:
    paragraphs = [
        _(
            "Two questions are kept apart. Was it said: did the speaker say these words? Is it true: does what "
            "they say hold? Evidence names the question it bears on, and a verdict answers the second."
        ),
        _(
            "The number of items of evidence says nothing about how many independent origins they have: "
            "repetition is not corroboration."
        ),
    ]
    return Section(_("Was it said, and is it true?"), paragraphs, [], [])


def _verdicts(snapshot: Snapshot) -> Section:
    scale = snapshot["scale"]
    ratings = sorted(
        scale["ratings"], key=lambda rating: (rating["position"] is None, rating["position"] or 0, rating["code"])
    )
    rows = [
        [
            rating["label"],
            rating["meaning"],
            _("off the scale") if rating["position"] is None else str(rating["position"]),
        ]
        for rating in ratings
    ]
    paragraphs = [
        _("The case rates claims on this scale: %(name)s.") % {"name": scale["name"]},
        _("A rating that is off the scale is no middle value, and a missing answer is none either."),
    ]
    return Section(_("Verdicts"), paragraphs, [_("Rating"), _("Meaning"), _("Place")], rows)


def _grades() -> Section:
    paragraphs = [
        _(
            "A grade such as B3 holds two answers side by side, never blended into one number: how reliable the "
            "source is (a letter) and how credible this piece of information is (a digit). F and 6 mean that it "
            "cannot be judged; they are not the low end of the scale."
        ),
        _("A question mark, as in ?3, stands where nobody has graded the source."),
    ]
    sources, information = list(reliabilities().items()), list(credibilities().items())
    rows = [[*source, *item] for source, item in zip(sources, information, strict=True)]
    columns = [_("Letter"), _("The source"), _("Digit"), _("The information")]
    return Section(_("Grades of evidence"), paragraphs, columns, rows)


def _likelihood() -> Section:
    bands = [
        (_("Almost no chance"), _("Remote"), "1\N{EN DASH}5 %"),
        (_("Very unlikely"), _("Highly improbable"), "5\N{EN DASH}20 %"),
        (_("Unlikely"), _("Improbable"), "20\N{EN DASH}45 %"),
        (_("Roughly even chance"), _("Roughly even odds"), "45\N{EN DASH}55 %"),
        (_("Likely"), _("Probable"), "55\N{EN DASH}80 %"),
        (_("Very likely"), _("Highly probable"), "80\N{EN DASH}95 %"),
        (_("Almost certain"), _("Nearly certain"), "95\N{EN DASH}99 %"),
    ]
    paragraphs = [_("How likely the claim is to be true, in the seven bands of ICD 203. Neighbours share their edge.")]
    columns = [_("Words"), _("Or"), _("Chance")]
    return Section(_("Likelihood"), paragraphs, columns, [list(band) for band in bands])


def _confidence() -> Section:
    paragraphs = [
        _(
            "How much the judgement can be relied on, which is a question of its own: low, moderate or high, "
            "after the quality and the quantity of what it rests on."
        )
    ]
    return Section(_("Confidence"), paragraphs, [], [])


def _life(required: int) -> Section:
    paragraphs = [
        _(
            "A claim becomes a signed verdict in steps. Each is kept in the log with who took it and when. "
            "Assessments required in this case: %(n)s."
        )
        % {"n": required}
    ]
    rows = [
        [_("Open"), _("The claim is written down and tied to the words it comes from.")],
        [_("In review"), _("Reviewers are assigned; each gives an assessment of their own.")],
        [_("To decide"), _("All required assessments are in. Where they differ the claim is disputed.")],
        [_("Proposed"), _("An editor proposes the verdict, or settles a difference and says why.")],
        [_("Signed off"), _("Somebody else has signed the proposal. Only then it is a verdict.")],
        [_("Withdrawn"), _("Set aside, with a reason.")],
    ]
    paragraphs.append(
        _(
            "A proposal can be sent back with a reason. A signed claim can be reopened as a new round; the old "
            "round is kept, and its verdict is listed as an earlier one."
        )
    )
    return Section(_("The life of a claim"), paragraphs, [_("Status"), _("What it means")], rows)
