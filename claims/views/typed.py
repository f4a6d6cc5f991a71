"""What was typed beside the files, kept while a page without JavaScript goes to the portal and back."""

from accounts.http import ActorRequest
from claims.models import Dossier

LONGEST = 4000
DOSSIERS = 5
FIELDS = ("kind", "comment", "amount")


def _key(subject: Dossier, page: str) -> str:
    return f"typed:{page}:{subject.pk}"


def keep(request: ActorRequest, subject: Dossier, page: str) -> None:
    """Remember it in the session until it is sent, or emptied; for the last few dossiers."""
    forget(request, subject, page)
    typed = {name: value[:LONGEST] for name in FIELDS if (value := request.POST.get(name, "").strip())}
    if typed:
        request.session[_key(subject, page)] = typed
        names = list(request.session.keys())
        for former in [name for name in names if name.startswith("typed:")][:-DOSSIERS]:
            del request.session[former]


def kept(request: ActorRequest, subject: Dossier, page: str) -> dict[str, str]:
    """For the form's `initial`; a form that is posted has its own."""
    return request.session.get(_key(subject, page), {}) if request.method == "GET" else {}


def forget(request: ActorRequest, subject: Dossier, page: str) -> None:
    request.session.pop(_key(subject, page), None)
