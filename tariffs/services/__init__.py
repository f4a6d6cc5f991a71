"""What is done with rates: typing a grid, sending it, reading the ledger."""

from tariffs.cells import is_yes
from tariffs.rules import in_force
from tariffs.services.drafts import draft_of, forget_draft, save_draft
from tariffs.services.grids import CellProblem, Parsed, TypedGrid, TypedRow, blank_grid, parse, typed_from_version
from tariffs.services.papers import make_pdfs
from tariffs.services.questions import Answer, answer, current
from tariffs.services.sending import SEND, Fact, Sent, acknowledge, resend, send_grid, transmit_missing

__all__ = [
    "SEND",
    "Answer",
    "CellProblem",
    "Fact",
    "Parsed",
    "Sent",
    "TypedGrid",
    "TypedRow",
    "acknowledge",
    "answer",
    "blank_grid",
    "current",
    "draft_of",
    "forget_draft",
    "in_force",
    "is_yes",
    "make_pdfs",
    "parse",
    "resend",
    "save_draft",
    "send_grid",
    "transmit_missing",
    "typed_from_version",
]
