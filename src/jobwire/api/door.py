"""Where requests come in and answers go out: limits on what is read, errors turned into problems, delivery."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from jobwire.api.answer import Answer, problem_answer
from jobwire.api.auth import read_secret
from jobwire.api.call import Call
from jobwire.api.compression import encode
from jobwire.api.decoding import MAX_BODY_BYTES
from jobwire.api.delivery import Delivery
from jobwire.api.fields import list_ignored
from jobwire.api.limits import Refused
from jobwire.api.metering import describe_unspent
from jobwire.api.problems import Problem, to_problem, unavailable
from jobwire.api.server import Server
from jobwire.errors import Unauthorized

MAX_READ_BYTES = 8 << 20
"""A body that is too large is read to its end up to here: who still sends does not see an answer."""
log = structlog.get_logger("jobwire.api")
Answering = Callable[[Server, Call], Answer] | Callable[[Server, Call], Awaitable[Answer]]


class Endpoint(msgspec.Struct, frozen=True):
    """One row of the route table."""

    method: str
    path: str
    answer: Answering
    family: str = ""
    """API family that the caller's plan and key must have; empty: any valid key."""
    group: str = "general"
    """Of rate limits."""
    metered: bool = False
    """Whether each delivered row costs what the plan says of its family."""
    keyed: bool = True
    key_in_query: bool = False
    """Whether `?key=` is as good as the header."""
    guarded: bool = True
    """Whether it asks the store, and so is refused while the store is known to be away."""
    admin: bool = False
    direct: bool = False
    """Whether it is answered without a thread: it asks nothing, and answers however busy the server is."""


class Door:
    """An ASGI application for all methods of one path."""

    def __init__(self, server: Server, endpoints: Mapping[str, Endpoint]) -> None:
        self._server = server
        self._endpoints = dict(endpoints)
        if "GET" in self._endpoints:
            self._endpoints["HEAD"] = self._endpoints["GET"]
        self._allow = ", ".join([*self._endpoints, "OPTIONS"]) if endpoints else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        call = Call(scope, self._server.options.public_url)
        answer = await self._answer(call, receive)
        delivery = Delivery(self._server, scope, receive, send)
        delivered = await delivery.send(answer, self._head(call, answer), head_only=call.method == "HEAD")
        self._note(call, answer, scope, time.perf_counter() - started, delivery.sent_bytes, delivered)

    async def _answer(self, call: Call, receive: Receive) -> Answer:
        try:
            return await self._ask(call, receive)
        except Exception as error:
            problem = to_problem(error)
            if problem.status == 500:
                log.exception("internal error", request_id=call.request_id, path=call.path)
            answer = problem_answer(problem)
            if isinstance(error, Refused):
                answer.headers |= error.headers
            return answer

    async def _ask(self, call: Call, receive: Receive) -> Answer:
        if call.method == "OPTIONS" and self._allow:
            return Answer(status=204, headers={"Allow": self._allow})
        endpoint = self._endpoints.get(call.method)
        if not self._allow:
            raise Problem("not_found", "There is nothing at this path. The routes are listed in /openapi.json.")
        if endpoint is None:
            detail = f"This path answers {self._allow}."
            raise Problem("method_not_allowed", detail, headers={"Allow": self._allow})
        call.body = await read_body(call, receive, self._server.options.body_timeout_s)
        if endpoint.direct:
            return _work(self._server, endpoint, call)  # type: ignore[return-value]  # by what `direct` means
        if endpoint.guarded and self._server.unsent_bytes > self._server.options.unsent_bytes:
            raise unavailable("The server is busy sending.")
        answer = await self._server.ask(partial(_work, self._server, endpoint, call), guarded=endpoint.guarded)
        return await answer if inspect.isawaitable(answer) else answer

    def _head(self, call: Call, answer: Answer) -> dict[str, str]:
        ignored = list_ignored(call.ignored)
        return {
            "Content-Type": answer.content_type,
            "X-Request-Id": call.request_id,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
            **({"X-Ignored-Fields": ignored} if ignored else {}),
            **call.headers_out,
            **answer.headers,
            **(describe_unspent(answer.hold) if answer.hold and call.method == "HEAD" else {}),
        }

    def _note(
        self, call: Call, answer: Answer, scope: Scope, seconds: float, sent_bytes: int, delivered: bool
    ) -> None:
        route = getattr(scope.get("route"), "path", "none")
        rows = answer.rows if delivered else 0
        self._server.metrics.count(route, call.method, answer.status, seconds, rows, sent_bytes)
        if answer.code:
            self._server.metrics.count_problem(answer.code)
        if answer.hold and delivered:
            self._server.metrics.count_credits(call.family, answer.hold.amount)
        log.info(
            "request",
            request_id=call.request_id,
            method=call.method,
            path=call.path,
            status=answer.status,
            ms=round(seconds * 1000, 1),
            rows=rows,
            bytes=sent_bytes,
            key=call.key_id,
            client=call.client,
            **({} if delivered else {"delivered": False}),
            **({"code": answer.code} if answer.code else {}),
            **({"ignored": list_ignored(call.ignored), "did_you_mean": call.hint} if call.ignored else {}),
        )


async def read_body(call: Call, receive: Receive, timeout_s: float) -> bytes:
    """The request's body. Raises Problem: too large, too slow, or compressed."""
    if call.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Problem(
            "unsupported_encoding", "Send the body uncompressed.", headers={"Accept-Encoding": "identity"}
        )
    if call.headers.get("transfer-encoding", "chunked").strip().lower() != "chunked":
        raise Problem("unsupported_encoding", "Send the body chunked or with its length, not compressed.")
    stated = call.headers.get("content-length", "")
    if stated.isdigit() and int(stated[:20]) > (MAX_BODY_BYTES if "expect" in call.headers else MAX_READ_BYTES):
        raise _too_large()
    try:
        async with asyncio.timeout(timeout_s):
            return await _collect(receive)
    except TimeoutError:
        detail = "The request body did not arrive in time."
        raise Problem("request_timeout", detail, headers={"Connection": "close"}) from None


async def _collect(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem("invalid_request", "The connection was closed before the request was complete.")
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            parts.clear()
        else:
            parts.append(message.get("body", b""))
        if size > MAX_BODY_BYTES and (size > MAX_READ_BYTES or not message.get("more_body")):
            raise _too_large()
        if not message.get("more_body"):
            return b"".join(parts)


def _too_large() -> Problem:
    detail = f"The body is larger than {MAX_BODY_BYTES} bytes. Ask for fewer values."
    return Problem("request_too_large", detail, headers={"Connection": "close"})


def _work(server: Server, endpoint: Endpoint, call: Call) -> Answer | Awaitable[Answer]:
    """All of a request that may block, in one go: who asks, whether they may, the answer, its compression."""
    if endpoint.keyed:
        admit(server, endpoint, call)
    elif endpoint.guarded:
        server.limits.visit(call.client)
    try:
        answer = endpoint.answer(server, call)
        return encode(server.options, call, answer) if isinstance(answer, Answer) else answer
    except BaseException:
        if call.hold:
            server.metering.give_back(call.hold)
        raise


def admit(server: Server, endpoint: Endpoint, call: Call) -> None:
    """Set the caller. Raises Unauthorized, NotEntitled, RateLimited; checked before anything is charged."""
    try:
        call.caller = server.auth.identify(_find_key(endpoint, call))
    except Unauthorized:
        server.limits.refuse(call.client)
        raise
    call.key_id, call.family = call.caller.key.id, endpoint.family
    call.headers_out |= server.limits.spend(call.caller, endpoint.group)
    if endpoint.admin:
        call.caller.check_admin()
    elif endpoint.family:
        call.caller.check_family(endpoint.family)


def _find_key(endpoint: Endpoint, call: Call) -> Mapping[str, str]:
    """The headers that say who calls: the request's own, or `?key=` in their place."""
    if endpoint.key_in_query and not read_secret(call.headers):
        return {"x-api-key": call.query_key()}
    return call.headers
