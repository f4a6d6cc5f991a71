"""The table of a dossier's life, whole: every action × state × kind of actor."""

import itertools

import pytest

from accounts.exceptions import NotAllowed
from accounts.scope import Actor, Kind
from claims import workflow
from claims.models import Dossier
from claims.workflow import Action, State, Tab

# Who may do what, from where, to where; read beside the table of claims/workflow.py, written independently of it.
CABINET_MOVES = {
    ("remote_requested", "mission_recue"): "attente_ead",
    ("remote_requested", "attente_rdv"): "attente_ead",
    ("visit_requested", "mission_recue"): "attente_rdv",
    ("visit_requested", "attente_ead"): "attente_rdv",
    ("visit_planned", "mission_recue"): "visite_planifiee",
    ("visit_planned", "attente_ead"): "visite_planifiee",
    ("visit_planned", "attente_rdv"): "visite_planifiee",
    ("visit_cancelled", "visite_planifiee"): "attente_rdv",
    ("documents_requested", "visite_planifiee"): "attente_documents",
    ("documents_requested", "en_cours"): "attente_documents",
    ("documents_accepted", "attente_documents"): "en_cours",
    ("works_started", "visite_planifiee"): "en_cours",
    ("invoice_requested", "en_cours"): "attente_facture",
    ("supplement_accepted", "attente_facture"): "en_cours",
    ("closed", "attente_facture"): "termine",
    ("invoice_refused", "termine"): "attente_facture",
}
# Asked outside these two states, documents leave the dossier where it stands.
CABINET_MOVES |= {
    ("documents_requested", state): state
    for state in ("mission_recue", "attente_ead", "attente_rdv", "attente_documents", "attente_facture")
}
SHOP_MOVES = {key: to for key, to in CABINET_MOVES.items() if key[0] in {"visit_planned", "visit_cancelled"}}
DATES = {  # of an open dossier, and without a move of its own
    "cabinet": {"date_offered", "date_validated", "date_refused", "date_withdrawn", "date_cancelled"},
    "shop": {"date_proposed", "date_accepted", "date_refused", "date_withdrawn", "date_cancelled"},
}
STAYING = {"document_published", "siret_corrected"}


@pytest.mark.parametrize(("action", "state"), list(itertools.product(Action, State)))
def test_every_action_in_every_state_for_every_kind(action, state):
    for kind in Kind:
        dossier = Dossier(pk=None, reference="1", state=state.value)
        dossier.save = lambda **_: None
        expected = None
        if kind in {Kind.STAFF, Kind.NETWORK}:
            expected = CABINET_MOVES.get((action.value, state.value))
            if action.value in STAYING or (action.value in DATES["cabinet"] and state != State.CLOSED):
                expected = state.value
        if kind == Kind.REPAIRER:
            expected = SHOP_MOVES.get((action.value, state.value))
            if action.value in DATES["shop"] and state != State.CLOSED:
                expected = state.value
        seen = {"visite_planifiee", "attente_documents", "en_cours", "attente_facture"}
        if kind == Kind.REPAIRER and action == Action.REQUEST_SUPPLEMENT and state in seen:
            expected = state.value
        if kind == Kind.REPAIRER and action == Action.SEND_DOCUMENTS:
            expected = state.value
        if kind == Kind.REPAIRER and (action, state) == (Action.SEND_REMOTE, State.AWAITING_REMOTE):
            expected = State.IN_PROGRESS
        if action == Action.PUBLISH_DOCUMENT and kind == Kind.SYSTEM:
            expected = state.value
        if action == Action.RECEIVE and kind in {Kind.STAFF, Kind.SYSTEM} and state == State.RECEIVED:
            expected = state.value
        if action == Action.SYNCHRONISE and kind in {Kind.STAFF, Kind.SYSTEM}:
            assert {move.to for move in workflow.moves(action, state, kind)} == set(State) - {state}
            continue

        try:
            dossier.advance(action, Actor(kind))
            reached = dossier.state
        except NotAllowed:
            reached = None

        assert reached == expected, (action, state, kind)


def test_a_refusal_says_the_state_in_french():
    with pytest.raises(
        NotAllowed, match="« Terminer le dossier » n’est pas possible : le dossier est à l’état « Mission"
    ):
        Dossier(reference="1").allow(Action.CLOSE, Actor(Kind.STAFF))


def test_every_state_has_a_tab_and_says_who_must_act():
    assert set(workflow.TAB_OF_STATE) == set(State)
    assert set(workflow.WAITING) == set(State)
    assert set(workflow.DONE) >= set(Action)
    assert set(workflow.TAB_LABELS) == set(Tab)
    assert {tab.value for tab in Tab} == {
        "tous",
        "expertise-ead",
        "attente-rdv",
        "visite-planifiee",
        "attente-documents",
        "en-cours",
        "suivi-ve",
        "attente-facture",
        "termine",
    }


def test_every_state_can_be_reached_and_left():
    reached = {move.to for move in workflow.TRANSITIONS if move.to and move.action != Action.SYNCHRONISE}

    assert reached | {State.RECEIVED} == set(State)
    for state in State:
        assert any(
            move.to and move.to != state and state in move.states
            for move in workflow.TRANSITIONS
            if move.action != Action.SYNCHRONISE
        ), state
