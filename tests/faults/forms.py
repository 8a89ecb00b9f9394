"""Filling in a form as a browser without scripts does: from the page, with what a person types."""

from typing import Any

import lxml.html
from django.core.files.uploadedfile import SimpleUploadedFile


def form_of(browser, page, ends="", **typed):
    """(address, fields) of the form on that page whose address ends so, with these words typed into it.

    What is not typed is as the page has it; a button that is pressed is typed too. What depends on what the page shows
    is a function of its text.
    """
    answer = browser.get(page)
    assert answer.status_code == 200, f"{page}: {answer.status_code}"
    tree = lxml.html.fromstring(answer.content.decode())
    tree.make_links_absolute(f"http://testserver{page}")
    forms = [each for each in tree.forms if each.method == "POST" and (path_of(each) or page).endswith(ends or page)]
    assert forms, f"{page} has no form that leads to …{ends}"
    # Of several that lead to one address, the one that has most of what is typed.
    form = max(forms, key=lambda each: len(set(typed) & set(each.inputs.keys())))
    files = {each.name for each in form.inputs if each.tag == "input" and each.type == "file"}
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        if name not in files:
            # The parser takes an empty choice for a ticked one, and a text's first line end for a part of it.
            empty = form.xpath('.//input[@name=$name and @checked and @value=""]', name=name)
            fields.setdefault(name, []).append("" if empty else value.removeprefix("\n"))
    for name, value in typed.items():
        fields[name] = value(answer.content.decode()) if callable(value) else value
    return sent_to(path_of(form) or page, **fields)


def sent_to(address, **fields):
    """(address, fields) of what is sent there: each field has a list of values, and bytes are a file."""
    for name, value in fields.items():
        value = SimpleUploadedFile("a.txt", value) if isinstance(value, bytes) else value
        fields[name] = value if isinstance(value, list) else [value]
    return address, fields


def path_of(form):
    """Where the form leads, on this site."""
    return (form.action or "").removeprefix("http://testserver").partition("?")[0]


def rewind(fields):
    """A file is read from its beginning each time."""
    for values in fields.values():
        for value in values:
            if hasattr(value, "seek"):
                value.seek(0)
