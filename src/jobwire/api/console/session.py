"""Who is at the console: an administrator's key becomes a signed cookie, and every form carries a token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from urllib.parse import parse_qsl

import msgspec

from jobwire.api.answer import Answer
from jobwire.api.auth import MAX_SECRET
from jobwire.api.call import Call
from jobwire.api.console.page import Page, readable, redirect, show
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.errors import NotEntitled, Unauthorized
from jobwire.model.account import Key

COOKIE = "jobwire_console"
LASTS_S = 12 * 3_600
MAX_FIELDS = 50
Form = dict[str, str]
Acting = Callable[[Server, Call, "Operator", Form], Answer]


class Operator(msgspec.Struct, frozen=True):
    """A person with an administrator's key. `csrf` goes into every form of the session."""

    key: Key
    csrf: str


def operated(page: Callable[[Server, Call, Operator], Answer]) -> Page:
    """A page that only an operator sees; others are asked to log in."""

    @wraps(page)
    def answer(server: Server, call: Call) -> Answer:
        operator = find_operator(server, call)
        return page(server, call, operator) if operator else redirect("/login")

    return readable(answer)


def acted(act: Acting) -> Page:
    """A form that only an operator may send, and only from this server's own pages."""

    @wraps(act)
    def answer(server: Server, call: Call) -> Answer:
        operator, form = check_form(server, call)
        return act(server, call, operator, form)

    return readable(answer)


def check_form(server: Server, call: Call) -> tuple[Operator, Form]:
    """Who sent a form, and its fields. Raises Problem."""
    operator, form = find_operator(server, call), read_form(call)
    if operator is None:
        raise Problem("invalid_api_key", "Your session has ended. Log in again.")
    if not hmac.compare_digest(form.get("csrf", "").encode(), operator.csrf.encode()):
        raise Problem(
            "not_entitled", "This form is not of your session. Load the page again and send it once more."
        )
    return operator, form


def find_operator(server: Server, call: Call) -> Operator | None:
    """The operator whose cookie came with the request, if it is valid and the key still is an administrator's."""
    text = _read_cookie(call.headers.get("cookie", ""))
    key_id, _, rest = text.partition(".")
    ends, _, signed = rest.partition(".")
    nonce, _, mac = signed.partition(".")
    if not mac or not ends.isdigit() or int(ends[:12]) < server.clock().timestamp():
        return None
    if not hmac.compare_digest(mac.encode(), _sign(server, "cookie", f"{key_id}.{ends}.{nonce}").encode()):
        return None
    key = next((key for key in server.accounts.keys() if key.id == key_id), None)
    if key is None or not _is_valid(server, key):
        return None
    return Operator(key=key, csrf=_sign(server, "csrf", text))


@readable
def get_login(server: Server, call: Call) -> Answer:
    if find_operator(server, call):
        return redirect("/")
    return show("login.html", wrong="")


@readable
def post_login(server: Server, call: Call) -> Answer:
    """Begin a session with a key. Wrong keys count against the caller's address, as on the API."""
    _check_origin(call)
    secret = read_form(call).get("key", "").strip()[:MAX_SECRET]
    try:
        caller = server.auth.identify({"x-api-key": secret})
        caller.check_admin()
    except (Unauthorized, NotEntitled) as error:
        server.limits.refuse(call.client)
        return show("login.html", status=401, wrong=error.args[0] if error.args else "")
    text = f"{caller.key.id}.{int(server.clock().timestamp()) + LASTS_S}.{secrets.token_urlsafe(12)}"
    return redirect("/", {"Set-Cookie": _cookie(call, f"{text}.{_sign(server, 'cookie', text)}", LASTS_S)})


@acted
def post_logout(server: Server, call: Call, operator: Operator, form: Form) -> Answer:
    return redirect("/", {"Set-Cookie": _cookie(call, "", 0)})


def read_form(call: Call) -> Form:
    """The fields of a form; the first of each name. Raises Problem."""
    try:
        pairs = parse_qsl(call.body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Problem("invalid_request", "This is not a form of these pages.") from None
    return {name: value.strip() for name, value in reversed(pairs)}


def _is_valid(server: Server, key: Key) -> bool:
    now = server.clock()
    ended = any(at is not None and at <= now for at in (key.revoked_at, key.expires_at))
    return key.admin and not ended


def _check_origin(call: Call) -> None:
    """A login form comes from our own page: nobody is logged in by another site."""
    if call.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem("not_entitled", "This form was sent from another site.")


def _cookie(call: Call, value: str, lasts_s: int) -> str:
    secure = "; Secure" if call.base_url.startswith("https://") else ""
    return f"{COOKIE}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Strict{secure}"


def _read_cookie(header: str) -> str:
    for part in header[:8_192].split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value[:400]
    return ""


def _sign(server: Server, purpose: str, text: str) -> str:
    """Made with a key of its own, derived from the store's, so sessions outlive restarts and workers."""
    key = hmac.digest(server.store.cursor_key, f"console {purpose}".encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:40]
