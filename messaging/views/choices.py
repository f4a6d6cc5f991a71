"""« Je veux être informé par »: one's choices, and the link of a mail that stops its kind."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.http import ActorRequest
from messaging.forms.choices import ChannelsForm
from messaging.models import Channel
from messaging.services import channels, stopping
from messaging.topics import LINES

GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@GET_AND_POST
def settings_notifications(request: ActorRequest) -> HttpResponse:
    kind = request.actor.kind
    form = ChannelsForm(request.POST or None, kind=kind, chosen=channels.chosen_by(request.actor))
    if form.is_valid():
        channels.choose(request.user, form.choices(), actor=request.actor)
        messages.success(request, "Vos choix sont enregistrés pour tous vos dossiers.")
        return redirect("settings_notifications")
    context = {"form": form, "ways": Channel, "email": request.user.email}
    return render(request, "messaging/choices.html", context)


@csrf_exempt  # RFC 8058: a mail program posts without cookies; the signed link alone says who and what
@login_not_required
@never_cache
@GET_AND_POST
def stop_mails(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: scanners follow every link of a mail. Posting stops one kind of mail."""
    found = stopping.meant(token)
    person = stopping.person(found)
    if found is None or person is None:
        return render(request, "messaging/stop.html", {"line": None}, status=404)
    line = LINES[found[1]]
    done = request.method == "POST"
    if done:
        stopping.stop_by_link(person, line.topic)
    return render(request, "messaging/stop.html", {"line": line.shop or line.staff, "done": done})
