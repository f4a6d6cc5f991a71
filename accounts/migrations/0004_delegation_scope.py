"""What a person may see follows from delegations in force; whoever was let in before keeps looking."""

from importlib import import_module

from django.db import migrations

from accounts.rowsecurity import ORGANISATION, IsolateRows, any_of

# `today` is the day in Paris, where the portal's dates live; the server's own clock runs in UTC. The variant without
# it serves whoever calls from psql, and the program's former release while it is replaced.
ENTER = """
CREATE FUNCTION portal_enter_user(who bigint, today date) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  person record;
  staff record;
  joined bigint[];
  owned bigint[];
  owner record;
  sites jsonb;
  site_ids bigint[];
  links jsonb;
  closed jsonb;
  closed_keys text[];
BEGIN
  PERFORM portal_scope(who::text, '', '', '', '', '');
  SELECT is_superuser INTO person FROM accounts_user WHERE id = who AND is_active;
  IF NOT FOUND THEN
    PERFORM portal_scope('', '', '', '', '', '');
    RETURN NULL;
  END IF;
  IF person.is_superuser THEN
    PERFORM set_config('portal.all', 'network', true);
    RETURN jsonb_build_object('kind', 'network', 'label', 'Administration du réseau', 'role', 'reseau',
      'organisations', '[]'::jsonb, 'sites', '[]'::jsonb, 'suspended', '[]'::jsonb, 'cabinets', '[]'::jsonb);
  END IF;
  SELECT m.role, c.id, c.code, c.name INTO staff
    FROM accounts_cabinetmember m JOIN accounts_cabinet c ON c.id = m.cabinet_id
    WHERE m.user_id = who AND m.left_at IS NULL;
  IF FOUND THEN
    PERFORM set_config('portal.cabinets', ARRAY[staff.id]::text, true);
    RETURN jsonb_build_object('kind', 'staff', 'label', staff.name, 'role', staff.role,
      'organisations', '[]'::jsonb, 'sites', '[]'::jsonb, 'suspended', '[]'::jsonb,
      'cabinets', jsonb_build_array(jsonb_build_object('id', staff.id, 'code', staff.code, 'name', staff.name)));
  END IF;
  SELECT array_agg(organisation_id ORDER BY organisation_id),
         COALESCE(array_agg(organisation_id ORDER BY organisation_id) FILTER (WHERE role = 'responsable'), '{}')
    INTO joined, owned FROM accounts_shopmember WHERE user_id = who AND left_at IS NULL;
  IF joined IS NULL THEN
    RETURN jsonb_build_object('kind', 'pending', 'label', '', 'role', '',
      'organisations', '[]'::jsonb, 'sites', '[]'::jsonb, 'suspended', '[]'::jsonb, 'cabinets', '[]'::jsonb);
  END IF;
  PERFORM set_config('portal.organisations', joined::text, true);
  SELECT o.name, m.role INTO owner FROM accounts_shopmember m JOIN accounts_organisation o ON o.id = m.organisation_id
    WHERE m.user_id = who AND m.left_at IS NULL ORDER BY o.id LIMIT 1;
  -- The scope is not made yet: for this one statement the function reads beyond it.
  PERFORM set_config('portal.all', 'entering', true);
  SELECT COALESCE(jsonb_agg(to_jsonb(s) ORDER BY s.siret), '[]'), COALESCE(array_agg(s.id), '{}')
    INTO sites, site_ids FROM (
      SELECT e.id, e.siret, e.name, e.organisation_id AS organisation, bool_or(m.role = 'responsable') AS owner,
             COALESCE(jsonb_agg(DISTINCT r.name) FILTER (WHERE r.name IS NOT NULL), '[]') AS rights,
             COALESCE(jsonb_agg(DISTINCT r.name) FILTER (WHERE NOT p.needs_validation), '[]') AS alone
      FROM accounts_shopmember m
      JOIN accounts_establishment e ON e.organisation_id = m.organisation_id
      LEFT JOIN accounts_delegation d ON d.member_id = m.id AND m.role <> 'responsable' AND d.revoked_at IS NULL
        AND d.from_on <= today AND (d.to_on IS NULL OR today <= d.to_on)
      LEFT JOIN accounts_delegationprofile p ON p.id = d.profile_id AND p.organisation_id = m.organisation_id
        AND (p.everywhere OR EXISTS (SELECT FROM accounts_profileestablishment x
                                     WHERE x.profile_id = p.id AND x.establishment_id = e.id))
      LEFT JOIN LATERAL unnest(p.rights) AS r(name) ON true
      WHERE m.user_id = who AND m.left_at IS NULL AND (m.role = 'responsable' OR r.name IS NOT NULL)
      GROUP BY e.id) AS s;
  PERFORM set_config('portal.all', '', true);
  PERFORM set_config('portal.establishments', site_ids::text, true);
  SELECT COALESCE(jsonb_agg(DISTINCT jsonb_build_object('id', c.id, 'code', c.code, 'name', c.name))
           FILTER (WHERE l.suspended_at IS NULL), '[]'),
         COALESCE(jsonb_agg(jsonb_build_array(l.cabinet_id, l.establishment_id))
           FILTER (WHERE l.suspended_at IS NOT NULL), '[]'),
         COALESCE(array_agg(l.cabinet_id || ':' || l.establishment_id)
           FILTER (WHERE l.suspended_at IS NOT NULL), '{}')
    INTO links, closed, closed_keys
    FROM accounts_cabinetestablishment l JOIN accounts_cabinet c ON c.id = l.cabinet_id
    WHERE l.establishment_id = ANY (site_ids);
  PERFORM set_config('portal.suspended', closed_keys::text, true);
  RETURN jsonb_build_object('kind', 'repairer', 'label', owner.name, 'role', owner.role, 'owned', to_jsonb(owned),
    'organisations', to_jsonb(joined), 'sites', sites, 'suspended', closed, 'cabinets', links);
END $$;
CREATE OR REPLACE FUNCTION portal_enter_user(who bigint) RETURNS jsonb LANGUAGE sql AS $$
  SELECT portal_enter_user(who, (now() AT TIME ZONE 'Europe/Paris')::date)
$$;
"""

_FORMER = import_module("accounts.migrations.0002_isolation").WRITERS
LEAVE = (
    "CREATE OR REPLACE FUNCTION portal_enter_user(who bigint)"
    + _FORMER.split("CREATE FUNCTION portal_enter_user(who bigint)")[1]
    + "DROP FUNCTION portal_enter_user(bigint, date);"
)

OWN_SITE = "id = ANY ((SELECT scope_ids('portal.establishments'))::bigint[])"
LINKED = import_module("accounts.migrations.0002_isolation").LINKED
# Belonging to a company no longer shows its establishments: only a right there does.
NARROW = (
    f"ALTER POLICY scope_read ON accounts_establishment USING ({any_of(OWN_SITE, LINKED)});"
    f"ALTER POLICY scope_update ON accounts_establishment USING ({any_of(OWN_SITE)})"
    f" WITH CHECK ({any_of(f'({OWN_SITE} AND {ORGANISATION})')});"
    f"ALTER POLICY scope_delete ON accounts_establishment USING ({any_of(OWN_SITE)})"
)
WIDEN = (
    f"ALTER POLICY scope_read ON accounts_establishment USING ({any_of(ORGANISATION, LINKED)});"
    "ALTER POLICY scope_update ON accounts_establishment"
    f" USING ({any_of(ORGANISATION)}) WITH CHECK ({any_of(ORGANISATION)});"
    f"ALTER POLICY scope_delete ON accounts_establishment USING ({any_of(ORGANISATION)})"
)

OWN_PROFILE = f"EXISTS (SELECT FROM accounts_delegationprofile p WHERE p.id = profile_id AND p.{ORGANISATION})"
SAME_COMPANY = (
    "EXISTS (SELECT FROM accounts_delegationprofile p JOIN accounts_establishment e"
    " ON e.organisation_id = p.organisation_id WHERE p.id = profile_id AND e.id = establishment_id"
    f" AND p.{ORGANISATION})"
)
OWN_DELEGATION = (
    f"({ORGANISATION} AND EXISTS (SELECT FROM accounts_shopmember m JOIN accounts_delegationprofile p"
    " ON p.organisation_id = m.organisation_id WHERE m.id = member_id AND p.id = profile_id"
    " AND m.organisation_id = accounts_delegation.organisation_id))"
)

# Collaborators who were let in before there were profiles go on looking at what they saw.
KEEP_LOOKING = """
SELECT set_config('portal.all', 'migration', true);
INSERT INTO accounts_delegationprofile (organisation_id, name, rights, everywhere, needs_validation)
  SELECT DISTINCT organisation_id, 'Consultation', ARRAY['view'], true, false
  FROM accounts_shopmember WHERE role = 'collaborateur';
INSERT INTO accounts_delegation (organisation_id, member_id, profile_id, from_on, granted_at, granted_by)
  SELECT m.organisation_id, m.id, p.id, (m.joined_at AT TIME ZONE 'Europe/Paris')::date, now(), 'Portail'
  FROM accounts_shopmember m JOIN accounts_delegationprofile p
    ON p.organisation_id = m.organisation_id AND p.name = 'Consultation'
  WHERE m.role = 'collaborateur' AND m.left_at IS NULL;
SELECT set_config('portal.all', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_delegation")]
    operations = [
        migrations.RunSQL(KEEP_LOOKING, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        IsolateRows("delegationprofile", read=any_of(ORGANISATION)),
        IsolateRows("profileestablishment", read=any_of(OWN_PROFILE), write=any_of(SAME_COMPANY)),
        IsolateRows("delegation", read=any_of(ORGANISATION), write=any_of(OWN_DELEGATION)),
        IsolateRows("invitation", read=any_of(ORGANISATION)),
        migrations.RunSQL(ENTER, LEAVE),
        migrations.RunSQL(NARROW, WIDEN),
    ]
