"""Every answer: what a failed view had begun is undone (T10), and the browser is told how to behave (T17)."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse

from tariffs.models import DefaultPayer
from tests.test_isolation import ROUTES
from tests.world import body_of

NAME = "PAYEUR D'ESSAI"


def _fail(problem):
    raise problem


ENDINGS = {
    "bon": (lambda request: HttpResponse("fait"), 1),
    "absent-dit": (lambda request: HttpResponse(status=404), 1),  # an answer, not a failure
    "leve": (lambda request: _fail(RuntimeError("canari@exemple.test")), 0),
    "absent": (lambda request: _fail(Http404()), 0),
    "refus": (lambda request: _fail(PermissionDenied()), 0),
    "reponse-500": (lambda request: HttpResponse(status=500), 0),
    "rendu": (lambda request: TemplateResponse(request, ["nulle/part.html"]), 0),  # fails after the view returned
}


@login_not_required
def begin(request, how):
    DefaultPayer.objects.create(name=NAME, key=NAME)
    return ENDINGS[how][0](request)


urlpatterns = [path("essai/<how>/", begin)]


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize("how", ENDINGS)
def test_what_a_failed_view_had_begun_is_undone(how, client):
    client.raise_request_exception = False

    status = client.get(f"/essai/{how}/").status_code

    assert DefaultPayer.objects.filter(name=NAME).count() == ENDINGS[how][1], status
    assert status in {"bon": {200}, "absent-dit": {404}, "absent": {404}, "refus": {403}}.get(how, {500})


def test_an_address_that_only_takes_says_so_when_it_is_opened(world, client):
    client.force_login(world.lac.owner)

    answer = client.get(reverse("notifications_read"))

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "ne reçoit que ce qu’un bouton envoie" in answer.content.decode()


def test_every_answer_tells_the_browser_how_to_behave(world, client):
    """As the owner of a shop, on every page without a row; the policy of files: tests/claims/test_documents.py."""
    client.force_login(world.lac.owner)
    seen = 0
    for name in ROUTES:
        try:
            answer = client.get(reverse(name), secure=True)
        except NoReverseMatch:
            continue
        seen += 1
        body_of(answer)  # what reads a stream to its end
        told = answer.headers
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"], name
        assert "unsafe" not in told["Content-Security-Policy"].replace("'wasm-unsafe-eval'", ""), name
        assert told["X-Content-Type-Options"] == "nosniff", name
        assert told["X-Frame-Options"] == "DENY", name
        assert told["Referrer-Policy"] == "same-origin", name
        assert "no-store" in told["Cache-Control"], name
        assert len(told["X-Request-ID"]) == 32, name
        for cookie in answer.cookies.values():
            assert cookie["samesite"] == "Lax", (name, cookie.key)
            assert cookie["httponly"] or cookie.key == "liste", (name, cookie.key)
    assert seen > 30
