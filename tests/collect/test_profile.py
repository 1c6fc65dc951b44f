"""What a company says of itself becomes its row, with who said it."""

from __future__ import annotations

from datetime import UTC, datetime

from jobwire.collect.profile import make_company
from jobwire.model.company import Company
from jobwire.model.raw import RawCompany

SITE = "https://jobs.example/acme"


def make(stated: RawCompany) -> Company:
    return make_company(
        stated,
        company_id="c",
        name="Acme Jobs",
        ats="lever",
        listing_url=SITE,
        discovered_at=datetime(2026, 1, 1, tzinfo=UTC),
        country_codes=("FR", "DE"),
        links={"github_url": "https://github.com/acme"},
    )


def test_what_the_site_states_is_said_by_it() -> None:
    company = make(RawCompany(name="Acme", description="We build payment software."))
    assert (company.name, company.country_codes) == ("Acme", ("DE", "FR"))
    assert set(company.provenance) == {name for name, _ in company.facts()}
    assert {(said.by, said.source) for said in company.provenance.values()} == {("site", SITE)}
    assert "profile.social" in company.provenance


def test_a_name_that_nobody_stated_is_only_the_board_s() -> None:
    company = make(RawCompany())
    assert (company.name, company.provenance["name"].by) == ("Acme Jobs", "board")
    assert company.provenance["listing_url"].by == "site"
