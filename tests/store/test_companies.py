"""The log of companies keeps its contract, on each store."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from tests.store.samples import ACME, T0, make_company, make_entry

from jobwire.model.company import Provenance
from jobwire.model.filters import SiteFilters
from jobwire.model.wire import close_company
from jobwire.store.records import Publication


def put(store, *companies):
    return store.publish(Publication(companies=companies))


def sites(page):
    return [msgspec.json.decode(close_company(body, company_id, "http://x")) for _, company_id, body in page.rows]


def names(page):
    return [site["name"] for site in sites(page)]


def test_a_company_arrives_whole(store, clock):
    clock.pass_(hours=1)
    company = make_company(industries=("fintech",), founded_year=1999, profile={"ceo": {"name": "X"}})
    put(store, company)
    expected = msgspec.structs.replace(company, discovered_at=clock.now, updated_at=clock.now)
    assert store.get_company(company.id) == expected
    assert store.company_tail(0, 10) == [(1, expected)]
    assert store.company_head() == 1
    (site,) = sites(store.site_page(SiteFilters(), 0, 10))
    assert site["listing_url"] == company.listing_url
    assert site["updated_at"] == site["discovered_at"] == "2026-03-01T09:00:00Z"
    assert (store.counts().companies, store.counts().sites) == (1, 1)


def test_nothing_known_is_erased(store):
    full = make_company(
        website="https://acme.example", industries=("a",), is_agency=True, profile={"a": 1, "b": [1]}
    )
    put(store, full)
    put(store, make_company(name="Acme", website=None, profile={"b": [2], "c": None}, is_agency=False))
    found = store.get_company(full.id)
    assert found.website == "https://acme.example"
    assert found.industries == ("a",)
    assert found.is_agency is False
    assert found.profile == {"a": 1, "b": [2], "c": None}


def test_an_unchanged_company_does_not_move(store, clock):
    put(store, make_company())
    clock.pass_(hours=1)
    put(store, make_company(), make_company())
    assert store.company_head() == 1
    put(store, make_company(summary="New."))
    assert store.company_head() == 2
    assert [seq for seq, _ in store.company_tail(0, 10)] == [2]
    assert store.get_company(ACME).discovered_at == T0


SITE = Provenance("site", "https://acme.example/jobs")
FILE = Provenance("import", "profiles.ndjson")


def acme(name="Acme", **fields):
    return make_company(name, **{"id": ACME, **fields})


def test_an_import_fills_what_the_site_leaves_open(store, clock):
    site = acme(summary="We build.", profile={"social": {"github_url": "x"}})
    put(store, site.said(SITE))
    clock.pass_(hours=1)
    imported = acme(
        "Acme Incorporated", summary="They build.", founded_year=1999, profile={"social": {}, "funding": [1]}
    )
    put(store, imported.said(FILE))
    found = store.get_company(ACME)
    assert (found.name, found.summary, found.founded_year) == ("Acme", "We build.", 1999)
    assert found.profile == {"social": {"github_url": "x"}, "funding": [1]}
    said = {name: (each.by, each.source, each.at) for name, each in found.provenance.items()}
    assert said["summary"] == ("site", "https://acme.example/jobs", T0)
    assert said["founded_year"] == said["profile.funding"] == ("import", "profiles.ndjson", clock.now)
    assert set(said) == {name for name, _ in found.facts()}


def test_the_site_takes_the_place_of_an_import_and_that_of_an_older_one(store):
    put(store, acme("One", summary="a", founded_year=1999).said(FILE))
    put(store, acme("Two", summary="b").said(FILE))
    assert store.get_company(ACME).summary == "b"
    put(store, acme("Three", summary="c").said(SITE))
    found = store.get_company(ACME)
    assert (found.name, found.summary, found.founded_year) == ("Three", "c", 1999)
    assert (found.provenance["name"].by, found.provenance["founded_year"].by) == ("site", "import")


def test_a_name_that_only_the_board_has_gives_way_to_an_imported_one(store):
    board = acme("Acme Jobs").said(SITE)
    board.provenance["name"] = Provenance("board", "https://acme.example/jobs")
    put(store, board)
    put(store, acme("Acme").said(FILE))
    put(store, board)
    assert store.get_company(ACME).name == "Acme"


def test_a_site_that_confirms_an_import_moves_nothing_and_is_believed_from_then_on(store, clock):
    put(store, acme(summary="a").said(FILE))
    before = store.get_company(ACME)
    clock.pass_(hours=1)
    put(store, acme(summary="a").said(SITE))
    found = store.get_company(ACME)
    assert store.company_head() == 1
    assert found.updated_at == before.updated_at
    assert (found.provenance["summary"].by, found.provenance["summary"].at) == ("site", clock.now)
    put(store, acme(summary="b").said(FILE))
    assert store.get_company(ACME) == found


def test_what_was_stored_without_provenance_gives_way_to_anything(store):
    put(store, acme(summary="a"))
    put(store, acme(summary="b").said(FILE))
    assert store.get_company(ACME).provenance["summary"].by == "import"
    put(store, acme(summary="c"))
    assert "summary" not in store.get_company(ACME).provenance


def test_discovery_stays_the_first(store, clock):
    given = T0 - timedelta(days=100)
    put(store, make_company(discovered_at=given))
    put(store, make_company(discovered_at=T0, summary="x"))
    assert store.get_company(ACME).discovered_at == given


def test_a_company_without_a_site_is_only_a_profile(store):
    put(store, make_company(ats=None, listing_url=None))
    assert names(store.site_page(SiteFilters(), 0, 10)) == []
    assert (store.counts().companies, store.counts().sites) == (1, 0)
    put(store, make_company())
    assert names(store.site_page(SiteFilters(), 0, 10)) == ["Acme"]
    assert (store.counts().companies, store.counts().sites) == (1, 1)


def test_a_job_is_never_without_its_company(store):
    store.publish(Publication(entries=(make_entry(1),)))
    assert store.get_company(ACME).name == "Acme"
    put(store, make_company(summary="Known."))
    store.publish(Publication(entries=(make_entry(2),)))
    assert store.get_company(ACME).summary == "Known."
    assert store.company_head() == 2


def test_site_filters(store, clock):
    put(store, make_company("One", industries=("Fintech",), country_codes=("DE",), founded_year=2001))
    clock.pass_(hours=1)
    put(store, make_company("Two", industries=("Biotech", "AI"), company_size="11-50", is_agency=False))
    clock.pass_(hours=1)
    put(store, make_company("Three", company_type="non_profit", funding_stage="seed", founded_year=2020))

    def page(**filters):
        return names(store.site_page(SiteFilters(**filters), 0, 10))

    assert page() == ["One", "Two", "Three"]
    assert page(groups=(("i:fintech", "i:ai"),)) == ["One", "Two"]
    assert page(groups=(("i:fintech",), ("c:us",))) == []
    assert page(groups=(("a:False",),)) == ["Two"]
    assert page(founded_after=2001) == ["One", "Three"]
    assert page(founded_after=2002) == ["Three"]
    second = T0 + timedelta(hours=1)
    assert page(updated_after=second) == ["Three"], "strictly greater"
    assert page(updated_after=second - timedelta(microseconds=1)) == ["Two", "Three"]
    assert page(discovered_after=second) == ["Two", "Three"], "inclusive"
    assert page(discovered_before=second) == ["One"], "exclusive"


def test_site_pages_in_any_cut_and_budget(store):
    put(store, *(make_company(f"C{n}", founded_year=1990 + n) for n in range(9)))
    put(store, make_company("profile", ats=None))
    for limit, budget in ((1, 5), (4, 3), (9, 100), (2, 1)):
        after, seen = 0, []
        for _ in range(40):
            page = store.site_page(SiteFilters(founded_after=1993), after, limit, budget=budget)
            seen += names(page)
            after = page.seq
            if page.end:
                break
        assert seen == [f"C{n}" for n in range(3, 9)]
        assert page.end


def test_updated_after_is_strict(store, clock):
    put(store, make_company("One"))
    clock.pass_(hours=1)
    put(store, make_company("Two"))
    for at, found in (
        (T0 - timedelta(microseconds=1), ["One", "Two"]),
        (T0, ["Two"]),
        (clock.now - timedelta(microseconds=1), ["Two"]),
        (clock.now, []),
    ):
        assert names(store.site_page(SiteFilters(updated_after=at), 0, 10)) == found
