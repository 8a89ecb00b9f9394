"""The report as a STIX 2.1 bundle, for platforms that exchange threat intelligence.

A note for each claim, and an opinion on it for its signed verdict and for each assessment. STIX has five terms from
"strongly-disagree" to "strongly-agree" and nothing beside them: what is off the scale, or judged nothing, gets no
opinion at all, since "neutral" would be a middle value. Offered where the library of OASIS is installed.
"""

from __future__ import annotations

import importlib.util
import json
from typing import Any

from django.utils.translation import gettext as _

from . import wording
from .claimreview import is_sample
from .naming import identifier, publisher
from .snapshots import Snapshot, digest

type Node = dict[str, Any]

INSTALLED = importlib.util.find_spec("stix2") is not None
# By what a rating looks like, never by its number: how strongly somebody agrees is not said by a scale.
TERMS = {"supported": "agree", "mixed": "neutral", "refuted": "disagree"}


def render(snapshot: Snapshot) -> bytes:
    """The bundle: who made it, the report, its notes and its opinions, each under a name that stays."""
    from stix2 import v21  # takes its time, and is not everywhere

    making = Making(v21, snapshot)
    objects = [making.author, *making.claims()]
    report = making.report([each["id"] for each in objects])
    # Its own spelling of the objects, checked; in our order, so that the bytes stay the same.
    ordered = [json.loads(each.serialize()) for each in (making.author, report, *objects[1:])]
    bundle = {"type": "bundle", "id": making.name("bundle"), "objects": ordered}
    return (json.dumps(bundle, ensure_ascii=False, indent=1) + "\n").encode()


class Making:
    """What the objects of one report share."""

    def __init__(self, v21: Any, snapshot: Snapshot) -> None:
        self.v21, self.snapshot, self.sha256 = v21, snapshot, digest(snapshot)
        self.places = {rating["code"]: rating["position"] for rating in snapshot["scale"]["ratings"]}
        made = snapshot["report"]["made_at"]
        self.author = v21.Identity(
            id=self.name("identity"), created=made, modified=made,
            name=publisher(snapshot) or snapshot["report"]["made_by"],
            identity_class="organization" if publisher(snapshot) else "individual",
        )  # fmt: skip

    def name(self, kind: str, *path: str) -> str:
        return f"{kind}--{identifier(self.sha256, kind, *path)}"

    def shared(self, kind: str, at: str, *path: str) -> Node:
        """What every object has; those of a sample say so in their labels."""
        shared = {"id": self.name(kind, *path), "created": at, "modified": at, "created_by_ref": self.author["id"]}
        labels = {"labels": ["sample"]} if is_sample(self.snapshot) else {}
        return shared | labels | {"lang": self.snapshot["language"]}

    def report(self, refs: list[str]) -> Any:
        report, case = self.snapshot["report"], self.snapshot["case"]
        title = report["title"] or case["title"]
        return self.v21.Report(
            **self.shared("report", report["made_at"]),
            name=_("Sample: %(title)s") % {"title": title} if is_sample(self.snapshot) else title,
            published=report["made_at"],
            **_present(description=case["description"]),
            external_references=[{"source_name": self.snapshot["format"], "external_id": self.sha256}],
            object_refs=refs,
        )

    def claims(self) -> list[Any]:
        found = []
        for claim in self.snapshot["claims"]:
            note = self.note(claim)
            found += [note, *self.opinions(claim, note["id"])]
        return found

    def note(self, claim: Node) -> Any:
        at = claim["verdict"]["signed_off_at"] if claim["verdict"] else self.snapshot["report"]["made_at"]
        return self.v21.Note(
            **self.shared("note", at, claim["ref"]),
            abstract=f"{claim['ref']}: {claim['statement']}",
            content="\n".join(self.content(claim)),
            **_present(external_references=self.references(claim)),
            object_refs=[self.name("report")],
        )

    def content(self, claim: Node) -> list[str]:
        titles = {document["number"]: document["title"] for document in self.snapshot["documents"]}
        quotes = [f"“{passage['exact']}” ({titles.get(passage['document'], '')})" for passage in claim["passages"]]
        unsigned = _("No signed verdict (status: %(status)s)") % {"status": claim["status_label"]}
        verdict = claim["verdict"]
        speakers = dict.fromkeys(said["speaker"] for said in claim["attributions"] if said["basis"] == "on_record")
        told = [
            claim["statement"],
            *quotes,
            _("Said by: %(who)s") % {"who": ", ".join(speakers)} if speakers else "",
            self.word(verdict["label"]) if verdict else unsigned,
            claim.get("origins", {}).get("said", ""),
        ]
        return [line for line in told if line]

    def references(self, claim: Node) -> list[Node]:
        """The documents it stands in and what its evidence cites, as far as it may be named and has an address."""
        stands_in = {passage["document"] for passage in claim["passages"]}
        cited = [(doc["title"], doc["url"]) for doc in self.snapshot["documents"] if doc["number"] in stands_in]
        cited += [(item["exhibit"], item["url"]) for item in claim["evidence"] if not item.get("withheld")]
        found = {wording.link(url): title for title, url in cited if title and wording.link(url)}
        return [{"source_name": title, "url": url} for url, title in found.items()]

    def opinions(self, claim: Node, note: str) -> list[Any]:
        given = [(claim["verdict"], "verdict", "signed_off_by", "signed_off_at", "summary")] if claim["verdict"] else []
        given += [(own, own["seal"], "reviewer", "submitted_at", "rationale") for own in claim["assessments"]]
        return [
            self.v21.Opinion(
                **self.shared("opinion", judged[at], claim["ref"], name),
                opinion=TERMS[judged["look"]],
                explanation=": ".join(part for part in (self.word(judged["label"]), judged[why]) if part),
                authors=[judged[who]],
                object_refs=[note],
            )
            for judged, name, who, at, why in given
            if judged["look"] in TERMS and self.places.get(judged["rating"]) is not None
        ]

    def word(self, label: str) -> str:
        return _("Sample: %(rating)s") % {"rating": label} if is_sample(self.snapshot) else label


def _present(**parts: Any) -> Node:
    return {name: part for name, part in parts.items() if part}
