"""What every ATS file is measured with: cases of hand-written answers, and a player in the driver's place.

A case is a folder `fixtures/<ats>/<case>/` with the bodies as the ATS would send them, and `case.json`:

    {"board": {"token": "acme"},
     "answers": [{"url": "https://...", "file": "jobs.json"},
                 {"url": "https://...", "json_body": {"offset": 20}, "file": "page2.json"},
                 {"url": "https://...", "status": 404}],
     "reading": {"completeness": "complete", "total": 2, "company": {"name": "Acme"}},
     "postings": [{"posting_id": "1", "title": "...", ...}],
     "error": "BoardGone"}

`postings` spell out every field that is not empty. `error` stands in place of `reading` and `postings`.
Names and addresses that must never get out contain the word PRIVATE.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from jobwire.collect.ats import get_ats
from jobwire.collect.protocol import Ats, Known, Reading, Request, Response, Unchanged
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting

FIXTURES = Path(__file__).parent / "fixtures"
MOST_STEPS = 20_000
Answer = Callable[[Request], Response]


class Case(msgspec.Struct, frozen=True):
    """A folder of fixtures."""

    ats: Ats
    folder: Path
    script: dict[str, Any]

    @property
    def board(self) -> Board:
        return msgspec.convert({"ats": self.ats.name, **self.script["board"]}, Board)

    def answers(self) -> list[tuple[dict[str, Any], Response]]:
        """(what is asked, what is answered), in the order of the script."""
        return [(entry, self._respond(entry)) for entry in self.script["answers"]]

    def _respond(self, entry: dict[str, Any]) -> Response:
        body = (self.folder / entry["file"]).read_bytes() if "file" in entry else b""
        return Response(
            status=entry.get("status", 200),
            url=entry.get("final_url", entry["url"]),
            body=body,
            headers=entry.get("headers", {}),
        )

    def answer(self, request: Request) -> Response:
        """The scripted answer. Raises AssertionError for a request that is not in the script."""
        return find_answer(self.answers(), request)


def load_case(ats_name: str, case: str) -> Case:
    folder = FIXTURES / ats_name / case
    return Case(get_ats(ats_name), folder, json.loads((folder / "case.json").read_text("utf-8")))


def list_cases() -> list[tuple[str, str]]:
    """(ats, case) of every folder."""
    return sorted((path.parent.parent.name, path.parent.name) for path in FIXTURES.glob("*/*/case.json"))


def find_answer(
    answers: list[tuple[dict[str, Any], Response]], request: Request, *, or_missing: bool = False
) -> Response:
    """The answer to `request`; `or_missing` answers 404 to what is not in the script."""
    for asked, response in answers:
        if asked["url"] != request.url or asked.get("method", request.verb) != request.verb:
            continue
        if "json_body" not in asked or asked["json_body"] == request.json_body:
            return response
    if or_missing:
        return Response(status=404, url=request.url)
    raise AssertionError(f"not in the script: {request.verb} {request.url} {request.json_body}")


class Played(msgspec.Struct):
    """All that came out of one reading."""

    postings: list[RawPosting]
    unchanged: list[str]
    requests: list[Request]
    reading: Reading

    @property
    def ids(self) -> set[str]:
        return {posting.posting_id for posting in self.postings} | set(self.unchanged)


def play(ats: Ats, board: Board, answer: Answer, known: Known | None = None) -> Played:
    """Run the reader against `answer`, as the driver does. Raises what the reader raises."""
    reader = ats.read(board, known or {})
    postings: list[RawPosting] = []
    unchanged: list[str] = []
    requests: list[Request] = []
    sent: Any = None
    for _ in range(MOST_STEPS):
        try:
            step = reader.send(sent)
        except StopIteration as end:
            assert isinstance(end.value, Reading), "a reader returns a Reading"
            return Played(postings, unchanged, requests, end.value)
        sent = None
        if isinstance(step, Request):
            requests.append(step)
            sent = answer(step)
        elif isinstance(step, list):
            assert 0 < len(step) <= ats.max_parallel, "a batch holds at most max_parallel requests"
            requests.extend(step)
            sent = [answer(request) for request in step]
        elif isinstance(step, Unchanged):
            unchanged.append(step.posting_id)
        else:
            assert isinstance(step, RawPosting), f"a step of an unknown kind: {step!r}"
            postings.append(step)
    raise AssertionError("the reader does not come to an end")


def with_body(case: Case, index: int, body: bytes) -> Answer:
    """The case's answers with the body of number `index` replaced."""
    return with_response(case, index, lambda response: msgspec.structs.replace(response, body=body))


def with_response(case: Case, index: int, change: Callable[[Response], Response], otherwise: int = 503) -> Answer:
    """The case's answers with number `index` changed; a request that the change led to gets `otherwise`."""
    answers = case.answers()
    answers[index] = (answers[index][0], change(answers[index][1]))

    def answer(request: Request) -> Response:
        try:
            return find_answer(answers, request)
        except AssertionError:
            return Response(status=otherwise, url=request.url)

    return answer


def spell_out(value: Any) -> Any:
    """A struct as plain JSON data, empty fields left out: the form of `postings` and `reading` in a case."""
    plain = json.loads(msgspec.json.encode(value))
    return _drop_empty(plain)


def _drop_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _drop_empty(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in (None, "", [], {})}
    return [_drop_empty(part) for part in value] if isinstance(value, list) else value


def find_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all fields of all objects in decoded JSON."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*path, name)
            yield from find_paths(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from find_paths(part, (*path, index))


def change_at(value: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy of decoded JSON in which `change(parent, name)` was applied at `path`."""
    copy = json.loads(json.dumps(value))
    parent = copy
    for name in path[:-1]:
        parent = parent[name]
    change(parent, path[-1])
    return copy
