"""The PDF of each version, made once; two workers never make the same one."""

import logging

from django.core.files.base import ContentFile
from django.db import connection

from accounts import printing, scope
from accounts.scope import System
from tariffs import pdf
from tariffs.models import TariffPdf, TariffVersion
from tariffs.services.history import compare

logger = logging.getLogger(__name__)
_LOCK = 7_200_000_000


def make_pdfs(limit: int = 100) -> int:
    """Make those that are missing, one transaction each; how many were made (none where Pango is missing)."""
    made = 0
    with scope.system(System.TARIFFS):
        missing = list(TariffVersion.objects.filter(pdf=None).order_by("pk").values_list("pk", flat=True)[:limit])
    for key in missing:
        try:
            with scope.system(System.TARIFFS):
                made += _make(key)
        except printing.UnavailableError as problem:
            logger.error("Rates are not printed, their pages and CSV remain: Pango is missing (%s).", problem)  # noqa: TRY400 -- its sentence says all
            break
    return made


def _make(key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK + key])
        [(mine,)] = cursor.fetchall()
    if not mine or TariffPdf.objects.filter(version=key).exists():
        return False
    version = TariffVersion.objects.select_related("site").with_rows().get(pk=key)
    content = ContentFile(pdf.render(version, list(compare(version, None))))
    paper = TariffPdf(version=version, site_id=version.site_id)
    paper.file.save(str(version.public_id), content, save=False)
    paper.save(force_insert=True)
    return True
