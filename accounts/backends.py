"""Who is signed in, without a statement of its own: the account is read in the one that enters the scope."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.beside import read_beside
from accounts.models import User
from accounts.nested import row_of
from accounts.scope import account_read

read_beside("account", "SELECT to_jsonb(u) FROM accounts_user u WHERE u.id = (SELECT scope_user())")


class ScopedBackend(ModelBackend):
    """Django's own, but for where the signed-in person's row comes from."""

    def get_user(self, user_id: int) -> Any:
        found = account_read(user_id)
        if found is None:
            return super().get_user(user_id)
        user = row_of(User, found)
        return user if self.user_can_authenticate(user) else None
