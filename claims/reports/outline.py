"""What a report says, in reading order, with every fixed word in place: the page, the PDF and the Markdown lay it out.

A format that people read starts from ``outline``; so a sentence is worded once and no format can leave it out.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import appended, method, pictures, wording
from .arranging import arranged
from .choices import PUBLIC, SECTIONS
from .parts import Assessment, Badge, Claim, Evidence, Fact, Outline, Part, Quote, Rung, Tally, Verdict
from .snapshots import Snapshot, digest, shows

MOST_DRAWN = 300  # claims of a report on pages that has the pictures of each
WITHOUT_PICTURES = gettext_lazy(
    "The pictures of single claims are left out here, as there are so many; the web page has them."
)
SIGNS = {"supported": "✓", "mixed": "≈", "refuted": "✕", "unverified": "?"}


def is_long(snapshot: Snapshot) -> bool:
    """Whether a report has so many claims that its pages are laid out without the pictures of each."""
    return len(snapshot["claims"]) > MOST_DRAWN


def outline(snapshot: Snapshot, *, on_pages: bool = False) -> Outline:
    """The report that the snapshot holds, worded in the language that is active.

    One that is laid out `on_pages` is without the pictures of its claims where it is long, and says so: they would take
    as long again.
    """
    plain = on_pages and is_long(snapshot)
    case, report = snapshot["case"], snapshot["report"]
    drawn = pictures.Pictures(snapshot)
    claims = list(_claims(snapshot, None if plain else drawn))
    chosen = {section: shows(snapshot, section) for section in SECTIONS}
    found = Outline(
        shows=chosen,
        imprint=snapshot.get("imprint", ""),
        logo=snapshot.get("logo") or "",
        parts=[],
        language=snapshot["language"],
        words=method.words(),
        kicker=_("Review report"),
        title=report["title"] or case["title"],
        case=f"{case['code']} · {case['title']}",
        description=case["description"],
        facts=title_facts(snapshot),
        notices=notices(snapshot) + [str(WITHOUT_PICTURES)] * plain,
        count=_count(snapshot["claims"]),
        tallies=(tallies := _tallies(claims)),
        claims=claims,
        since=appended.since(snapshot.get("since")),
        annex=method.sections(snapshot) if chosen["method"] else [],
        custody=appended.custody(snapshot),
        documents=[document_facts(document) for document in snapshot["documents"]],
        sources=[_source(source) for source in snapshot["sources"]],
        checking=method.checking(snapshot),
        ratings=pictures.of_ratings((one.badge.word, one.badge.look, one.badge.sign, one.count) for one in tallies),
        pictures={"figures": drawn.of_figures(), "agreement": drawn.of_agreement()},
    )
    return replace(found, parts=_parts(found))


def _parts(report: Outline) -> list[Part]:
    """The report's parts in order: a part that would be empty is none."""
    words, shown = report.words, report.shows
    before = [
        Part(words["summary"], "summary") if shown["summary"] else None,
        Part(report.since.heading, "since") if report.since else None,
    ]
    after = [
        Part(words["same_figures"], "figures") if report.pictures["figures"] else None,
        Part(words["agreement"], "agreement") if report.pictures["agreement"] else None,
        Part(words["annex"], "annex") if report.annex else None,
        Part(report.custody.heading, "custody") if report.custody else None,
        Part(words["sources"], "sources") if shown["evidence"] else None,
        Part(words["documents"], "documents"),
        Part(words["checking"], "checking"),
    ]
    return [part for part in (*before, *(claim.opens for claim in report.claims), *after) if part]


def title_facts(snapshot: Snapshot) -> list[Fact]:
    """What the title page says of the report, and what it can be checked with."""
    case, report, log = snapshot["case"], snapshot["report"], snapshot["log"]
    entries = ngettext("%(n)s entry", "%(n)s entries", log["count"]) % {"n": log["count"]}
    return [
        Fact(_("Case"), f"{case['code']} · {case['title']}"),
        Fact(_("Report"), _("No. %(number)s") % {"number": report["number"]}),
        Fact(_("Made"), wording.moment(report["made_at"])),
        Fact(_("Made by"), report["made_by"]),
        *_for_whom(snapshot),
        Fact(_("Claims"), f"{report['selection']} ({_count(snapshot['claims'])})"),
        Fact(_("Log of the case"), entries),
        Fact(_("Head of the log (SHA-256)"), log["head"], code=True),
        Fact(_("Snapshot (SHA-256)"), digest(snapshot), code=True),
        *([Fact(_("Signed with the key"), key["fingerprint"], code=True)] if (key := snapshot.get("key")) else []),
    ]


def _for_whom(snapshot: Snapshot) -> list[Fact]:
    """For whom the report is; nothing of one from before that was asked."""
    if "audience" not in snapshot:
        return []
    public = snapshot["audience"] == PUBLIC
    return [Fact(_("For"), _("The public") if public else _("Internal use: it names people of the house"))]


def notices(snapshot: Snapshot) -> list[str]:
    """What a reader has to know before anything else: that it is a sample, or who is told apart by numbers."""
    told = []
    if snapshot["case"]["sample"]:
        told.append(_("This is a sample case. Every verdict and assessment in it is a sample that shows the method."))
    if brought := snapshot["case"].get("brought_in"):
        told.append(
            _("This case was brought in on %(day)s from another installation, with report %(report)s of %(case)s "
              "there, which was signed with the key %(key)s. What was said, judged and signed off before was so there.")
            % (brought | {"day": wording.day(brought["at"][:10])})
        )  # fmt: skip
    if snapshot["report"]["demo"]:
        told.append(_("This report was made in a demonstration, with accounts that anyone can use."))
    if snapshot.get("audience") == PUBLIC:
        told.append(
            _("People who worked on this review are told apart by numbers, such as Reviewer 1, the same all through.")
        )
    return told


def _count(claims: list[dict[str, Any]]) -> str:
    signed = sum(claim["verdict"] is not None for claim in claims)
    total = ngettext("%(n)s claim", "%(n)s claims", len(claims)) % {"n": len(claims)}
    with_verdict = ngettext("%(n)s with a signed verdict", "%(n)s with a signed verdict", signed)
    return f"{total}, {with_verdict % {'n': signed}}"


def _claims(snapshot: Snapshot, drawn: pictures.Pictures | None) -> Iterator[Claim]:
    """The claims in the order chosen; the first of each group opens a part."""
    last, number = None, 0
    grades = {source["id"]: source["reliability"] for source in snapshot["sources"]}
    for group, claim in arranged(snapshot):
        opens = None
        if group != last:
            number += 1
            heading = _("Claims: %(group)s") % {"group": group} if group else _("Claims")
            opens = Part(heading, f"claims-{number}" if group else "claims")
        last = group
        yield _claim(claim, snapshot, grades, drawn, opens)


def _tallies(claims: list[Claim]) -> list[Tally]:
    """Counted by rating in the order of the looks; claims without a signed verdict come last."""
    counts: dict[Badge, int] = {}
    for claim in claims:
        badge = claim.badge or Badge(_("No signed verdict"), "none", "")
        counts[badge] = counts.get(badge, 0) + 1
    looks = list(SIGNS)
    ordered = sorted(counts, key=lambda badge: looks.index(badge.look) if badge.look in looks else len(looks))
    return [Tally(badge, counts[badge]) for badge in ordered]


def _badge(rated: dict[str, Any], snapshot: Snapshot) -> Badge:
    look = rated["look"] if rated["look"] in SIGNS else "unverified"
    word = _("%(rating)s · Sample") if snapshot["case"]["sample"] else "%(rating)s"
    return Badge(word % {"rating": rated["label"] or _("No rating")}, look, SIGNS[look])


def _claim(
    claim: Any, snapshot: Snapshot, grades: dict[int, str], drawn: pictures.Pictures | None, opens: Part | None
) -> Claim:
    verdict, unsigned = standing(claim, snapshot)
    told = shows(snapshot, "verdicts")
    return Claim(
        opens=opens,
        ref=claim["ref"],
        anchor=f"claim-{claim['number']}",
        statement=claim["statement"],
        kind=claim["kind_label"],
        facts=_claim_facts(claim, counted=shows(snapshot, "evidence")),
        quotes=[_passage(passage, snapshot) for passage in claim["passages"]],
        chain=[_rung(attribution) for attribution in claim["attributions"]],
        figures=[_figure(quantity) for quantity in claim["quantities"]] if shows(snapshot, "figures") else [],
        evidence=[_evidence(item, grades) for item in claim["evidence"]],
        badge=verdict.badge if verdict else None,
        verdict=verdict if told else None,
        unsigned=unsigned,
        assessments=[_assessment(assessment, snapshot) for assessment in claim["assessments"]],
        earlier=[_earlier(earlier, snapshot) for earlier in claim["earlier_verdicts"] if told],
        signed_off=claim["verdict"]["signed_off_by"] if verdict else "",
        corrections=[_correction(correction) for correction in claim.get("corrections", [])],
        gaps=[_gap(gap) for gap in claim.get("known_gaps", [])],
        comments=appended.comments(claim) if shows(snapshot, "comments") else [],
        pictures=drawn.of_claim(claim) if drawn else [],
    )


def standing(claim: dict[str, Any], snapshot: Snapshot) -> tuple[Verdict | None, str]:
    """Its signed verdict, or a sentence that says that there is none."""
    if claim["verdict"] is None:
        return None, _("No signed verdict (status: %(status)s)") % {"status": claim["status_label"]}
    heading = _("Sample verdict") if snapshot["case"]["sample"] else _("Verdict")
    return _verdict(claim["verdict"], heading, snapshot), ""


def _correction(said: dict[str, Any]) -> str:
    values = said | {"when": wording.moment(said["at"])}
    if said["became"]:
        sentence = _("%(when)s, round %(round)s: the verdict was “%(was)s” and became “%(became)s”, signed off by "
                     "%(by)s. Why it was reopened: %(reason)s")  # fmt: skip
    else:
        sentence = _("%(when)s, round %(round)s: the verdict was “%(was)s” and was reopened by %(by)s; no other is "
                     "signed yet. Why: %(reason)s")  # fmt: skip
    return sentence % values


def _gap(gap: dict[str, Any]) -> str:
    return f"{gap['number']}. {gap['text']} ({method.state_of_gap(gap)})"


def _claim_facts(claim: dict[str, Any], *, counted: bool) -> list[Fact]:
    return _present(
        Fact(_("Kind"), claim["kind_label"]),
        Fact(_("As of"), wording.day(claim["as_of"])),
        Fact(_("Resolves on"), wording.day(claim["resolves_on"])),
        Fact(_("Review by"), wording.day(claim["review_by"])),
        Fact(_("Status"), claim["status_label"]),
        Fact(_("Round"), _round(claim)),
        Fact(_("Assessments"), _("the reviewers differed") if claim["disputed"] else ""),
        Fact(_("Origins"), claim.get("origins", {}).get("said", "") if counted else ""),
        Fact(_("Changed since the verdict"), "; ".join(claim.get("changed_since", []))),
    )


def _passage(passage: dict[str, Any], snapshot: Snapshot) -> Quote:
    titles = {document["number"]: document["title"] for document in snapshot["documents"]}
    where = _("Document %(number)s, %(title)s, characters %(start)s to %(end)s") % {
        "number": passage["document"],
        "title": titles.get(passage["document"], ""),
        "start": f"{passage['start']:,}",
        "end": f"{passage['end']:,}",
    }
    before, exact, after = passage["before"], passage["exact"], passage["after"]
    direction = wording.direction(before + exact + after)
    opening = "…" if passage["start"] > len(before) else ""
    # The snapshot does not say where the document ends, so a full stop is left to close the quotation.
    closing = "…" if after and after.rstrip()[-1:] not in (".", "!", "?") else ""
    return Quote(exact, passage["language"], direction, before, after, where, opening, closing)


def _rung(attribution: dict[str, Any]) -> Rung:
    hedged = _("hedged") if attribution["hedged"] else ""
    return Rung(attribution["speaker"], attribution["verb"], hedged, attribution["basis_label"])


def _figure(quantity: dict[str, Any]) -> list[str]:
    figure = f"{wording.span(quantity['low'], quantity['high'])} {quantity['unit']}".strip()
    as_of = wording.day(quantity["as_of"])
    return [quantity["measure"], figure, quantity["entity"], quantity["place"], as_of]


def _evidence(item: dict[str, Any], grades: dict[int, str]) -> Evidence:
    if item.get("absence"):
        return _absence(item, item["absence"])
    reliability, credibility = item["reliability"], item["credibility"]
    now = grades.get(item["source"], reliability)
    regraded = f"{now}: {method.reliabilities()[now]}" if now not in ("", reliability) else ""
    unchecked = item["quote"] and item["held_in"] is None
    quote = Quote(item["quote"], item["language"], wording.direction(item["quote"]), where=item["where"])
    return Evidence(
        number=item["number"],
        stance=item["stance"],
        stance_label=item["stance_label"],
        grade=wording.grade(reliability, credibility),
        grade_meaning=method.grade_meaning(reliability, credibility),
        source=item["source_name"],
        exhibit=item["exhibit"],
        url=item["url"],
        link=wording.link(item["url"]),
        facts=_present(
            Fact(_("Bears on"), item["bears_on_label"]),
            Fact(_("Grade of the source by now"), regraded),
            Fact(_("Published"), wording.day(item["published"])),
            Fact(_("Level"), item.get("level_label", "")),
            Fact(_("Why"), item.get("level_reason", "")),
            Fact(_("Where it comes from"), item.get("lineage", "")),
            Fact(_("Origin"), item.get("origin_label", "")),
            Fact(_("Figures"), "; ".join(item.get("figures", []))),
        ),
        quote=quote if item["quote"] else None,
        caution=_("Not checked against a held text.") if unchecked else "",
        note=item["note"],
    )


def _absence(item: dict[str, Any], absence: dict[str, Any]) -> Evidence:
    """A search that found nothing, said with its bounds and as no more than that."""
    days = [wording.day(absence["since"]) or "…", wording.day(absence["until"]) or "…"]
    period = _("%(since)s to %(until)s") % {"since": days[0], "until": days[1]}
    return Evidence(
        number=item["number"],
        stance=item["stance"],
        stance_label=item["stance_label"],
        grade="–",
        grade_meaning=[_("A search that found nothing shows no more than that, within the bounds named here.")],
        source=_("Searched, not found:"),
        exhibit=absence["query"],
        url="",
        link="",
        facts=_present(
            Fact(_("Searched in"), absence["place"]),
            Fact(_("Languages"), absence["languages"]),
            Fact(_("Period"), period if absence["since"] or absence["until"] else ""),
            Fact(_("Searched"), ", ".join([wording.day(absence["searched_on"]), absence["searched_by"]])),
            Fact(_("Limits of the search"), absence["limits"]),
            Fact(_("Bears on"), item["bears_on_label"]),
        ),
        quote=None,
        caution="",
        note=item["note"],
    )


def _verdict(verdict: dict[str, Any], heading: str, snapshot: Snapshot) -> Verdict:
    facts = _present(
        Fact(_("How it was reached"), verdict["reached_label"]),
        Fact(_("Why the reviewers differed"), verdict["reason_label"]),
        Fact(_("Independent origins behind it"), _number(verdict.get("support"))),
        Fact(_("Why so few origins are enough"), verdict.get("one_origin", "")),
        Fact(_("To whoever is overruled"), verdict.get("to_overruled", "")),
        *(Fact(_("Reply of %(who)s") % {"who": said["reviewer"]}, said["text"]) for said in verdict.get("replies", [])),
        Fact(_("Changed between its proposal and its signature"), " ".join(verdict.get("renewed", []))),
        Fact(_("Proposed"), _by(verdict["proposed_by"], verdict["proposed_at"])),
        Fact(_("Signed off"), _by(verdict["signed_off_by"], verdict["signed_off_at"])),
        Fact(_("Round"), _round(verdict)),
    )
    left_open = verdict["open_questions"] if shows(snapshot, "questions") else ""
    return Verdict(heading, _badge(verdict, snapshot), verdict["summary"], facts, left_open)


def _earlier(verdict: dict[str, Any], snapshot: Snapshot) -> Verdict:
    sample = snapshot["case"]["sample"]
    heading = _("Earlier sample verdict, round %(n)s") if sample else _("Earlier verdict, round %(n)s")
    return _verdict(verdict, heading % {"n": verdict["round"]}, snapshot)


def _assessment(assessment: dict[str, Any], snapshot: Snapshot) -> Assessment:
    unanswered = _("not answered")
    facts = [
        Fact(_("Was it said?"), assessment["was_said_label"] or unanswered),
        Fact(_("Likelihood that it is true"), assessment["likelihood_label"] or unanswered),
        Fact(_("Confidence in the judgement"), assessment["confidence_label"] or unanswered),
        *(Fact(part["facet_label"], _part(part)) for part in assessment.get("facets", [])),
        Fact(_("Its parts add up to"), assessment.get("adds_up_to_label", "")),
        Fact(_("It is not what they add up to, because"), assessment.get("override_reason", "")),
        Fact(_("Evidence relied on"), ", ".join(str(n) for n in assessment["relied_on"]) or _("none named")),
        Fact(_("Submitted"), wording.moment(assessment["submitted_at"])),
        Fact(_("Changed after it was sealed, because"), assessment.get("moved_reason", "")),
        Fact(_("Seal of the answer before"), assessment.get("follows", ""), code=True),
        Fact(_("Round"), _round(assessment)),
        Fact(_("Seal (SHA-256)"), assessment["seal"], code=True),
    ]
    badge = _badge(assessment, snapshot)
    rationale, would_change = assessment["rationale"], assessment["would_change"]
    return Assessment(assessment["reviewer"], badge, _present(*facts), rationale, would_change)


def _part(part: dict[str, Any]) -> str:
    label = part["label"] or _("does not apply")
    return f"{label}: {part['note']}" if part["note"] else label


def document_facts(document: dict[str, Any]) -> list[Fact]:
    """What is known of a document, and by which hashes it is known."""
    return _present(
        Fact(_("Document %(number)s") % {"number": document["number"]}, document["title"]),
        Fact(_("Author"), document["author"]),
        Fact(_("Publisher"), document["publisher"]),
        Fact(_("Published"), wording.day(document["published"])),
        Fact(_("Language"), document["language"]),
        Fact(_("Address"), document["url"]),
        Fact(_("Loaded"), wording.moment(document["loaded_at"])),
        Fact(_("Text (SHA-256)"), document["sha256"], code=True),
        Fact(_("Original bytes (SHA-256)"), document["sha256_bytes"], code=True),
    )


def _source(source: dict[str, Any]) -> list[str]:
    graded = _by(source["graded_by"], source["graded_at"])
    grade = source["reliability"] or "?"
    return [source["name"], source["kind_label"], source["country"], grade, source["reason"], graded]


def _by(who: str, when: str | None) -> str:
    return ", ".join(part for part in (who, wording.moment(when)) if part)


def _round(record: dict[str, Any]) -> str:
    """Said from the second round on: most claims never have one."""
    return str(record["round"]) if record["round"] > 1 else ""


def _number(count: int | None) -> str:
    return "" if count is None else str(count)


def _present(*facts: Fact) -> list[Fact]:
    return [fact for fact in facts if fact.value]
