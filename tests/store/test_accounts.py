"""Keys, plans and wallets keep their contract, on each store."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from pyroaring import BitMap64
from tests.store.samples import T0

from jobwire.errors import InvalidInput
from jobwire.model.account import CREDIT, PLANS, Account, Key, LedgerEntry, Plan
from jobwire.store.wallet import find_chunks

PRICE = CREDIT // 2


@pytest.fixture
def books(store):
    return store.accounts


def topup(books, amount, account_id="a", **fields):
    return books.add_entry(LedgerEntry(account_id=account_id, at=T0, amount=amount, kind="topup", **fields))


def hold(books, seqs, *, account_id="a", price=PRICE, stream="jobs", family="feed"):
    return books.hold(account_id, "k", family, stream, list(seqs), price)


def charged(books, account_id="a"):
    return -sum(entry.amount for entry in books.ledger(account_id, 100_000) if entry.kind == "charge")


def ledger_sum(books, account_id="a"):
    return sum(entry.amount for entry in books.ledger(account_id, 100_000))


def make_key(name="k", **fields):
    values = {"id": name, "account_id": "a", "name": name, "prefix": "jw_live_", "digest": name.encode() * 32}
    return Key(**{**values, "created_at": T0, **fields})


def test_a_new_store_has_the_default_plans(books):
    assert sorted(books.plans(), key=lambda plan: plan.name) == sorted(PLANS, key=lambda plan: plan.name)
    own = Plan(name="open", prices={"feed": 7}, limits={"feed": ((1, 60),)})
    books.put_plan(own)
    assert own in books.plans()
    assert len(books.plans()) == len(PLANS)


def test_accounts(books):
    account = Account(id="a", name="Ä", plan="open", created_at=T0)
    books.put_account(account)
    books.put_account(msgspec.structs.replace(account, plan="payg"))
    assert books.get_account("a").plan == "payg"
    assert books.accounts() == [books.get_account("a")]
    assert books.get_account("b") is None


def test_keys_are_found_by_digest(books):
    key = make_key(scopes=("feed",), expires_at=T0, admin=True)
    books.put_key(key)
    assert books.find_key(key.digest) == key
    assert books.find_key(b"\x00" * 32) is None
    books.put_key(msgspec.structs.replace(key, revoked_at=T0))
    assert books.keys() == [msgspec.structs.replace(key, revoked_at=T0)]
    with pytest.raises(InvalidInput):
        books.put_key(make_key("other", digest=key.digest))
    assert len(books.keys()) == 1


def test_last_use_never_goes_back(books):
    books.put_key(make_key())
    books.touch_keys({"k": T0, "unknown": T0})
    books.touch_keys({"k": T0 - timedelta(days=1)})
    assert books.keys()[0].last_used_at == T0


def test_the_balance_is_the_sum_of_the_ledger(books):
    assert books.balance("a") == 0
    assert topup(books, 5 * CREDIT, note="first") == 5 * CREDIT
    assert books.add_entry(LedgerEntry(account_id="a", at=T0, amount=-CREDIT, kind="refund")) == 4 * CREDIT
    with pytest.raises(InvalidInput):
        topup(books, -5 * CREDIT)
    assert books.balance("a") == ledger_sum(books) == 4 * CREDIT
    assert [entry.kind for entry in books.ledger("a")] == ["refund", "topup"]
    assert books.ledger("a", 1)[0].amount == -CREDIT
    assert books.ledger("b") == []


def test_hold_settle_and_usage(books, clock):
    topup(books, 10 * CREDIT)
    held = hold(books, range(100, 104))
    assert (held.granted, held.amount, held.balance) == (4, 2 * CREDIT, 8 * CREDIT)
    assert list(BitMap64.deserialize(held.seqs)) == [100, 101, 102, 103]
    assert books.balance("a") == 8 * CREDIT
    assert charged(books) == 0
    books.settle([held.id])
    assert books.balance("a") == ledger_sum(books) == 8 * CREDIT
    assert charged(books) == 2 * CREDIT
    clock.pass_(days=1)
    books.settle([hold(books, [200]).id, hold(books, [201], family="search").id])
    assert books.usage("a", T0) == [
        ("2026-03-01", "k", "feed", 4, 2 * CREDIT),
        ("2026-03-02", "k", "feed", 1, CREDIT // 2),
        ("2026-03-02", "k", "search", 1, CREDIT // 2),
    ]
    assert len(books.usage("a", clock.now)) == 2


def test_release_gives_back(books):
    topup(books, CREDIT)
    held = hold(books, [1, 2])
    books.release([held.id])
    books.release([held.id])
    books.settle([held.id])
    assert books.balance("a") == ledger_sum(books) == CREDIT
    assert hold(books, [1, 2]).amount == CREDIT


def test_the_same_version_is_paid_once(books):
    topup(books, 100 * CREDIT)
    books.settle([hold(books, range(10)).id])
    again = hold(books, range(5, 15))
    assert (again.amount, again.granted) == (5 * PRICE, 10)
    books.settle([again.id])
    free = hold(books, [3, 14, 0])
    assert (free.id, free.amount, free.granted, free.balance) == (0, 0, 3, books.balance("a"))
    books.settle([free.id])
    books.release([free.id])
    assert charged(books) == 15 * PRICE


def test_streams_and_accounts_are_apart(books):
    topup(books, CREDIT)
    topup(books, CREDIT, "b")
    books.settle([hold(books, [1]).id])
    assert hold(books, [1], stream="sites").amount == PRICE
    assert hold(books, [1], account_id="b").amount == PRICE


def test_positions_far_apart_and_far_out(books):
    topup(books, 100 * CREDIT)
    far = [1, 65_535, 65_536, 2**32 - 1, 2**32 + 5, 2**40]
    books.settle([hold(books, far).id])
    assert charged(books) == len(far) * PRICE
    assert hold(books, far).amount == 0
    assert hold(books, [2**32 + 4, 2**40]).amount == PRICE


def test_only_the_affordable_prefix_is_granted(books):
    topup(books, 3 * PRICE + 1)
    books.settle([hold(books, [5]).id])
    held = hold(books, [1, 5, 2, 3, 4])
    assert (held.granted, held.amount, held.balance) == (3, 2 * PRICE, 1)
    assert hold(books, [7, 5]).granted == 0
    assert hold(books, [5, 1, 7, 2]).granted == 2
    books.settle([held.id])
    assert books.balance("a") == ledger_sum(books) == 1


def test_an_empty_page_and_a_free_price(books):
    assert hold(books, []).granted == 0
    free = hold(books, [1, 2], price=0)
    assert (free.id, free.granted, free.amount) == (0, 2, 0)
    assert hold(books, [1, 2]).granted == 0


def test_a_rider_pays_nothing_when_the_payer_arrives(books):
    topup(books, 10 * CREDIT)
    payer, rider = hold(books, [1, 2, 3]), hold(books, [2, 3, 4])
    assert (rider.amount, rider.granted) == (PRICE, 3)
    books.settle([rider.id])
    books.settle([payer.id])
    assert charged(books) == 4 * PRICE
    assert books.balance("a") == ledger_sum(books)


def test_a_payer_that_fails_owes_what_its_rider_delivered(books):
    topup(books, 10 * CREDIT)
    payer, rider = hold(books, [1, 2, 3]), hold(books, [2, 3, 4])
    books.settle([rider.id])
    books.release([payer.id])
    assert charged(books) == 3 * PRICE, "2, 3 and 4 were delivered; 1 was not"
    assert books.balance("a") == ledger_sum(books)
    assert hold(books, [1, 2, 3, 4]).amount == PRICE


def test_a_rider_takes_over_from_a_payer_that_fails(books):
    topup(books, 3 * PRICE)
    payer, rider = hold(books, [1, 2, 3]), hold(books, [2, 3])
    assert rider.amount == 0
    books.release([payer.id])
    assert books.balance("a") == PRICE
    books.settle([rider.id])
    assert charged(books) == 2 * PRICE
    assert books.balance("a") == ledger_sum(books) == PRICE


def test_pages_that_interleave_without_sharing_a_position(books):
    topup(books, 10 * CREDIT)
    even, odd = hold(books, [0, 2, 4]), hold(books, [1, 3, 5])
    assert (even.amount, odd.amount) == (3 * PRICE, 3 * PRICE)
    assert hold(books, [4, 5]).amount == 0, "each end of a page is held too"
    assert hold(books, [6]).amount == PRICE


def test_what_a_rider_took_over_is_held_by_it(books):
    topup(books, 10 * CREDIT)
    payer, rider = hold(books, [1, 2, 3]), hold(books, [3, 4])
    books.release([payer.id])
    assert hold(books, [3]).amount == 0
    books.settle([rider.id])
    assert charged(books) == 2 * PRICE


def test_an_account_that_pays_is_not_charged_for_what_it_has(books):
    """Whatever the page before was like: new, known, refused."""
    topup(books, 4 * PRICE)
    for page, amount in (([1, 2], 2), ([1, 2], 0), ([2, 3], 1), ([1, 3], 0), ([4, 5], 1), ([5], 0), ([1, 4], 0)):
        held = hold(books, page)
        assert held.amount == amount * PRICE
        books.settle([held.id])
    assert charged(books) == 4 * PRICE
    assert books.balance("a") == ledger_sum(books) == 0


def test_stale_holds_are_given_back(books, clock):
    topup(books, CREDIT)
    hold(books, [1])
    clock.pass_(minutes=10)
    fresh = hold(books, [2])
    assert books.release_stale(timedelta(minutes=5)) == 1
    assert books.balance("a") == CREDIT - fresh.amount


def test_any_order_of_holds_charges_what_was_delivered(books):
    """200 random holds of overlapping pages: charged = delivered, each position once, never below zero."""
    random.seed(11)
    topup(books, 60 * PRICE)
    open_holds, delivered = [], set()
    for _ in range(200):
        if open_holds and random.random() < 0.5:
            held, page = open_holds.pop(random.randrange(len(open_holds)))
            if random.random() < 0.6:
                books.settle([held.id])
                delivered.update(page)
            else:
                books.release([held.id])
        else:
            start = random.randrange(90)
            page = list(range(start, start + random.randrange(1, 12)))
            held = hold(books, page)
            open_holds.append((held, page[: held.granted]))
        assert books.balance("a") >= 0
    for held, _ in open_holds:
        books.release([held.id])
    assert charged(books) == len(delivered) * PRICE
    assert books.balance("a") == ledger_sum(books)


def test_many_clients_of_one_wallet(books):
    """Concurrent pages on a wallet that can pay for 37 % of them: the books agree with what arrived."""
    pages = [list(range(n * 10, n * 10 + 10)) for n in range(40)]
    topup(books, int(400 * 0.37) * PRICE)

    def fetch(page):
        held = hold(books, page)
        if page[0] % 70 == 0:
            books.release([held.id])
            return []
        books.settle([held.id])
        return page[: held.granted]

    with ThreadPoolExecutor(8) as threads:
        arrived = [seq for page in threads.map(fetch, pages) for seq in page]
    assert charged(books) == len(arrived) * PRICE
    assert books.balance("a") == ledger_sum(books) >= 0
    assert books.balance("a") < PRICE or len(arrived) == 340


def test_positions_far_apart_touch_only_the_chunks_they_lie_in():
    assert find_chunks(BitMap64([1, 65_535, 65_536, 70_000, 10_000_000])) == [0, 1, 152]
    assert find_chunks(BitMap64()) == []
