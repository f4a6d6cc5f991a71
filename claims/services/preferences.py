"""What a person chose for their list is kept."""

from typing import Any

from claims.models import ListPreference


def remember_list(liked: ListPreference, **chosen: Any) -> None:
    """Keep what has just been chosen beside what was chosen before; two tabs open at once leave one row."""
    for name, value in chosen.items():
        setattr(liked, name, value)
    ListPreference.objects.bulk_create(
        [liked], update_conflicts=True, update_fields=list(chosen), unique_fields=["user"]
    )
