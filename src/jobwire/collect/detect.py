"""Detection: which ATS and board a URL belongs to, from its text alone, and which boards a page names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from jobwire.collect.address import read_address
from jobwire.collect.ats import ATSS, get_ats
from jobwire.model.board import Board

_EMBEDDED = 10
"""What a script or frame weighs against a link: others' boards are linked, one's own is embedded."""
_MENTIONS = 2_000
_WWW = re.compile(r"^([\s\"'(<]*(?:https?:)?(?://)?)www\.", re.IGNORECASE)
"""In front of a vendor's host people put one that does not belong there."""
_BREAK = re.compile(r"[\s\"'<>]")
_SOURCE = re.compile(r"\bsrc\s*=\s*[\"']?$", re.IGNORECASE)


class Evidence(msgspec.Struct, frozen=True):
    """A board, and why it is thought to be this one (for a person)."""

    board: Board
    why: str


def detect_url(url: str) -> Board | None:
    """The board that a URL belongs to: list, posting, apply, embed or API URL, also without scheme; else None."""
    for text in (url, _WWW.sub(r"\1", url, count=1)):
        for ats in ATSS:
            board = ats.find_in_url(text)
            if board is not None:
                return board
    return None


def is_guess(board: Board) -> bool:
    """Whether only the form of a path says so, on a host of the customer's own."""
    return board.ats != "generic" and bool(board.host) and board.token == board.host


def detect_page(url: str, html: str) -> list[Evidence]:
    """The boards that the page at `url` embeds or links to, the most probable first."""
    own, guess = detect_url(url), None
    if own and is_guess(own):  # what the page says counts for more
        own, guess = None, own
    found = [Evidence(own, "the URL itself")] if own else []
    named = [board for ats in ATSS for board in ats.find_in_page(url, html) if board != own]
    known = [board for board in named if board.ats != "generic"]
    if known or own:  # a page that states postings itself is a board only where no ATS is behind it
        named = [board for board in known if own is None or board.key != own.key]
    weighed = [(*_weigh(board, html), board) for board in named]
    weighed.sort(key=lambda item: -item[0])
    found += [Evidence(board, why) for _, why, board in weighed]
    return found or ([Evidence(guess, "the form of the URL")] if guess else [])


def _weigh(board: Board, html: str) -> tuple[int, str]:
    """(weight, reason): how often URLs of the board's host name its token, embedded ones counting more."""
    address = read_address(get_ats(board.ats).board_url(board))
    domain = ".".join(address.host.split(".")[-2:]) if address else ""
    embedded = linked = 0
    for is_embedded, mention in _find_mentions(html, domain):
        if board.token.lower() in mention:
            embedded, linked = (embedded + 1, linked) if is_embedded else (embedded, linked + 1)
    if embedded:
        return embedded * _EMBEDDED + linked, f"embedded in the page ({board.ats} script or frame)"
    if linked:
        return linked, f"linked from the page ({linked} times)"
    return 0, f"the page carries marks of {board.ats}"


def _find_mentions(html: str, domain: str) -> Iterator[tuple[bool, str]]:
    """(embedded?, URL in lower case) of the first 2,000 URLs of a domain."""
    for found in islice(re.finditer(re.escape(domain), html, re.IGNORECASE), _MENTIONS) if domain else ():
        start = max(0, found.start() - 200)
        head = _BREAK.split(html[start : found.start()])[-1]
        tail = _BREAK.split(html[found.start() : found.start() + 300], maxsplit=1)[0]
        before = html[max(0, found.start() - len(head) - 12) : found.start() - len(head)]
        yield bool(_SOURCE.search(before)), (head + tail).lower()
