"""Credits set aside for many pages at once, by any number of processes: exact however they are used."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from pyroaring import BitMap64
from tests.store.samples import T0

from jobwire.model.account import CREDIT, LedgerEntry
from jobwire.store.open import open_store
from jobwire.store.wallet import Use

PRICE = CREDIT // 2


@pytest.fixture
def books(store):
    store.accounts.add_entry(LedgerEntry(account_id="a", at=T0, amount=1_000 * PRICE, kind="topup"))
    return store.accounts


def hold(books, reach, least=1):
    return books.hold_ahead("a", "k", "feed", "jobs", reach, PRICE, least)


def settle(books, held, arrived, kept=(), **pages):
    """`_7=[1, 2]`: page 7 is on its way with these positions."""
    on_their_way = {int(name[1:]): BitMap64(seqs) for name, seqs in pages.items()}
    return books.settle_ahead([Use(held, "jobs", BitMap64(arrived), BitMap64(kept), on_their_way)])


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


def test_pages_on_their_way_outlive_the_hold_that_paid_for_them(books):
    held = hold(books, range(1, 21))
    settle(books, held, arrived=range(1, 6), _7=range(6, 11), _8=range(9, 13))
    assert (charged(books), in_rows(books), books.funds("a").set_aside) == (5, 988, 7 * PRICE)
    books.settle([8])
    assert charged(books) == 7, "11 and 12; the others are for the page that is still on its way to pay"
    books.release([7])
    assert (charged(books), in_rows(books)) == (9, 991), "9 and 10 came with page 8"
    assert sum(entry.amount for entry in books.ledger("a")) == books.balance("a")


@pytest.mark.parametrize("key", ["k", "another"])
def test_a_page_of_a_hold_that_ended_and_one_beside_it_are_booked_together(books, key):
    held = hold(books, range(1, 21))
    beside = books.hold("a", key, "feed", "jobs", range(6, 21), PRICE)
    settle(books, held, arrived=range(1, 6), _7=range(6, 16))
    books.settle([7, beside.id])
    assert (charged(books), in_rows(books), books.funds("a").set_aside) == (20, 980, 0)
    assert sum(entry.amount for entry in books.ledger("a")) == books.balance("a")


def test_what_is_asked_back_is_told_to_who_has_it(books):
    assert not books.recall_ahead("a")
    held = hold(books, range(1, 11))
    assert settle(books, held, arrived=[1], kept=range(2, 11)) == set()
    assert books.recall_ahead("a")
    assert settle(books, held, arrived=[2], kept=range(3, 11)) == {held.id}
    assert settle(books, held, arrived=[3]) == set()
    assert not books.recall_ahead("a")
    assert (charged(books), in_rows(books)) == (3, 997)


def test_funds_tell_what_is_set_aside_and_for_what(books):
    held = hold(books, range(1, 11))
    page = books.hold("a", "k", "feed", "jobs", [20, 21], PRICE)
    funds = books.funds("a")
    assert (funds.free, funds.pages, funds.ahead) == (988 * PRICE, 2 * PRICE, {held.id: 10 * PRICE})
    books.settle([page.id])
    settle(books, held, ())
    assert books.funds("a").free == 998 * PRICE and not books.funds("a").set_aside
    assert books.funds("unknown").free == 0


def test_what_a_dead_process_had_set_aside_comes_back_soon(books, clock):
    held = hold(books, range(1, 11))
    page = books.hold("a", "k", "feed", "jobs", [20], PRICE)
    clock.pass_(minutes=1)
    assert books.release_stale(timedelta(minutes=15)) == 0
    clock.pass_(minutes=2)
    assert books.release_stale(timedelta(minutes=15)) == 1
    assert in_rows(books) == 999
    settle(books, held, arrived=range(1, 5), _7=[5])
    books.settle([7, page.id])
    assert (charged(books), in_rows(books)) == (1, 999), (
        "what it delivers nevertheless is not the customer's to pay"
    )


def test_two_processes_give_the_same_back_at_once(empty_postgres, clock, monkeypatch):
    """The second one looked for it before the first one was done."""
    with closing(open_store(empty_postgres, clock)) as one, closing(open_store(empty_postgres, clock)) as two:
        books, other = one.accounts, two.accounts
        books.add_entry(LedgerEntry(account_id="a", at=T0, amount=1_000 * PRICE, kind="topup"))
        hold(books, range(1, 11))
        clock.pass_(minutes=3)
        find = books.find_streams

        def find_late(*args):
            found = find(*args)
            assert other.release_stale(timedelta(minutes=15)) == 1
            return found

        monkeypatch.setattr(books, "find_streams", find_late)
        books.release_stale(timedelta(minutes=15))
        assert in_rows(books) == 1_000 and not books.funds("a").set_aside
