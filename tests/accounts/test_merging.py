"""Two establishments, or two companies, that are one."""

from collections import Counter
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import (
    AssignedEstablishment,
    CabinetEstablishment,
    DelegationProfile,
    Establishment,
    JournalEntry,
    Organisation,
    RowChange,
    ShopMember,
    SiretCode,
)
from accounts.services import Event, approve_request, merge_establishments, merge_organisations
from accounts.services.merging import moved_relations, obstacles, relations, what_moves
from claims.models import Dossier, DossierTally
from claims.services.imports.dossiers import import_dossiers
from claims.services.imports.reading import Source
from messaging.models import Notification
from tests.claims.test_tallies import ledger, recount
from tests.factories import (
    AccountRequestFactory,
    DelegationProfileFactory,
    DossierFactory,
    EstablishmentFactory,
    InvitationFactory,
    LinkFactory,
    OrganisationFactory,
    ShopInvitationFactory,
    ShopMemberFactory,
    SignUpFactory,
    SiretCodeFactory,
    TariffVersionFactory,
)

REASON = "Même gérant, Kbis vu."


@pytest.fixture
def actor(world):
    with scope.acting_as(world.network.pk) as found:
        yield found


@pytest.fixture
def kept(world):
    """The right SIRET of Lac's company, to which nothing came yet."""
    return EstablishmentFactory(organisation=world.lac.organisation, name="Atelier Lac, le bon")


def pointing(model, pk):
    return {str(field): field.model._base_manager.filter(**{field.attname: pk}).count() for field in relations(model)}


@pytest.mark.parametrize("model", [Establishment, Organisation])
def test_every_relation_is_moved_or_named_as_staying(model):
    stays = {field.model for field in relations(model)} - {field.model for field in moved_relations(model)}

    assert stays == ({RowChange, DossierTally} if model is Establishment else set())


def test_whatever_pointed_at_the_mistake_points_at_the_kept_one(world, actor, kept):
    gone = world.lac.establishment
    AssignedEstablishment.objects.create(
        cabinet=world.alpes.cabinet, member=world.alpes.clerk.cabinet_member, establishment=gone
    )
    told_of = {"cabinet": world.alpes.cabinet, "establishment": gone, "recipient": world.lac.owner}
    Notification.objects.create(key="x", event="closed", subject_type="claims.dossier", subject_id=1, **told_of)
    old = {"event": "closed", "subject_type": "claims.dossier", "subject_id": 1, "actor_label": "Portail"}
    JournalEntry.objects.create(establishment=gone, **old)
    before = pointing(Establishment, gone.pk)
    told = what_moves(gone)

    merge_establishments(kept, gone, actor=actor, reason=REASON)

    after = pointing(Establishment, kept.pk)
    moved = {name for name in before if not name.startswith(("claims.DossierTally", "accounts.RowChange"))}
    assert [name for name in sorted(moved) if not before[name]] == []  # the world has a row of every kind
    new = JournalEntry.objects.filter(establishment=kept).exclude(**old).count()  # the merger, beside what came along
    more = Counter({"accounts.JournalEntry.establishment": new})
    assert {name: after[name] - more[name] for name in moved} == {name: before[name] for name in moved}
    assert not Establishment.objects.filter(pk=gone.pk).exists()
    assert set(pointing(Establishment, gone.pk)) == set(before)
    assert not any(count for name, count in pointing(Establishment, gone.pk).items() if name in moved)
    assert ledger() == recount()
    entry = JournalEntry.objects.get(event=Event.ESTABLISHMENTS_MERGED, subject_type="accounts.establishment")
    assert (entry.subject_id, entry.detail["received"], entry.detail["reason"]) == (kept.pk, gone.siret, REASON)
    assert entry.detail["moved"] == dict(told)


def test_the_shop_sees_the_dossiers_on_its_next_page(world, actor, client):
    stray = EstablishmentFactory(organisation=None, proven_at=None, name="Atelier Lac (erreur)")
    LinkFactory(cabinet=world.alpes.cabinet, establishment=stray)
    dossier = DossierFactory(cabinet=world.alpes.cabinet, establishment=stray, siret=stray.siret, reference="PERDU")
    client.force_login(world.lac.owner)
    assert client.get(dossier.get_absolute_url()).status_code == 404

    merge_establishments(world.lac.establishment, stray, actor=actor, reason=REASON)

    assert client.get(dossier.get_absolute_url()).status_code == 200
    assert ledger() == recount()


def test_a_later_file_with_the_former_siret_takes_nothing_away(world, actor, kept):
    gone, dossier = world.lac.establishment, world.lac.dossiers["ALPES"]
    Dossier.objects.filter(pk=dossier.pk).update(siret=gone.siret)
    merge_establishments(kept, gone, actor=actor, reason=REASON)
    line = f"{dossier.reference};{gone.siret};NOUVEAU NOM"

    import_dossiers(world.alpes.cabinet, Source(BytesIO(f"reference;siret;assure_nom\n{line}\n".encode())))

    dossier.refresh_from_db()
    assert (dossier.establishment, dossier.siret) == (kept, kept.siret)
    assert dossier.insured_name == "NOUVEAU NOM"


def test_of_what_both_have_one_is_kept_and_takes_in_the_other(world, actor, kept):
    gone, clerk = world.lac.establishment, world.alpes.clerk.cabinet_member
    ours = LinkFactory(cabinet=world.alpes.cabinet, establishment=kept, email="")
    theirs = CabinetEstablishment.objects.get(cabinet=world.alpes.cabinet, establishment=gone)
    code = SiretCodeFactory(request=world.alpes.request, link=theirs)
    for site in (kept, gone):
        AssignedEstablishment.objects.create(cabinet=world.alpes.cabinet, member=clerk, establishment=site)

    merge_establishments(kept, gone, actor=actor, reason=REASON)

    assert SiretCode.objects.get(pk=code.pk).link == ours
    assert clerk.assigned_establishments.get().establishment == kept
    assert JournalEntry.objects.filter(event=Event.ESTABLISHMENTS_MERGED, cabinet=world.alpes.cabinet).count() == 1


def test_whoever_asked_for_the_mistake_comes_to_the_shop_that_stays(world, actor):
    stray = EstablishmentFactory(organisation=None, proven_at=None)
    site, cabinet = world.lac.establishment, world.alpes.cabinet
    request, twice = AccountRequestFactory.create_batch(2, siret=stray.siret, cabinet=cabinet)
    AccountRequestFactory(user=twice.user, siret=site.siret, cabinet=cabinet)
    code = SiretCodeFactory(request=request)
    long, short = (ShopInvitationFactory(cabinet=cabinet, siret=row.siret, email="a@b.test") for row in (stray, site))
    type(short).objects.filter(pk=short.pk).update(expires_at=code.expires_at)
    sign_up = SignUpFactory(siret=stray.siret)
    told = dict(what_moves(stray))

    merge_establishments(site, stray, actor=actor, reason=REASON)
    with scope.acting_as(world.alpes.manager.pk) as staff:
        member = approve_request(request, actor=staff, how="appel")

    for row in (twice, code, long, short, sign_up, request):
        row.refresh_from_db()
    assert told | {"Demandes de compte": 2, "Invitations des réparateurs": 1, "Inscriptions à confirmer": 1} == told
    assert (member.organisation, member.role) == (world.lac.organisation, ShopMember.Role.COLLABORATOR)
    assert request.evidence["asked_siret"] == stray.siret
    assert not Establishment.objects.filter(siret=stray.siret).exists()
    assert (twice.state, site.siret in twice.reason) == ("refused", True)
    assert (long.siret, long.revoked_at, short.revoked_at is None) == (site.siret, None, False)
    assert sign_up.siret == site.siret
    assert code.expires_at <= request.decided_at


def test_what_could_not_be_told_is_refused(world, actor, kept):
    gone = world.lac.establishment
    LinkFactory(cabinet=world.alpes.cabinet, establishment=kept, suspended_at=gone.proven_at)
    TariffVersionFactory(site=kept, number=1)

    with pytest.raises(NotAllowed) as refusal:
        merge_establishments(kept, gone, actor=actor, reason=REASON)
    two_owners = obstacles(world.lac.establishment, world.mer.establishment)

    assert "a suspendu l’accès de l’un et pas de l’autre" in str(refusal.value)
    assert "grilles tarifaires" in str(refusal.value)
    assert "fusionnez d’abord les deux organisations" in two_owners[0]
    with pytest.raises(ValidationError):
        merge_establishments(kept, EstablishmentFactory(), actor=actor, reason=" ")
    with scope.acting_as(world.alpes.manager.pk) as manager, pytest.raises(NotAllowed):
        merge_establishments(kept, gone, actor=manager, reason=REASON)


def test_ledgers_follow_a_merger_and_nothing_else(world):
    call = "SELECT merge_{}(%s, %s)"
    for ledger_name in ("tariffs", "journal"):
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never"), transaction.atomic():
            cursor.execute(call.format(ledger_name), [world.lac.establishment.pk, world.mer.establishment.pk])


def test_two_companies_become_one_and_nobody_sees_more_than_before(world, actor):
    kept, gone = world.lac.organisation, OrganisationFactory(name="Carrosserie du Lac SARL")
    site = EstablishmentFactory(organisation=gone)
    twin = ShopMemberFactory(organisation=gone, user=world.lac.owner, role=ShopMember.Role.OWNER)
    helper = ShopMemberFactory(organisation=gone, role=ShopMember.Role.COLLABORATOR)
    wide = DelegationProfileFactory(organisation=gone, name="Profil Lac", everywhere=True, sites=[])
    InvitationFactory(profile=wide, inviter=world.lac.owner, email=world.lac.invitation.email)

    merge_organisations(kept, gone, actor=actor, reason=REASON)

    site.refresh_from_db()
    wide.refresh_from_db()
    assert site.organisation == kept
    assert list(wide.establishments.all()) == [site]
    assert not wide.everywhere
    assert DelegationProfile.objects.filter(organisation=kept, name="Profil Lac").count() == 1
    assert not ShopMember.objects.filter(pk=twin.pk).exists()
    assert ShopMember.objects.get(pk=helper.pk).organisation == kept
    assert not any(pointing(Organisation, gone.pk).values())


def test_companies_proven_by_different_people_stay_two(world):
    against = obstacles(world.lac.organisation, world.mer.organisation)

    assert world.mer.owner.full_name in against[0]
    ShopMember.objects.filter(organisation=world.mer.organisation).update(left_at="2026-01-01T00:00Z")
    assert "Personne ne répond plus" in obstacles(world.lac.organisation, world.mer.organisation)[0]


def test_the_network_looks_sees_and_merges_and_a_second_press_does_nothing(world, client, kept):
    client.force_login(world.network)
    gone = world.lac.establishment
    page = reverse("admin:accounts_establishment_merging", args=[kept.pk])
    found = client.get(page, {"q": gone.siret})
    shown = client.get(page, {"autre": gone.pk})
    post = reverse("admin:accounts_establishment_merge", args=[kept.pk])

    first = client.post(post, {"autre": gone.pk, "reason": REASON}, follow=True)
    second = client.post(post, {"autre": gone.pk, "reason": REASON}, follow=True)

    assert f"?autre={gone.pk}" in found.content.decode()
    assert "Dossiers</td><td>1" in shown.content.decode()
    assert "est fusionné" in first.content.decode()
    assert "déjà été faite" in second.content.decode()
    assert JournalEntry.objects.filter(event=Event.ESTABLISHMENTS_MERGED, subject_id=kept.pk).count() == 1
    client.force_login(world.alpes.manager)
    assert client.get(page).status_code == 403
    assert client.post(post, {"autre": gone.pk, "reason": REASON}).status_code == 403
