"""Rolling windows in a Redis that several machines share: one script a request, by the Redis' clock."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from jobwire.api.windows import Spans, Window
from jobwire.errors import Unavailable

PREFIX = "jobwire:hits:"
WAIT_S = 1.0
"""For a connection and for an answer."""
_TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[2] and tonumber(last[2]) > now then now = tonumber(last[2]) end  -- a clock that was set back
local found, longest, count, free = {}, 0, 0, 1
for i = 1, #ARGV, 2 do
  local most, seconds = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local after = string.format('(%.6f', now - seconds)
  local hits = redis.call('ZCOUNT', KEYS[1], after, '+inf')
  local oldest = redis.call('ZRANGEBYSCORE', KEYS[1], after, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  found[#found + 1] = hits
  found[#found + 1] = oldest[2] and string.format('%.6f', now - tonumber(oldest[2])) or '0'
  if hits >= most then free = 0 end
  if seconds > longest then longest, count = seconds, hits end
end
if free == 1 then
  redis.call('ZADD', KEYS[1], string.format('%.6f', now), string.format('%.6f:%d', now, count))
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now - longest))
  redis.call('EXPIRE', KEYS[1], longest)
end
return {free, unpack(found)}
"""


class RedisWindows:
    """See `windows.Windows`. A name is a sorted set that ends with its longest window."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for what is no address of a Redis; whether one answers, `take` says."""
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S, retry=Retry(NoBackoff(), 1)
        )
        self._script = self._redis.register_script(_TAKE)

    def take(self, name: str, spans: Spans) -> tuple[bool, list[Window]]:
        try:
            answer: Any = self._script(keys=[PREFIX + name], args=[n for span in spans for n in span])
        except RedisError as error:
            raise Unavailable(f"Rate limits cannot be counted: {error}", retry_after_s=5) from error
        free, *found = answer
        return bool(free), [Window(count, float(age)) for count, age in zip(*[iter(found)] * 2, strict=True)]

    def trim(self) -> None:
        """Redis does that by itself."""

    def close(self) -> None:
        self._redis.close()
