"""What people may type about evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from claims.forms.fields import WorkForm, initial_of
from claims.forms.filters import cursor
from claims.loading.capturing import fetch_later
from claims.models import Case, Claim, Credibility, Document, Evidence, Exhibit, Source, User, writing
from claims.search.claims import usable
from claims.search.sources import called

EXHIBITS, DOCUMENTS, SOURCES = 100, 50, 300  # how many the lists offer
FIELDS = ["stance", "bearing", "quote", "where", "credibility", "note", "level", "level_reason", "withheld"]
NEW = ["title", "source", "source_name", "source_kind", "url", "capture", "published", "document", "text"]
SOUGHT = ["words", "older", "exhibit"]  # what the search for an exhibit sends
ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


@dataclass
class Listing:
    """A page of the exhibits one can choose from, as (key, words, whether it is the chosen one)."""

    rows: list[tuple[int, str, bool]]
    found: int
    older: int | None  # older ones than this are on the next page
    narrowed: bool  # to some words, or to a later page

    @classmethod
    def of(cls, case: Case, user: User, words: str, older: int | None, chosen: int | None) -> Listing:
        """The newest hundred with these words that are older than `older`; the chosen one stays among them."""
        wanted, address = usable(words[:200]), address_in(words)
        known = Exhibit.objects.filter(case=case).rated_for(user, case).order_by("-pk")
        like = known.filter(url__in=spellings(address)) if address else having(known, wanted)
        page = like if older is None else like.filter(pk__lt=older)
        found = list(page.values_list("pk", "title", "source__name")[: EXHIBITS + 1])
        more, found = len(found) > EXHIBITS, found[:EXHIBITS]
        count, last = len(found), found[-1][0] if more else None
        if chosen is not None and all(pk != chosen for pk, *_words in found):
            found[:0] = known.filter(pk=chosen).values_list("pk", "title", "source__name")[:1]
        rows = [(pk, f"{title} · {name}" if name else title, pk == chosen) for pk, title, name in found]
        return cls(rows, count, last, bool(wanted) or older is not None)


def address_in(words: str) -> str:
    """The web address that was typed in the place of words; "" where words were."""
    return words.strip() if ADDRESS.fullmatch(words.strip()) else ""


def spellings(address: str) -> set[str]:
    """How the same page may be written: with and without its last stroke, with either scheme, without a place in it."""
    rest = address.partition("://")[2]
    pages = {rest, rest.partition("#")[0]}
    pages |= {page.rstrip("/") for page in pages} | {page.rstrip("/") + "/" for page in pages}
    return {address, *(f"{scheme}://{page}" for scheme in ("http", "https") for page in pages)}


def resolved(case: Case, user: User, sent: Mapping[str, Any], *, anew: bool) -> dict[str, str]:
    """What an address in the place of words stands for: the case's exhibit of it, or the address of a new one.

    `anew` where somebody just looked for it; else what was chosen or described already goes before.
    """
    address = address_in(str(sent.get("words") or ""))
    if not address or (not anew and any(sent.get(name) for name in ("exhibit", "url", "title"))):
        return {}
    like = Exhibit.objects.filter(case=case, url__in=spellings(address)).rated_for(user, case)
    held = like.order_by("-pk").values_list("pk").first()
    return {"exhibit": str(held[0])} if held else {"exhibit": "", "url": address}


def having(exhibits: QuerySet[Exhibit], words: list[str]) -> QuerySet[Exhibit]:
    """Those in whose title, source or address each of these words stands."""
    for word in words:
        either = Q()
        # SQLite takes capital and small letters for the same in ASCII alone.
        for spelling in {word, word.lower(), word.upper(), word.capitalize()}:
            for place in ("title", "source__name", "url"):
                either |= Q(**{f"{place}__icontains": spelling})
        exhibits = exhibits.filter(either)
    return exhibits


class WebAddress(forms.URLField):
    """An address that a reader can follow: http or https."""

    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {"invalid": _("Give an address that begins with http:// or https://.")}


class CredibilityForm(WorkForm):
    """How far a piece of information is to be believed: nothing is chosen beforehand."""

    credibility = forms.ChoiceField(
        label=_("Credibility of the information"),
        choices=Credibility.choices,
        error_messages={"required": _("Choose how far this information is to be believed.")},
        help_text=_("1 needs two independent origins on record."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credibility"].widget.choices = [("", _("Choose")), *Credibility.choices]


class RateForm(CredibilityForm):
    """The credibility of information whose source one has not seen."""


class StanceForm(WorkForm):
    """On which of the two questions something bears, and for or against what."""

    stance = forms.ChoiceField(
        label=_("Stance"),
        choices=Evidence.Stance.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it supports the claim, refutes it, or gives context.")},
    )
    bearing = forms.ChoiceField(
        label=_("Bears on"), choices=Evidence.Bearing.choices, initial=Evidence.Bearing.TRUE, widget=forms.RadioSelect
    )


class BearingForm(StanceForm, CredibilityForm):
    """How a piece of evidence bears on its claim."""

    quote = forms.CharField(
        label=_("Quotation"),
        widget=forms.Textarea,
        required=False,
        max_length=10_000,
        help_text=_("Copied character for character. Where the exhibit's text is held, it is looked up there."),
    )
    where = forms.CharField(
        label=_("Where in it"),
        required=False,
        max_length=200,
        help_text=_("As in: p. 12 · par. 3 · 01:04:30."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea)
    level = forms.ChoiceField(
        label=_("Primary or secondary"),
        choices=[("", _("Not said")), *Evidence.Level.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    level_reason = forms.CharField(
        label=_("Why"), required=False, max_length=2000, widget=forms.Textarea,
        help_text=_("How one knows: it was there, it signed the order, it cites others."),
    )  # fmt: skip
    withheld = forms.BooleanField(
        label=_("Withhold who it is"), required=False,
        help_text=_("From now on the name, the exhibit's title and its address stay out of every report and of "
                    "readers' pages, with every piece of evidence of this source in the case. The quotation is shown."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in {"quote": 3, "note": 2, "level_reason": 2}.items():
            self.fields[name].widget.attrs |= {"rows": rows, "dir": "auto"}

    @property
    def says_more(self) -> bool:
        """Whether what is rarely said must be in sight: something stands in it, or is wrong with it."""
        return any(name in self.errors or self[name].value() for name in ("level", "level_reason", "withheld"))

    def clean(self) -> dict[str, Any]:
        """Primary or secondary with a reason, and no reason without."""
        typed = super().clean()
        if typed.get("level") and not typed.get("level_reason") and "level_reason" not in self.errors:
            self.add_error("level_reason", _("Say why it is primary or secondary: it will be asked."))
        if typed.get("level_reason") and not typed.get("level") and "level" not in self.errors:
            self.add_error("level", _("Say which of the two it is, or take the reason out."))
        return typed


class EvidenceEditForm(BearingForm):
    """Correct how a piece of evidence bears on its claim."""

    def __init__(self, data: Any = None, *, evidence: Evidence, user: User) -> None:
        super().__init__(data, initial=initial_of(evidence, FIELDS))
        self.evidence = evidence
        if evidence.claim.case.hides_sources and (not evidence.credibility or evidence.added_by_id == user.pk):
            del self.fields["credibility"]

    def revise(self, by: User) -> Evidence:
        """Save what was typed over the version that the person saw."""
        for name, value in self.values.items():
            setattr(self.evidence, name, value)
        self.evidence.save(by=by, expect=self.seen_version)
        return self.evidence


class EvidenceForm(BearingForm):
    """A new piece of evidence: an exhibit that the case holds, or a new one with its source.

    `typed` is what stands in a form that only looks for an exhibit: shown again, and not yet judged.
    """

    words = forms.CharField(label=_("Find an exhibit by its web address or by words"), required=False, max_length=1000)
    exhibit = forms.ModelChoiceField(Exhibit.objects.none(), label=_("An exhibit in this case"), required=False)
    title = forms.CharField(label=_("Title of a new exhibit"), required=False, max_length=300)
    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), required=False)
    source_name = forms.CharField(label=_("Or a new source"), required=False, max_length=200)
    source_kind = forms.ChoiceField(
        label=_("Its kind"), choices=Source.Kind.choices, initial=Source.Kind.ORGANISATION, required=False
    )
    url = WebAddress(label=_("Web address"), required=False, max_length=1000, assume_scheme="https")
    published = forms.DateField(label=_("Published"), required=False)
    capture = forms.BooleanField(
        label=_("Capture it too"), required=False,
        help_text=_("What is at its address is fetched, and kept as it came."),
    )  # fmt: skip
    document = forms.ModelChoiceField(Document.objects.none(), label=_("Its text is this document"), required=False)
    text = forms.CharField(
        label=_("Or paste its text"),
        widget=forms.Textarea,
        required=False,
        max_length=1_000_000,
        help_text=_("Kept with the case, so that quotations can be checked against it."),
    )

    def __init__(self, claim: Claim, user: User, data: Any = None, *, typed: Mapping[str, Any] | None = None) -> None:
        case = claim.case
        data = data.dict() if isinstance(data, QueryDict) else data
        data = data and {**data, **resolved(case, user, data, anew=False)}
        typed = typed and {**typed, **resolved(case, user, typed, anew=True)}
        super().__init__(data, initial=dict(typed or {}))
        self.claim, self.user = claim, user
        asked = typed or data or {}
        documents = Document.objects.filter(case=case).light().order_by("-number")
        sources = Source.objects.visible_to(user).listed().order_by("name", "pk").defer("note")
        known = Exhibit.objects.filter(case=case).rated_for(user, case)
        self.fields["exhibit"].queryset = known.defer("text")  # type: ignore[attr-defined]
        chosen = cursor(str(self["exhibit"].value() or ""))
        self.listing = Listing.of(case, user, asked.get("words", ""), cursor(asked.get("older")), chosen)
        self._offer("source", sources, SOURCES, _("Choose"))
        self._offer("document", documents, DOCUMENTS, _("None"))
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["words" if not self.first else "title"].widget.attrs["autofocus"] = True
        if case.hides_sources:
            del self.fields["credibility"]
        if not settings.FETCH_URLS:
            del self.fields["capture"]

    @staticmethod
    def looks(sent: Mapping[str, str]) -> bool:
        """Whether what was sent only looks for an exhibit, or into one: by its buttons, or by Return in its field."""
        return bool({"find", "older", "show"} & set(sent)) or bool(sent.get("words") and not sent.get("stance"))

    @property
    def first(self) -> bool:
        """Whether the case has no exhibit yet."""
        return not self.listing.rows and not self.listing.narrowed

    @property
    def address(self) -> str:
        """The web address that stands in the place of words; "" where words do."""
        return address_in(str(self["words"].value() or ""))

    @property
    def chosen(self) -> int | None:
        """The key of the exhibit that is chosen."""
        return next((pk for pk, _words, chosen in self.listing.rows if chosen), None)

    @property
    def describes(self) -> bool:
        """Whether the description of a new exhibit must be in sight: something stands in it, or is wrong with it."""
        return self.first or any(name in self.errors or self._says(name) for name in NEW)

    def _says(self, name: str) -> bool:
        return name != "source_kind" and name in self.fields and bool(self[name].value())

    def _offer(self, name: str, records: Any, most: int, none: Any) -> None:
        """Accept every record, list only the first ones: a list of thousands helps nobody."""
        field = self.fields[name]
        field.queryset = records  # type: ignore[attr-defined]
        found = list(records[: most + 1])
        field.widget.choices = [("", none), *((each.pk, str(each)) for each in found[:most])]
        if len(found) > most:
            field.help_text = _("There are more than the %(most)s listed here.") % {"most": most}

    def clean(self) -> dict[str, Any]:
        """One exhibit, from one source, with one text."""
        typed = super().clean()
        if typed.get("exhibit"):
            if typed.get("title"):
                self.add_error("title", _("You chose an exhibit already. Leave this empty, or choose none above."))
            return typed
        if not self.first and not self.describes:
            self.add_error("exhibit", _("Choose an exhibit, or describe a new one below."))
            return typed
        if not typed.get("title") and "title" not in self.errors:
            self.add_error("title", _("Give the exhibit's title, or choose one that is in this case."))
        if not typed.get("source") and not typed.get("source_name") and "source" not in self.errors:
            self.add_error("source", _("Say who put it out: choose a source or name a new one."))
        if typed.get("source") and typed.get("source_name"):
            self.add_error("source_name", _("You chose a source already. Leave this empty, or choose none above."))
        if typed.get("capture") and not typed.get("url") and "url" not in self.errors:
            self.add_error("url", _("Give the address that is to be captured, or take the tick out."))
        if typed.get("document") and typed.get("text"):
            self.add_error("text", _("You chose a document as its text already. Keep one of the two."))
        return typed

    def cite(self) -> Evidence:
        """Bring it to bear on the claim; source, exhibit and evidence are stored together or not at all."""
        typed, by, key = self.values, self.user, self.key(self.user)
        bearing = {name: typed[name] for name in FIELDS if name in typed}
        with writing(self.claim.case):
            if typed["exhibit"]:
                return Evidence.cite(self.claim, by=by, source=None, exhibit=typed["exhibit"], once=key, **bearing)
            made = {name: typed[name] for name in ("title", "url", "published", "document", "text")}
            source = typed["source"] or self._source(key)
            cited = Evidence.cite(self.claim, by=by, source=source, exhibit=Exhibit(**made), once=key, **bearing)
            if typed.get("capture"):
                fetch_later(cited.cited, by=by, once=f"{key}:capture" if key else None)
            return cited

    def _source(self, key: str | None) -> Source:
        """The source of that name and kind, if the person knows it already, or a new one."""
        name = self.values["source_name"]
        kind = self.values["source_kind"] or Source.Kind.ORGANISATION
        known = next((one for one in called(name, self.user) if one.kind == kind), None)
        once = f"{key}:source" if key else None
        return known or Source.make(self.claim.case, by=self.user, once=once, name=name, kind=kind)
