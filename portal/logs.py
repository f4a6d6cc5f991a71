"""Log lines for machines: one JSON object each, with the number of the request it belongs to, and nothing of anybody.

An exception is told by its type and the places it went through: its text may quote a row (« Key (email)=(…) »). A
request is told by its route, never by its address, which names dossiers. The number goes with a task to its worker, so
that what a request set off can be read in one go.
"""

import json
import logging
import re
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from celery import signals
from django.conf import settings
from django.http import HttpRequest, HttpResponse

GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
HEADER = "X-Request-ID"
number: ContextVar[str] = ContextVar("request_number", default="")
task: ContextVar[str] = ContextVar("task", default="")


class RequestNumberMiddleware:
    """Outermost: the number a trusted proxy gave, or one of our own; the answer tells it to whoever calls support."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
        token = number.set(given if GIVEN.fullmatch(given) else uuid.uuid4().hex)
        request.META["portal.number"] = number.get()  # Django writes its line once the answer has left this place
        try:
            response = self.get_response(request)
            response.headers[HEADER] = number.get()
            return response
        finally:
            number.reset(token)


def hand_over(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None and number.get():
        headers["request_number"] = number.get()


def take_over(task: Any = None, **_: Any) -> None:
    given = str(getattr(task.request, "request_number", None) or "") if task else ""
    number.set(given if GIVEN.fullmatch(given) else "")
    globals()["task"].set(task.name if task else "")


def let_go(**_: Any) -> None:
    number.set("")
    task.set("")


signals.before_task_publish.connect(hand_over, dispatch_uid="portal.logs")
signals.task_prerun.connect(take_over, dispatch_uid="portal.logs")
signals.task_postrun.connect(let_go, dispatch_uid="portal.logs")


class JsonFormatter(logging.Formatter):
    """One line an event; what a value holds can end no line and forge no other."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "le": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "source": record.name,
            "message": message_of(record),
        }
        told |= {name: value for name, value in (("demande", number_of(record)), ("tache", task.get())) if value}
        if record.exc_info and record.exc_info[0]:
            told["exception"] = record.exc_info[0].__name__
            told["pile"] = places(record.exc_info[2])
        return json.dumps(told, ensure_ascii=False, default=str)


class LineFormatter(logging.Formatter):
    """The same for eyes."""

    def format(self, record: logging.LogRecord) -> str:
        mark = f" [{number_of(record)[:8]}]" if number_of(record) else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}{mark} {message_of(record)}"
        if record.exc_info and record.exc_info[0]:
            line += f" {record.exc_info[0].__name__} | " + " < ".join(reversed(places(record.exc_info[2])))
        return line.replace("\n", " ").replace("\r", " ")


def number_of(record: logging.LogRecord) -> str:
    request = getattr(record, "request", None)
    return number.get() or (str(request.META.get("portal.number", "")) if isinstance(request, HttpRequest) else "")


def message_of(record: logging.LogRecord) -> str:
    """What is said, with a route for an address and an exception's type for its text."""
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        match = request.resolver_match
        status = getattr(record, "status_code", "")
        return f"{status} {request.method} {match.route if match else '(sans route)'}".strip()
    if isinstance(record.args, dict) and "exc" in record.args:  # Celery's own: the text of what a task raised
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "exception"
        return f"Task {record.args.get('name', '')} failed: {kind}"
    return record.getMessage()


def places(trace: Any) -> list[str]:
    """File, line and function of each frame; neither source lines nor values."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
