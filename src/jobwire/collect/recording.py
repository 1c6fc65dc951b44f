"""Record a visit's exchanges and play them back, so that a field report becomes a fixture."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import msgspec

from jobwire.collect.fetch import Fetch
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardBlocked, BoardBroken, BoardError, BoardGone, BoardUnreachable, ConfigError

_KINDS: dict[str, type[BoardError]] = {
    kind.__name__: kind for kind in (BoardGone, BoardBlocked, BoardBroken, BoardUnreachable)
}


class Failure(msgspec.Struct, frozen=True):
    """Why there was no answer: the name of a board error."""

    kind: str
    message: str
    retry_after_s: float | None = None


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a recording."""

    verb: str
    url: str
    json_body: object = None
    response: Response | None = None
    failure: Failure | None = None


class Recorder:
    """A fetch that passes everything on and writes it down, one exchange a line; what failed, too."""

    def __init__(self, fetch: Fetch, file: IO[bytes]) -> None:
        self._fetch, self._file = fetch, file

    async def __call__(self, request: Request) -> Response:
        try:
            response = await self._fetch(request)
        except BoardError as error:
            wait = error.retry_after_s if isinstance(error, BoardBlocked) else None
            self._write(request, failure=Failure(type(error).__name__, str(error), wait))
            raise
        self._write(request, response=response)
        return response

    def _write(self, request: Request, **outcome: Response | Failure) -> None:
        exchange = Exchange(request.verb, request.url, request.json_body, **outcome)  # type: ignore[arg-type]
        self._file.write(msgspec.json.encode(exchange) + b"\n")


class Player:
    """A fetch that answers from a recording, in the recorded order where a request came several times."""

    def __init__(self, path: Path) -> None:
        self._exchanges: dict[bytes, list[Exchange]] = {}
        try:
            lines = path.read_bytes().splitlines()
            exchanges = [msgspec.json.decode(line, type=Exchange) for line in lines if line.strip()]
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigError(f"{path} is no recording: {error}.") from error
        for exchange in exchanges:
            key = _key(exchange.verb, exchange.url, exchange.json_body)
            self._exchanges.setdefault(key, []).append(exchange)

    async def __call__(self, request: Request) -> Response:
        left = self._exchanges.get(_key(request.verb, request.url, request.json_body))
        if not left:
            raise BoardUnreachable(f"{request.verb} {request.url} is not in the recording.")
        exchange = left.pop(0) if len(left) > 1 else left[0]
        if exchange.response:
            return exchange.response
        failure = exchange.failure or Failure("", f"{request.url} was not answered.")
        kind = _KINDS.get(failure.kind, BoardUnreachable)
        if kind is BoardBlocked:
            raise BoardBlocked(failure.message, retry_after_s=failure.retry_after_s)
        raise kind(failure.message)


def _key(verb: str, url: str, json_body: object) -> bytes:
    return msgspec.json.encode((verb, url, json_body), order="sorted")
