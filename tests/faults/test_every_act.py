"""Whatever takes what somebody sends has an act that is broken off at each of its writes, or a reason why not."""

import inspect
import types
from urllib.parse import urljoin

from django.db import transaction
from django.urls import URLResolver, get_resolver, resolve

from claims.models import Case
from tests.faults.acts import ACTS

# What takes a form and is no act here, by how its name begins, each with why.
NOT_HERE = {
    "account_": "allauth's own pages of signing in and out write a session and an attempt, nothing of ours",
    "mfa_": "and so do those that ask for a second factor; what changes one has an act",
    "openid_connect_login": "leads on to the provider and writes nothing",
    "admin:claims_": "the record and its entry are saved as by an act; what the admin does beside that has an act",
    "admin:": "Django's own: sign-in, sign-out, and what stands on which page",
    "claims:claim-detail": "only its look at the form of evidence is sent, and writes nothing",
    "claims:claim-like": "is asked by what is typed, and writes nothing",
    "claims:report-preview": "is asked by what is typed, and writes nothing",
}
# Django's pages of a record, which every model has.
PAGES = ("_changelist", "_add", "_change", "_delete", "_history")


def routes(resolver, within="", first=""):
    """(name, path, view) of every route that has a name."""
    for each in resolver.url_patterns:
        path = f"{first}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from routes(each, f"{within}{each.namespace}:" if each.namespace else within, path)
        elif each.name:
            yield within + each.name, path, each.callback


def takes_posts(view, looked=None):
    """Whether a view asks what was posted, itself or by what it calls in its room."""
    looked = set() if looked is None else looked
    view = inspect.unwrap(view, stop=lambda each: hasattr(each, "view_class"))
    if hasattr(view, "view_class"):
        return hasattr(view.view_class, "post")
    view = getattr(view, "__func__", view)
    if not isinstance(view, types.FunctionType) or view in looked:
        return False
    looked.add(view)
    named = [view.__globals__.get(name) for name in view.__code__.co_names]
    return "POST" in inspect.getsource(view) or any(
        takes_posts(each, looked) for each in named if getattr(each, "__module__", "").startswith("claims.views")
    )


def test_every_route_that_takes_a_form_is_broken_off(case, ada, zoe, settings):
    settings.WEBHOOKS = True
    done = set()
    for act in ACTS.values():
        with transaction.atomic():
            _who, page, ends, _typed = act(Case.objects.get(pk=case.pk))
            done.add(resolve(urljoin(page, ends).partition("?")[0]).view_name)
            transaction.set_rollback(True)
    # What programs send goes by way of the same methods; `test_programs` breaks some of it off.
    taking = {name for name, path, view in routes(get_resolver()) if not path.startswith("api/") and takes_posts(view)}
    print(sorted(taking - done))
    left = {name: next((begins for begins in NOT_HERE if name.startswith(begins)), None) for name in taking - done}
    assert not {name for name, begins in left.items() if begins is None}, "has neither an act nor a reason"
    assert not {name for name in left if name.startswith("admin:claims_") and not name.endswith(PAGES)}
    assert set(left.values()) == set(NOT_HERE), "a reason for nothing"
