"""A cabinet's catalogue of subjects: what it may change, what it may not break."""

import pytest
from django.urls import reverse

from messaging.models import Subject, Thread
from messaging.subjects import Code

LIST = "admin:messaging_subject_changelist"
ADD = "admin:messaging_subject_add"
CHANGE = "admin:messaging_subject_change"
OWN = {
    "label": "Restitution du véhicule",
    "hint": "",
    "reader": "gestionnaire",
    "message": "required",
    "documents": "none",
    "photo_kind": "",
    "pdf_kind": "",
    "position": "15",
    "is_active": "on",
}


@pytest.fixture
def manager(world, client):
    client.force_login(world.alpes.manager)
    return world.alpes


def seed(side, code=Code.REMOTE_EXAM):
    return Subject.objects.get(cabinet=side.cabinet, slug=code.value)


def posted(row):
    names = ("label", "hint", "reader", "message", "documents", "kinds", "photo_kind", "pdf_kind", "position")
    return {name: getattr(row, name) for name in names} | {"is_active": "on"}


def test_a_cabinet_renames_orders_and_withdraws_a_subject(manager, client):
    row = seed(manager)
    typed = posted(row) | {"label": "Examen à distance", "position": "5"}
    del typed["is_active"]

    client.post(reverse(CHANGE, args=[row.pk]), typed)

    row.refresh_from_db()
    assert (row.label, row.position, row.is_active) == ("Examen à distance", 5, False)
    assert row not in Subject.objects.filter(cabinet=manager.cabinet).offered()


def test_the_rules_of_a_seed_stay_whatever_is_posted(manager, client):
    row = seed(manager)

    client.post(reverse(CHANGE, args=[row.pk]), posted(row) | {"rules": [], "extras": [], "slug": "autre"})

    row.refresh_from_db()
    assert (row.slug, row.rules, row.extras) == (Code.REMOTE_EXAM.value, ["ouvert", "non_agree"], ["nom"])


def test_a_cabinet_adds_its_own_beside_the_eight(manager, client, world):
    for _ in range(2):
        assert client.post(reverse(ADD), OWN | {"rules": ["ouvert"]}).status_code == 302

    own = Subject.objects.filter(cabinet=manager.cabinet, label=OWN["label"]).order_by("pk")
    assert [row.slug for row in own] == ["restitution-du-vehicule", "restitution-du-vehicule-2"]
    assert own[0].terms.rules == ("ouvert",)
    assert not Subject.objects.filter(cabinet=world.berry.cabinet, label=OWN["label"]).exists()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"message": "none"}, "Un objet prend un message"),
        ({"documents": "optional"}, "sous quel type les documents arrivent"),
        ({"documents": "optional", "photo_kind": "facture"}, "ne s’envoie qu’en PDF"),
        ({"rules": ["inconnue"]}, "Sélectionnez un choix valide"),
    ],
)
def test_a_subject_that_makes_no_sense_is_refused_with_a_sentence(typed, says, manager, client):
    answer = client.post(reverse(ADD), OWN | typed)

    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_a_subject_that_has_threads_is_withdrawn_never_removed(manager, client):
    row = seed(manager)

    assert client.post(reverse("admin:messaging_subject_delete", args=[row.pk])).status_code == 403
    assert Subject.objects.filter(pk=row.pk).exists()
    assert Thread.objects.filter(cabinet=manager.cabinet).exists()
