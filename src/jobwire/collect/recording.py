"""Record a visit's exchanges and play them back, so that a field report becomes a fixture."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import msgspec

from jobwire.collect.fetch import Fetch
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardUnreachable, ConfigError


class Exchange(msgspec.Struct, frozen=True):
    """One line of a recording."""

    verb: str
    url: str
    json_body: object
    response: Response


class Recorder:
    """A fetch that passes everything on and writes it down, one exchange a line."""

    def __init__(self, fetch: Fetch, file: IO[bytes]) -> None:
        self._fetch, self._file = fetch, file

    async def __call__(self, request: Request) -> Response:
        response = await self._fetch(request)
        line = msgspec.json.encode(Exchange(request.verb, request.url, request.json_body, response))
        self._file.write(line + b"\n")
        return response


class Player:
    """A fetch that answers from a recording, in the recorded order where a request came several times."""

    def __init__(self, path: Path) -> None:
        self._answers: dict[bytes, list[Response]] = {}
        try:
            lines = path.read_bytes().splitlines()
            exchanges = [msgspec.json.decode(line, type=Exchange) for line in lines if line.strip()]
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigError(f"{path} is no recording: {error}.") from error
        for exchange in exchanges:
            self._answers.setdefault(_key(exchange), []).append(exchange.response)

    async def __call__(self, request: Request) -> Response:
        answers = self._answers.get(_key(Exchange(request.verb, request.url, request.json_body, _NONE)))
        if not answers:
            raise BoardUnreachable(f"{request.verb} {request.url} is not in the recording.")
        return answers.pop(0) if len(answers) > 1 else answers[0]


_NONE = Response(status=0, url="")


def _key(exchange: Exchange) -> bytes:
    return msgspec.json.encode((exchange.verb, exchange.url, exchange.json_body), order="sorted")
