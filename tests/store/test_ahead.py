"""Credits set aside for many pages at once: only where one process serves the store, and only so many."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pyroaring import BitMap64
from tests.store.samples import T0

from jobwire.model.account import CREDIT, LedgerEntry
from jobwire.store.open import open_store
from jobwire.store.wallet import Use

PRICE = CREDIT // 2
OTHER_SERVER = """
import sys
from datetime import UTC, datetime
from jobwire.store.open import open_store
store = open_store(sys.argv[1], lambda: datetime.now(UTC))
store.accounts.ahead.join()
print(store.accounts.ahead.alone(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def books(tmp_path, clock):
    store = open_store(tmp_path / "jobwire.db", clock)
    store.accounts.add_entry(LedgerEntry(account_id="a", at=T0, amount=1_000 * PRICE, kind="topup"))
    yield store.accounts
    store.close()


def hold(books, reach, least=1):
    return books.ahead.hold("a", "k", "feed", "jobs", reach, PRICE, least)


def settle(books, held, arrived, kept=()):
    books.ahead.settle([Use(held, "jobs", BitMap64(arrived), BitMap64(kept))])


def charged(books):
    return sum(entry.rows for entry in books.ledger("a") if entry.kind == "charge")


def in_rows(books):
    return books.balance("a") / PRICE


def test_a_tenth_of_the_wallet_at_most(books):
    held = hold(books, range(1, 1_001))
    assert (held.granted, held.amount, in_rows(books)) == (100, 100 * PRICE, 900)
    assert hold(books, range(101, 1_001), least=91) is None
    assert hold(books, range(101, 1_001), least=90).granted == 90


def test_what_was_paid_costs_nothing_ahead(books):
    books.settle([books.hold("a", "k", "feed", "jobs", range(1, 51), PRICE).id])
    held = hold(books, range(1, 1_001))
    assert (held.granted, held.amount) == (145, 95 * PRICE)
    assert hold(books, range(1, 51)) is None, "nothing of it is left to pay"


def test_nothing_where_a_page_is_on_its_way(books):
    page = books.hold("a", "k", "feed", "jobs", [30], PRICE)
    assert hold(books, range(1, 40)) is None
    books.release([page.id])
    assert hold(books, range(1, 40)).granted == 39
    assert hold(books, range(39, 60)) is None, "nor where another one was made"


def test_a_hold_is_used_up_in_steps(books):
    held = hold(books, range(1, 11))
    settle(books, held, arrived=range(1, 4), kept=range(4, 9))
    assert (charged(books), in_rows(books)) == (3, 992)
    settle(books, held, arrived=[5, 9], kept=())
    assert (charged(books), in_rows(books)) == (4, 996), "9 was given back before"
    settle(books, held, arrived=[6])
    assert charged(books) == 4
    assert sum(entry.amount for entry in books.ledger("a")) == books.balance("a")


@pytest.mark.parametrize("first", ["page", "purse"])
def test_what_came_both_ways_is_charged_once(books, first):
    held = hold(books, range(1, 11))
    page = books.hold("a", "k", "feed", "jobs", range(6, 16), PRICE)
    if first == "page":
        books.settle([page.id])
        settle(books, held, range(1, 11))
    else:
        settle(books, held, range(1, 11))
        books.settle([page.id])
    assert (charged(books), in_rows(books)) == (15, 985)
    assert sum(entry.amount for entry in books.ledger("a")) == books.balance("a")
    assert books.hold("a", "k", "feed", "jobs", range(1, 16), PRICE).amount == 0


def test_one_server_is_alone_two_are_not(books, tmp_path):
    books.ahead.join()
    assert books.ahead.alone()
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_SERVER, str(tmp_path / "jobwire.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "False\n"
        assert not books.ahead.alone()
        other.stdin.close()
        other.wait(20)
    assert books.ahead.alone()
    books.ahead.join()
    assert not books.ahead.alone(), "a second server in this process counts too"
    books.ahead.leave()
    assert books.ahead.alone()


def test_what_a_dead_server_had_set_aside_comes_back_with_the_next(books):
    hold(books, range(1, 11))
    page = books.hold("a", "k", "feed", "jobs", [20], PRICE)
    assert in_rows(books) == 989
    books.ahead.join()
    assert in_rows(books) == 999
    books.settle([page.id])
    assert in_rows(books) == 999
