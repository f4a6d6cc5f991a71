"""The database's own fence: the scope's functions and the policies of the accounts' tables."""

from django.db import migrations

from accounts.rowsecurity import CABINET, CABINET_OF_SITE, ESTABLISHMENT, ORGANISATION, USER, IsolateRows, any_of

READERS = """
CREATE FUNCTION scope_ids(name text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN COALESCE(NULLIF(current_setting(name, true), ''), '{}')::bigint[];
CREATE FUNCTION scope_texts(name text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN COALESCE(NULLIF(current_setting(name, true), ''), '{}')::text[];
CREATE FUNCTION scope_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  RETURN NULLIF(current_setting('portal.user', true), '')::bigint;
CREATE FUNCTION scope_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  RETURN COALESCE(current_setting('portal.all', true), '') <> '';
"""

# Everything is transaction-local (`true`): what a transaction was allowed ends with it, poolers included.
WRITERS = """
CREATE FUNCTION portal_scope(who text, everything text, cabinets text, organisations text, establishments text,
  suspended text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('portal.user', who, true), set_config('portal.all', everything, true),
         set_config('portal.cabinets', cabinets, true), set_config('portal.organisations', organisations, true),
         set_config('portal.establishments', establishments, true), set_config('portal.suspended', suspended, true)
$$;
CREATE FUNCTION portal_enter_nobody() RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM portal_scope('', '', '', '', '', '');
  RETURN NULL;
END $$;
CREATE FUNCTION portal_enter_system(reason text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM portal_scope('', reason, '', '', '', '');
  RETURN NULL;
END $$;
CREATE FUNCTION portal_enter_cabinet(cabinet bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM portal_scope('', '', ARRAY[cabinet]::text, '', '', '');
  RETURN NULL;
END $$;
CREATE FUNCTION portal_enter_user(who bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  person record;
  staff record;
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
  SELECT array_agg(organisation_id ORDER BY organisation_id) INTO owned
    FROM accounts_shopmember WHERE user_id = who AND left_at IS NULL;
  IF owned IS NULL THEN
    RETURN jsonb_build_object('kind', 'pending', 'label', '', 'role', '',
      'organisations', '[]'::jsonb, 'sites', '[]'::jsonb, 'suspended', '[]'::jsonb, 'cabinets', '[]'::jsonb);
  END IF;
  PERFORM set_config('portal.organisations', owned::text, true);
  SELECT o.name, m.role INTO owner FROM accounts_shopmember m JOIN accounts_organisation o ON o.id = m.organisation_id
    WHERE m.user_id = who AND m.left_at IS NULL ORDER BY o.id LIMIT 1;
  SELECT COALESCE(jsonb_agg(jsonb_build_object('id', id, 'siret', siret, 'name', name) ORDER BY siret), '[]'),
         COALESCE(array_agg(id), '{}')
    INTO sites, site_ids FROM accounts_establishment WHERE organisation_id = ANY (owned);
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
  RETURN jsonb_build_object('kind', 'repairer', 'label', owner.name, 'role', owner.role,
    'organisations', to_jsonb(owned), 'sites', sites, 'suspended', closed, 'cabinets', links);
END $$;
"""

UNDO = """
DROP FUNCTION portal_enter_user(bigint), portal_enter_cabinet(bigint), portal_enter_system(text),
  portal_enter_nobody(),
  portal_scope(text, text, text, text, text, text), scope_all(), scope_user(), scope_texts(text), scope_ids(text);
"""

OWN_ORGANISATION = "id = ANY ((SELECT scope_ids('portal.organisations'))::bigint[])"
OWN_CABINET = "id = ANY ((SELECT scope_ids('portal.cabinets'))::bigint[])"
LINKED = (
    "EXISTS (SELECT FROM accounts_cabinetestablishment"
    f" WHERE establishment_id = accounts_establishment.id AND {CABINET})"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunSQL(READERS + WRITERS, UNDO),
        # The names of cabinets are public: the sign-up page lists them before there is any scope.
        IsolateRows("cabinet", read="true", write=any_of(OWN_CABINET)),
        IsolateRows("cabinetmember", read=any_of(CABINET, USER), write=any_of(CABINET)),
        IsolateRows("organisation", read=any_of(OWN_ORGANISATION)),
        IsolateRows("establishment", read=any_of(ORGANISATION, LINKED), write=any_of(ORGANISATION)),
        IsolateRows("cabinetestablishment", read=any_of(CABINET, ESTABLISHMENT), write=any_of(CABINET_OF_SITE)),
        IsolateRows("shopmember", read=any_of(USER, ORGANISATION), write=any_of(ORGANISATION)),
        IsolateRows("accountrequest", read=any_of(CABINET, USER), write=any_of(CABINET)),
        IsolateRows("journalentry", read=any_of(CABINET, ESTABLISHMENT)),
    ]
