"""« Répondre sans validation » is a right: whose rights were chosen one by one keep it, but for gestionnaires."""

from django.db import migrations, models

KEEP = """
SELECT portal_enter_system('migration');
UPDATE accounts_cabinetmember SET menus = array_append(menus, 'answer')
  WHERE menus IS NOT NULL AND role <> 'gestionnaire' AND 'messages' = ANY(menus);
SELECT portal_enter_nobody();
"""
DROP = """
SELECT portal_enter_system('migration');
UPDATE accounts_cabinetmember SET menus = array_remove(menus, 'answer') WHERE menus IS NOT NULL;
SELECT portal_enter_nobody();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_suspension_reason"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="cabinetmember",
            name="cabinet_member_menus",
        ),
        migrations.AddConstraint(
            model_name="cabinetmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("menus", None),
                    (
                        "menus__contained_by",
                        [
                            "dossiers",
                            "act",
                            "publish",
                            "qualify",
                            "dates",
                            "supplements",
                            "messages",
                            "answer",
                            "requests",
                            "shops",
                            "tariffs",
                            "statistics",
                            "staff",
                            "settings",
                        ],
                    ),
                    _connector="OR",
                ),
                name="cabinet_member_menus",
            ),
        ),
        migrations.RunSQL(KEEP, DROP),
    ]
