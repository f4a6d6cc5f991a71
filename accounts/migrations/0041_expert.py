"""Staff who see a part: the scope names the member, so that what they are the expert of is no list to carry."""

from importlib import import_module

from django.db import migrations

_before = import_module("accounts.migrations.0031_staff_rights")
_scope = _before.SCOPE.partition("-- Which dossiers")[0]
_RESET = "set_config('portal.dossiers', '', true)"
_PART = "jsonb_build_object('establishments'"
_SET = "              set_config('portal.restricted', 'yes', true);\n"

SCOPE = _scope.replace(_RESET, f"{_RESET}, set_config('portal.member', '', true)")
ENTER = _before.ENTER.replace(_PART, "jsonb_build_object('member', staff.member, 'establishments'").replace(
    _SET, _SET.replace(";", ",\n              set_config('portal.member', staff.member::text, true);")
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0051_answer_alone")]

    operations = [migrations.RunSQL(SCOPE + ENTER, _scope + _before.ENTER)]
