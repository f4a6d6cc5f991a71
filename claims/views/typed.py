"""What was typed beside the files, kept while a page without JavaScript goes to the portal and back."""

from accounts.http import ActorRequest
from claims.models import Dossier

LONGEST = 4000
FIELDS = ("kind", "comment", "amount")


def _key(subject: Dossier, page: str) -> str:
    return f"typed:{page}:{subject.pk}"


def keep(request: ActorRequest, subject: Dossier, page: str) -> None:
    """Remember it in the session, once: the next look at the page takes it back."""
    typed = {name: value[:LONGEST] for name in FIELDS if (value := request.POST.get(name, "").strip())}
    if typed:
        request.session[_key(subject, page)] = typed


def kept(request: ActorRequest, subject: Dossier, page: str) -> dict[str, str]:
    """For the form's `initial`; nothing is taken while a form is posted."""
    key = _key(subject, page)
    return request.session.pop(key) if request.method == "GET" and key in request.session else {}
