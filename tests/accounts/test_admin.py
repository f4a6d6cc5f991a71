"""Who comes in by the admin's door, and what the network and a cabinet do to accounts."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import URLResolver, reverse

from accounts import scope
from accounts.models import Cabinet, CabinetMember, Establishment, JournalEntry, User
from claims.models import Dossier
from tests.factories import UserFactory, siret


def addresses():
    """One address for every pattern of the admin, with the identifiers filled in."""
    found = []
    for entry in admin.site.get_urls():
        found += (
            [f"{entry.pattern}{inner.pattern}" for inner in entry.url_patterns]
            if isinstance(entry, URLResolver)
            else [str(entry.pattern)]
        )
    filled = [url.replace("<path:object_id>", "1").replace("<int:pk>", "1").replace("\\Z", "") for url in found]
    return [f"/admin/{url}" for url in filled if not url.startswith(("^", "("))]


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signed_in_is_sent_to_the_portals_own_sign_in(world, client, method):
    for url in addresses():
        answer = getattr(client, method)(url)

        assert (answer.status_code, answer.url) == (302, f"{reverse('login')}?next={url}"), url


@pytest.mark.parametrize("method", ["get", "post"])
def test_repairers_and_people_without_a_role_find_nothing(world, client, method):
    left = UserFactory(is_staff=True)  # the flag alone opens no door
    for user in (world.lac.owner, world.pending, left):
        client.force_login(user)
        for url in addresses():
            assert getattr(client, method)(url).status_code == 404, (user, url)


def test_somebody_who_left_the_cabinet_is_out_at_once(world, client):
    client.force_login(world.alpes.clerk)
    assert client.get("/admin/").status_code == 200

    CabinetMember.objects.filter(user=world.alpes.clerk).update(left_at="2026-01-01T00:00Z")

    assert client.get("/admin/").status_code == 404


def test_reading_never_signs_out(world, client):
    client.force_login(world.alpes.clerk)

    assert client.get("/admin/logout/").status_code == 405
    assert client.get("/admin/").status_code == 200
    assert client.post("/admin/logout/").status_code == 302
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("url", ["/admin/login/", "/admin/password_change/", "/admin/r/1/1/", "/admin/auth/group/"])
def test_doors_that_are_not_the_admins(world, client, url):
    client.force_login(world.network)

    assert client.get(url).status_code == 404


def test_every_page_of_the_network_opens_and_carries_nothing_inline(world, client):
    client.force_login(world.network)
    pages = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        pages += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        pages += [reverse(f"{name}_{view}", args=[row.pk]) for view in ("change", "history")] if row else []

    for url in pages:
        answer = client.get(url)
        html = answer.content.decode()

        assert answer.status_code in {200, 403}, url
        assert not [part for part in ("style=", "onclick=", "<style", "<script>") if part in html], url
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_network_creates_a_cabinet_and_the_journal_says_so(world, client):
    client.force_login(world.network)
    members = {f"members-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}

    answer = client.post(
        reverse("admin:accounts_cabinet_add"), {"code": "CORSE", "name": "Cabinet Corse", "is_active": "on", **members}
    )

    cabinet = Cabinet.objects.get(code="CORSE")
    assert answer.status_code == 302
    assert JournalEntry.objects.get(subject_type="accounts.cabinet", subject_id=cabinet.pk).event == "added"
    assert LogEntry.objects.count() == 0


def test_the_network_adds_a_person_without_a_password(world, client):
    client.force_login(world.network)
    data = {
        "email": "Nouvelle@Cabinet.test",
        "full_name": "Nouvelle",
        "is_active": "on",
        "password": "choisi-par-autrui",
    }

    client.post(reverse("admin:accounts_user_add"), data | {"is_superuser": "on"})

    user = User.objects.get(email="nouvelle@cabinet.test")
    assert (user.has_usable_password(), user.is_superuser) == (False, False)
    assert "password" not in client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()


def test_the_network_adds_a_member_and_cannot_move_one(world, client):
    client.force_login(world.network)
    data = {"cabinet": world.berry.cabinet.pk, "email": "neuf@berry.test", "full_name": "Neuf", "role": "expert"}

    client.post(reverse("admin:accounts_cabinetmember_add"), data)
    member = CabinetMember.objects.get(user__email="neuf@berry.test")
    client.post(reverse("admin:accounts_cabinetmember_change", args=[member.pk]), {"cabinet": world.alpes.cabinet.pk})
    url = reverse("admin:accounts_cabinetmember_grant", args=[member.pk])
    client.post(url, {"role": "gestionnaire", "menus": ["dossiers"]})

    member.refresh_from_db()
    assert (member.cabinet, member.role, member.menus) == (world.berry.cabinet, "gestionnaire", ["dossiers"])


def test_the_network_adds_an_establishment_that_is_nobodys_yet(world, client):
    client.force_login(world.network)
    number = siret(777_777)

    client.post(reverse("admin:accounts_establishment_add"), {"siret": number, "name": "Atelier neuf"})

    assert Establishment.objects.get(siret=number).organisation is None


def test_a_cabinet_edits_what_it_alone_knows_of_a_shop(world, client):
    client.force_login(world.alpes.clerk)
    link = world.lac.establishment.cabinet_links.get()
    url = reverse("admin:accounts_cabinetestablishment_change", args=[link.pk])

    client.post(url, {"email": "neuf@lac.test", "is_approved": "on", "cabinet": world.berry.cabinet.pk})

    link.refresh_from_db()
    assert (link.email, link.is_approved, link.cabinet) == ("neuf@lac.test", True, world.alpes.cabinet)
    entry = JournalEntry.objects.get(subject_id=link.pk, event="changed")
    assert "neuf@lac.test" not in str(entry.detail)  # the shop reads it


def test_suspending_a_shop_hides_the_cabinets_dossiers_at_once(world, client):
    client.force_login(world.alpes.clerk)
    url = reverse("admin:accounts_cabinetestablishment_changelist")
    link = world.deux.establishment.cabinet_links.get(cabinet=world.alpes.cabinet)

    def visible():
        with scope.acting_as(world.deux.owner.pk) as actor:
            return set(Dossier.objects.visible_to(actor).values_list("reference", flat=True))

    client.post(url, {"action": "suspend", "_selected_action": link.pk, "reason": "Convention résiliée"})
    during = visible()
    client.post(url, {"action": "resume", "_selected_action": link.pk})

    assert (during, visible()) == ({"BERRY-DEUX"}, {"ALPES-DEUX", "BERRY-DEUX"})
    events = JournalEntry.objects.filter(subject_type="accounts.cabinetestablishment", subject_id=link.pk)
    assert list(events.order_by("pk").values_list("event", flat=True)) == ["shop_suspended", "shop_resumed"]


def test_staff_see_their_own_cabinet_and_may_not_change_it(world, client):
    client.force_login(world.alpes.manager)
    url = reverse("admin:accounts_cabinet_change", args=[world.alpes.cabinet.pk])

    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "x"}).status_code == 403
    for name in ("user", "organisation", "establishment", "shopmember"):
        assert client.get(reverse(f"admin:accounts_{name}_changelist")).status_code == 403


def test_only_the_network_reads_who_acted(world, client):
    entry = JournalEntry.objects.create(
        event="closed",
        subject_type="claims.dossier",
        subject_id=1,
        subject_label="x",
        actor_label="Cabinet Alpes",
        cabinet=world.alpes.cabinet,
        user_id=world.alpes.clerk.pk,
    )
    url = reverse("admin:accounts_journalentry_change", args=[entry.pk])
    shown = []
    for user in (world.alpes.manager, world.network):
        client.force_login(user)
        shown.append("field-user_id" in client.get(url).content.decode())

    assert shown == [False, True]
