"""One request, taken apart: what every endpoint is given."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.types import Scope

from jobwire.api.auth import Caller
from jobwire.api.decoding import parse_body
from jobwire.api.fields import Fields
from jobwire.errors import InvalidInput
from jobwire.model.account import Hold

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{8,64}")
MAX_PARAMETERS = 500
_JOINED = frozenset(("accept", "accept-encoding", "authorization", "host", "x-api-key"))


class Call:
    """A request. `caller` is set before an endpoint that needs a key is asked."""

    caller: Caller

    def __init__(self, scope: Scope, public_url: str = "") -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.params: dict[str, str] = scope.get("path_params", {})
        self.headers = _read_headers(scope["headers"])
        self.client: str = (scope.get("client") or ("unknown", 0))[0]
        self.base_url = public_url or _find_base_url(scope, self.headers.get("host", ""))
        self.request_id = read_request_id(self.headers.get("x-request-id", ""))
        self.body = b""
        self.ignored: list[str] = []
        self.hint = ""
        self.key_id = ""
        self.family = ""
        self.hold: Hold | None = None
        """Credits set aside for its answer while that is made."""
        self.headers_out: dict[str, str] = {}
        """What the door adds to the answer: where the caller stands with its rate limits."""
        self._query: bytes = scope["query_string"]

    def body_fields(self, known: Iterable[str]) -> Fields:
        """The fields of a JSON body, whatever its content type says. Raises InvalidInput."""
        return self._note(Fields(parse_body(self.body), known))

    def query_fields(self, known: Iterable[str]) -> Fields:
        """The fields of the query string. Raises InvalidInput."""
        return self._note(Fields.of_query(self._read_query(), known))

    def query_key(self) -> str:
        """The key in `?key=`, of callers that can send nothing but an address. Raises InvalidInput."""
        return dict(reversed(self._read_query())).get("key", "")

    def _read_query(self) -> list[tuple[str, str]]:
        try:
            return parse_qsl(
                self._query.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MAX_PARAMETERS,
            )
        except UnicodeDecodeError:
            raise InvalidInput("The query string is not UTF-8.", hint="Percent-encode it.") from None
        except ValueError:
            raise InvalidInput(f"The query string has more than {MAX_PARAMETERS} parameters.") from None

    def accepts(self, content_type: str) -> bool:
        return content_type in self.headers.get("accept", "").lower()

    def _note(self, fields: Fields) -> Fields:
        self.ignored, self.hint = fields.ignored, fields.hint()
        return fields


def _read_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The first value of each. What may come in several lines is one list; so are two different keys or hosts,
    which makes them neither."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if key in _JOINED and text != found.get(key, text):
            found[key] += f", {text}"
        else:
            found.setdefault(key, text)
    return found


def _find_base_url(scope: Scope, host: str) -> str:
    """The address that the client used if it is a plausible one, else the one that we listen on."""
    scheme = scope.get("scheme", "http")
    if not _HOST.fullmatch(host):
        name, port = scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else str(name)
    return f"{scheme}://{host}"


def read_request_id(text: str) -> str:
    """The caller's own id of a request, if it is one that a log can hold; else a new one."""
    return text if _REQUEST_ID.fullmatch(text) else secrets.token_hex(8)
