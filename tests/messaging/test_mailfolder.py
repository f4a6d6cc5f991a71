"""Mails as files."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail import EmailMessage

from messaging.services import send_due
from messaging.services.letters import message_id
from messaging.services.mailfolder import EmailBackend
from tests.messaging.conftest import queue


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "messaging.services.mailfolder.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_one_file_a_message_named_by_its_id(db, folder):
    rows = [queue() for _ in range(3)]

    assert send_due().sent == 3

    assert {f"<{path.stem}>" for path in folder.iterdir()} == {message_id(row.key) for row in rows}
    for path in folder.iterdir():
        message = message_from_bytes(path.read_bytes(), policy=default)
        assert message["Message-ID"] == f"<{path.stem}>"
        assert message.get_body(("plain",)) is not None
        assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_same_message_again_is_one_file(folder):
    letter = EmailMessage("Objet", "Texte", to=["a@exemple.test"], headers={"Message-ID": "<un@exemple.test>"})

    EmailBackend().send_messages([letter, letter])

    assert [path.name for path in folder.iterdir()] == ["un@exemple.test.eml"]


def test_an_id_cannot_leave_the_folder(folder):
    letter = EmailMessage("Objet", "Texte", to=["a@exemple.test"], headers={"Message-ID": "<../../x/y@z>"})

    EmailBackend().send_messages([letter])

    assert [path.parent for path in folder.iterdir()] == [folder]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_that_cannot_be_written_postpones_the_mail(db, folder):
    queue()
    folder.write_text("not a folder")

    assert send_due().postponed == 1
