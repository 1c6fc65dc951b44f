"""Many pages from one hold: the books must say the same as if each page had its own."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from jobwire.api import metering
from jobwire.api.auth import Caller
from jobwire.api.metering import Metering
from jobwire.api.purses import REST_S, Group, Purses
from jobwire.model.account import CREDIT, Account, Key, Plan

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
PRICE = CREDIT // 2
SECRET = "jw_live_scan000000000000000"


def make_caller(world: Any, credits_: int) -> Caller:
    world.add_plan("scan", prices={"feed": PRICE})
    world.add_key(SECRET, plan="scan", credits_=credits_ * CREDIT)
    account = Account(id="account-scan", name="a", plan="scan", created_at=world.clock())
    key = Key(id="k", account_id=account.id, name="k", prefix="jw", digest=b"", created_at=world.clock())
    return Caller(key=key, account=account, plan=Plan(name="scan", prices={"feed": PRICE}))


def make_books(world: Any, processes: int) -> list[Metering]:
    """What as many server processes would have, over one store."""
    return [Metering(world.accounts, timedelta(minutes=5)) for _ in range(processes)]


def close(all_books: list[Metering]) -> None:
    for books in all_books:
        books.close()


def read_balance(client: Any) -> float:
    """By a page that is paid already."""
    return float(client.post("/api/jobs/feed", {"batch_size": 10}).headers["X-Credits-Balance"])


def ledger_rows(world: Any) -> int:
    return sum(entry.rows for entry in world.accounts.ledger("account-scan", 10_000))


def test_a_scan_from_a_rich_wallet_is_exact_on_every_page(world: Any, serve: Any, monkeypatch: Any) -> None:
    client = serve()
    world.publish(*range(300))
    world.add_plan("scan", prices={"feed": PRICE})
    client.key = world.add_key(SECRET, plan="scan", credits_=10_000 * CREDIT)
    held = []
    hold = world.accounts.hold
    monkeypatch.setattr(world.accounts, "hold", lambda *a: held.append(a) or hold(*a))
    balance, cursor, pages = 10_000.0, None, 0
    while pages == 0 or cursor:
        if pages == 15:
            world.add_key(SECRET, plan="scan", credits_=7 * CREDIT)
            balance += 7
            client.wait_for(lambda topped_up=balance: read_balance(client) == topped_up)
        reply = client.post("/api/jobs/feed", {"cursor": cursor} if cursor else {"batch_size": 10})
        cursor, pages, balance = reply.json()["next_cursor"], pages + 1, balance - 5
        assert float(reply.headers["X-Credits-Deducted"]) == 5
        assert float(reply.headers["X-Credits-Balance"]) == balance
    assert pages == 30 and len(held) < 15, "most pages were held together"
    client.wait_for(lambda: ledger_rows(world) == 300)
    client.wait_for(lambda: world.accounts.balance("account-scan") == balance * CREDIT)
    again = client.post("/api/jobs/feed", {"batch_size": 100})
    assert again.headers["X-Credits-Deducted"] == "0" and float(again.headers["X-Credits-Balance"]) == balance


@BOTH
@pytest.mark.parametrize("processes", [1, 2])
def test_a_purse_is_emptied_when_the_wallet_needs_it(world: Any, monkeypatch: Any, processes: int) -> None:
    """Another key of the account takes the rest, be it of another process: all of it is there, what a scan had set
    aside included."""
    monkeypatch.setattr(metering, "GATHER_S", 5)  # the purse stays until it is asked for
    monkeypatch.setattr(metering, "RECALL_S", 20)
    caller = make_caller(world, 200)
    scanned, asked = (two := make_books(world, processes))[0], two[-1]
    recall, booking = world.accounts.recall_ahead, threading.Thread(target=scanned.flush)

    def recall_ahead(account_id: str) -> bool:
        asked_for = recall(account_id)
        booking.start()  # what has a purse books soon after
        return asked_for

    monkeypatch.setattr(world.accounts, "recall_ahead", recall_ahead)
    for start in (1, 11, 21):
        page = scanned.charge(caller, "feed", "jobs", range(start, start + 10))
        scanned.book(page.hold)
    assert world.accounts.balance("account-scan") < 185 * CREDIT == scanned.balance("account-scan")
    rest = asked.charge(caller, "search", "jobs", range(1_000, 1_400))
    assert rest.granted == 185 and rest.headers["X-Credits-Balance"] == "0"
    booking.join()
    asked.book(rest.hold)
    close(two)
    assert ledger_rows(world) == 30 + 185
    assert world.accounts.balance("account-scan") == 0


def test_a_purse_left_alone_gives_back_what_is_left(world: Any, client: Any, monkeypatch: Any) -> None:
    caller = make_caller(world, 1_000)
    books = Metering(world.accounts, timedelta(minutes=5))
    hold_ahead, held = world.accounts.hold_ahead, []
    monkeypatch.setattr(world.accounts, "hold_ahead", lambda *a: held.append(hold_ahead(*a)) or held[-1])
    for start in (1, 11):
        books.book(books.charge(caller, "feed", "jobs", range(start, start + 10)).hold)
    assert held[-1].amount > 10 * PRICE
    client.wait_for(lambda: world.accounts.balance("account-scan") == 990 * CREDIT)
    assert ledger_rows(world) == 20
    books.close()


def test_a_wallet_that_ran_short_gets_no_purse_for_a_while(world: Any) -> None:
    """In no process that knows: each purse that its next short page would have to wait for holds a thread."""
    make_caller(world, 10_000)
    now = [100.0]
    asking, asked = (Purses(world.accounts, lambda: now[0]) for _ in range(2))
    group = Group("account-scan", "k", "feed", "jobs", PRICE)

    def gets_a_purse(purses: Purses, start: int) -> bool:
        page = range(start, start + 10)
        purses.note(group, page, world.accounts.hold("account-scan", "k", "feed", "jobs", page, PRICE))
        hold = purses.take(group, range(start + 10, start + 20))
        return hold is not None and purses.land(hold.id, arrived=True)

    assert gets_a_purse(asked, 1)
    assert world.accounts.recall_ahead("account-scan")
    asking.close("account-scan")
    asked.write()
    assert not world.accounts.funds("account-scan").ahead
    assert not gets_a_purse(asking, 1_000) and not gets_a_purse(asked, 2_000)
    now[0] += REST_S
    assert gets_a_purse(asking, 3_000) and gets_a_purse(asked, 4_000)


@BOTH
def test_a_slow_page_of_a_purse_and_the_same_by_another_key_cost_once(world: Any) -> None:
    caller = make_caller(world, 1_000)
    other = msgspec.structs.replace(caller, key=msgspec.structs.replace(caller.key, id="k2"))
    (books,) = make_books(world, 1)
    books.book(books.charge(caller, "feed", "jobs", range(1, 11)).hold)
    slow = books.charge(caller, "feed", "jobs", range(11, 21))
    same = books.charge(other, "feed", "jobs", range(11, 21))
    books._purses.close()  # as after a moment without a page
    books.flush()
    for charge in (slow, same):
        books.book(charge.hold)
    close([books])
    assert ledger_rows(world) == 20
    assert world.accounts.balance("account-scan") == books.balance("account-scan") == 990 * CREDIT


@BOTH
@pytest.mark.parametrize("processes", [1, 3])
def test_any_mixture_of_pages_charges_what_arrived(world: Any, processes: int) -> None:
    """Scans side by side, repeats, pages that fail, wallets that run dry: each position that arrived once."""
    draw = random.Random(5)
    caller = make_caller(world, 600)
    all_books = make_books(world, processes)
    flying: list[tuple[Any, Any, list[int]]] = []
    arrived: set[int] = set()
    places = [1, 400, 900]
    for _ in range(300):
        if flying and draw.random() < 0.5:
            books, hold, page = flying.pop(draw.randrange(len(flying)))
            if draw.random() < 0.8:
                books.book(hold)
                arrived.update(page)
            else:
                books.give_back(hold)
            continue
        scan = draw.randrange(3)
        start = places[scan] if draw.random() < 0.8 else draw.randrange(1, places[scan] + 1)
        page = sorted(draw.sample(range(start, start + 12), draw.randrange(1, 13)))
        places[scan] = max(places[scan], page[-1] + 1)
        books = draw.choice(all_books) if draw.random() < 0.3 else all_books[scan % processes]
        charge = books.charge(caller, "feed", "jobs", page, at_least=0)
        flying.append((books, charge.hold, page[: charge.granted]))
        if draw.random() < 0.05:
            books.flush()
    for books, hold, _ in flying:
        books.give_back(hold)
    close(all_books)
    assert ledger_rows(world) == len(arrived) > 500
    ledger = world.accounts.ledger("account-scan", 10_000)
    assert sum(entry.amount for entry in ledger) == world.accounts.balance("account-scan") >= 0
