"""A copied store is the same store: whatever could be asked of one, the other answers alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.store.samples import (
    ACME,
    BOARD,
    PARIS,
    T0,
    ids,
    make_board,
    make_company,
    make_entry,
    make_visit,
    put,
    take,
)

from jobwire.errors import ConfigError
from jobwire.model.account import CREDIT, Account, Key, LedgerEntry
from jobwire.model.filters import JobFilters, SiteFilters
from jobwire.store.copy import copy_store
from jobwire.store.open import open_store
from jobwire.store.records import Miss, Publication


def fill(store, clock):
    store.publish(Publication(companies=(make_company(profile={"a": 1}), make_company("Two", ats=None))))
    put(store, *range(8))
    clock.pass_(days=2)
    put(store, 1, locations=(PARIS,), date_posted=T0 + timedelta(days=99))
    take(store, 2, 3)
    put(store, 3, title="Back")
    entry = make_entry(20, board_key="", source="lever")
    store.publish(
        Publication(entries=(entry,), board=make_board(paused=True), board_key=BOARD, visit=make_visit(3))
    )
    store.publish(Publication(board_key=BOARD, misses=(Miss("4", 2, T0),), visit=make_visit(4)))
    clock.pass_(days=31)
    store.purge()
    take(store, 5)
    store.put_meta("own", b"\x00")
    books = store.accounts
    books.put_account(Account(id="a", name="A", plan="payg", created_at=T0))
    books.put_key(Key(id="k", account_id="a", name="k", prefix="jw", digest=b"d" * 32, created_at=T0))
    books.touch_keys({"k": clock.now})
    books.add_entry(LedgerEntry(account_id="a", at=T0, amount=CREDIT, kind="topup"))
    books.settle([books.hold("a", "k", "feed", "jobs", [1, 70_000], 1000).id])


def everything(store):
    """All that can be asked of a store."""
    books = store.accounts
    rows = store.tail(0, 1000)
    return {
        "heads": (store.head(), store.horizon(), store.company_head(), store.counts(), store.cursor_key),
        "log": rows,
        "pages": (store.page(0, 1000), store.scan(JobFilters(posted_after=T0 + timedelta(days=9)), 0, 10)),
        "times": [store.seq_at(row.at) for row in rows],
        "ids": (list(store.active_ids()), list(store.active_ids(source="lever"))),
        "companies": (store.company_tail(0, 100), store.site_page(SiteFilters(), 0, 100)),
        "boards": (list(store.boards()), store.postings(BOARD), store.visits()),
        "raws": [store.get_raw(row.id) for row in rows],
        "raw_postings": store.raw_postings("", 100, below_version=1),
        "meta": store.get_meta("own"),
        "accounts": (books.accounts(), books.keys(), books.plans(), books.ledger("a"), books.usage("a", T0)),
        "wallet": (books.balance("a"), books.hold("a", "k", "feed", "jobs", [1, 70_000], 1000).amount),
    }


def test_a_copy_is_the_same_store(store, open_, clock, tmp_path):
    fill(store, clock)
    target = open_store(tmp_path / "copy.db", clock)
    seen = []
    copy_store(store, target, lambda table, rows: seen.append((table, rows)))
    assert everything(target) == everything(store)
    assert ("jobs", len(store.tail(0, 1000))) in seen
    assert put(target, 1, title="On").seq == put(store, 1, title="On").seq
    target.close()


def test_and_back(address, open_, clock, tmp_path):
    source = open_store(tmp_path / "source.db", clock)
    fill(source, clock)
    target = open_()
    copy_store(source, target)
    assert everything(target) == everything(source)
    assert put(target, 7, title="On").at == put(source, 7, title="On").at
    again = open_()
    assert again.cursor_key == source.cursor_key
    assert again.get_company(ACME) == source.get_company(ACME)
    source.close()


def test_open_holds_are_given_back_in_the_copy(store, clock, tmp_path):
    books = store.accounts
    books.add_entry(LedgerEntry(account_id="a", at=T0, amount=CREDIT, kind="topup"))
    books.hold("a", "k", "feed", "jobs", [1], 1000)
    target = open_store(tmp_path / "copy.db", clock)
    copy_store(store, target)
    assert target.accounts.balance("a") == CREDIT
    target.close()


def test_the_target_must_be_empty(store, clock, tmp_path):
    put(store, 1)
    target = open_store(tmp_path / "copy.db", clock)
    put(target, 2)
    with pytest.raises(ConfigError):
        copy_store(store, target)
    assert list(target.active_ids()) == [*ids(2)]
    target.close()


def test_a_copy_that_fails_leaves_nothing(store, clock, tmp_path, monkeypatch):
    put(store, 1)
    target = open_store(tmp_path / "copy.db", clock)

    def stop(table, rows):
        if table == "bodies":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(store, target, stop)
    assert target.head() == 0
    assert target.tail(0, 10) == []
    target.close()
