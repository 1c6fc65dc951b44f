"""Industries and business models: what a company says it is, not whom it serves."""

from __future__ import annotations

import time

import pytest

from jobwire.enrich.company import find_categories, find_industries


@pytest.mark.parametrize(
    ("text", "industries"),
    [
        ("Larkspur is a fintech company that helps hospitals get paid.", ("fintech",)),
        ("We are a Series B cybersecurity startup.", ("cybersecurity",)),
        ("Northwind is a leading provider of supply chain software.", ("logistics", "software")),
        ("We're a biotech company using AI.", ("biotech",)),
        ("Founded in 1990, Acme is one of the largest insurance companies.", ("insurance",)),
        ("We build software for banks, hospitals and schools.", ("software",)),
        ("We operate 40 hotels across Spain.", ("hospitality",)),
        ("Acme develops medical devices for cardiology.", ("medical devices",)),
        ("You will run restaurants and build software.", ()),
        ("Founded in 2009, Solara builds solar farms across Spain.", ("climate tech",)),
        ("Lumen Games creates mobile games played by millions.", ("gaming",)),
        ("Notre entreprise est un cabinet d'expertise comptable.", ("accounting",)),
        ("Wir sind ein Maschinenbauunternehmen mit 400 Leuten.", ("manufacturing",)),
        ("Nous sommes une fintech parisienne.", ("fintech",)),
        ("Wir suchen einen Berater für unsere Bank.", ()),
        ("Somos una consultora con 300 personas.", ("consulting",)),
        ("You are a leader with healthcare experience.", ()),
        ("We are looking for a retail manager.", ()),
        ("This role is a software position.", ()),
        ("We are an equal opportunity organization in healthcare.", ()),
        ("", ()),
    ],
)
def test_industries(text: str, industries: tuple[str, ...]) -> None:
    assert find_industries(text).value == industries


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("Acme is a B2B SaaS company.", ("b2b", "saas")),
        ("We are a direct-to-consumer brand.", ("b2c",)),
        ("Fern is a global consulting firm.", ("service-provider",)),
        ("Sell to B2B customers. Our SaaS experience counts.", ()),
        ("You have B2B SaaS experience at a startup.", ()),
    ],
)
def test_categories(text: str, categories: tuple[str, ...]) -> None:
    assert find_categories(text).value == categories


def test_the_sentence_is_the_reason() -> None:
    finding = find_industries("Hello there. Acme is a robotics company. More.")
    assert (finding.rule, finding.span) == ("self-description", "Acme is a robotics company.")


@pytest.mark.parametrize("unit", ["we are a ", "is a b2b, ", "a", "- ", "company is a "])
def test_hostile_texts_end_soon(unit: str) -> None:
    started = time.process_time()
    find_industries(unit * (100_000 // len(unit)))
    assert time.process_time() - started < 2
