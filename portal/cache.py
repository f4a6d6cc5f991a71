"""The shared cache, which may be away: then nothing is remembered, and nothing fails."""

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)
SILENCE = 10  # seconds during which a cache that did not answer is not asked again


class PatientRedisCache(RedisCache):
    """Django's, except that a server that does not answer is an empty cache; limits counted there are then off."""

    silent_until = 0.0  # for the whole process

    def _ask(self, away: Any, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if time.monotonic() < PatientRedisCache.silent_until:
            return away
        try:
            return call(*args, **options)
        except (redis.RedisError, OSError) as problem:
            PatientRedisCache.silent_until = time.monotonic() + SILENCE
            logger.warning("The cache does not answer (%s): limits are off for now.", type(problem).__name__)
            return away

    def add(self, *args: Any, **options: Any) -> Any:
        return self._ask(True, super().add, *args, **options)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(default, super().get, key, default, version)

    def set(self, *args: Any, **options: Any) -> Any:
        return self._ask(None, super().set, *args, **options)

    def touch(self, *args: Any, **options: Any) -> Any:
        return self._ask(False, super().touch, *args, **options)

    def delete(self, *args: Any, **options: Any) -> Any:
        return self._ask(False, super().delete, *args, **options)

    def has_key(self, *args: Any, **options: Any) -> Any:
        return self._ask(False, super().has_key, *args, **options)

    def incr(self, *args: Any, **options: Any) -> Any:
        return self._ask(0, super().incr, *args, **options)

    def get_many(self, *args: Any, **options: Any) -> Any:
        return self._ask({}, super().get_many, *args, **options)

    def set_many(self, *args: Any, **options: Any) -> Any:
        return self._ask([], super().set_many, *args, **options)
