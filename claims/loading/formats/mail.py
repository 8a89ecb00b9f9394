"""E-mails, one a file: the words somebody wrote, who they were and when."""

import re
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.policy import default
from email.utils import parsedate_to_datetime

from claims.loading.formats.decoding import decode
from claims.loading.formats.markup import hidden_words, seen
from claims.loading.formats.parsed import Fault, Note, Parsed, language_tag
from claims.text.normalising import clean

EXTRACTOR = "e-mail 1"
MOST_PARTS = 1000
FLOWED = re.compile(r"(?<!^--) \r?\n(?!>)", re.MULTILINE)


def read(content: bytes, *, encoding: str = "") -> Parsed:
    """The text of an e-mail: as plain text where it has one, else what its web page shows. Raises Fault, Unreadable."""
    message = BytesParser(EmailMessage, policy=default).parsebytes(content)
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) > MOST_PARTS:
            raise Fault("parts", MOST_PARTS)
    attached = [part for part in parts if part.is_attachment()]
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        raise Fault("empty")
    raw = body.get_payload(decode=True)
    text, notes = decode(raw if isinstance(raw, bytes) else b"", declared=parameter(body, "charset"), chosen=encoding)
    if body.get_content_type() == "text/html":
        page = seen(text)
        text, notes = page.words.text(), notes + hidden_words(page)
    elif parameter(body, "format").lower() == "flowed":
        text = FLOWED.sub(" ", text)
    if attached:
        notes.append(
            Note("attachments", ", ".join(part.get_filename() or part.get_content_type() for part in attached)[:500])
        )
    return Parsed(
        clean(text),
        EXTRACTOR,
        title=header(message, "subject"),
        author=header(message, "from"),
        publisher=header(message, "organization"),
        published=day(header(message, "date")),
        language=language_tag(header(message, "content-language").split(",")[0]),
        notes=notes,
    )


def header(message: EmailMessage, name: str) -> str:
    """One line of the head, decoded. Python's own parser trips over some that no mailer would write."""
    try:
        return str(message.get(name, "")).strip()
    except (IndexError, ValueError, AttributeError, TypeError, KeyError):
        return ""


def parameter(part: MIMEPart, name: str) -> str:
    found = part.get_param(name, "")
    return found if isinstance(found, str) else ""


def day(words: str) -> str:
    """The day of a date as an e-mail writes it, in ISO's form, or nothing."""
    try:
        return parsedate_to_datetime(words).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""
