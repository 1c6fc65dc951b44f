"""Base pay of a posting."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobwire.enrich.compensation import find_compensation
from jobwire.enrich.finding import Finding, Source
from jobwire.enrich.money import find_currency, infer_period, read_number
from jobwire.model.job import Compensation
from jobwire.model.raw import RawPay, RawPosting
from jobwire.model.vocabulary import PERIODS


def find(text: str = "", *, country: str | None = "US", **posting: object) -> Finding[Compensation | None]:
    raw = RawPosting(posting_id="1", listing_url="", **{"title": "Engineer", **posting})  # type: ignore[arg-type]
    return find_compensation(Source(posting=raw, text=text, country=country))


def pay(*args: float | str | None) -> Compensation:
    low, high, currency, period = args
    return Compensation(min=low, max=high, currency=currency, period=period)  # type: ignore[arg-type]


def test_structured_pay_comes_first() -> None:
    finding = find(
        "Salary: $1,000 - $2,000 per month",
        pay=(RawPay(min=100_000, max=130_000, currency="USD", period="per-year-salary"),),
        pay_text="$5/hr",
    )
    assert finding.value == pay(100_000, 130_000, "USD", "year")
    assert finding.origin == "ats:pay"


def test_several_tiers_are_their_envelope() -> None:
    tiers = (
        RawPay(min=150_000, max=180_000, currency="USD", period="1 YEAR", title="Zone 2"),
        RawPay(min=170_000, max=200_000, currency="USD", period="1 YEAR", title="Zone 1"),
    )
    assert find(pay=tiers).value == pay(150_000, 200_000, "USD", "year")


def test_tiers_in_several_currencies_give_that_of_the_country_or_the_first() -> None:
    tiers = (
        RawPay(min=150_000, max=180_000, currency="USD", period="YEAR"),
        RawPay(min=90_000, max=110_000, currency="GBP", period="YEAR"),
    )
    assert find(pay=tiers, country="GB").value == pay(90_000, 110_000, "GBP", "year")
    assert find(pay=tiers, country=None).value == pay(150_000, 180_000, "USD", "year")


def test_bonus_equity_and_on_target_tiers_are_left_out_where_a_base_exists() -> None:
    tiers = (
        RawPay(min=200_000, max=220_000, currency="USD", title="OTE"),
        RawPay(min=100_000, max=120_000, currency="USD", title="Base salary"),
        RawPay(min=10_000, max=20_000, currency="USD", title="Bonus"),
    )
    finding = find(pay=tiers)
    assert finding.value == pay(100_000, 120_000, "USD", "year")
    assert len(finding.rejected) == 2
    assert find(pay=tiers[:1]).value == pay(200_000, 220_000, "USD", "year")
    assert find(pay=tiers[2:]).value is None


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (RawPay(min=25, max=30, currency="USD", period="YEAR"), pay(25, 30, "USD", "hour")),
        (RawPay(min=60_000, max=70_000, currency="USD", period="hour"), pay(60_000, 70_000, "USD", "year")),
        (RawPay(min=5_000, max=6_000, currency="EUR"), pay(5_000, 6_000, "EUR", "month")),
        (RawPay(min=0, max=90_000, currency="USD", period="year"), pay(None, 90_000, "USD", "year")),
        (RawPay(min=90_000, max=None, currency="USD", period="year"), pay(90_000, None, "USD", "year")),
        (RawPay(min=90_000, max=80_000, currency="usd", period="year"), pay(80_000, 90_000, "USD", "year")),
        (RawPay(min=50_000, max=60_000, currency="$", period="year"), pay(50_000, 60_000, "USD", "year")),
    ],
)
def test_the_amount_beats_the_stated_period(stated: RawPay, expected: Compensation) -> None:
    assert find(pay=(stated,)).value == expected


@pytest.mark.parametrize(
    "stated",
    [RawPay(min=0, max=0, currency="USD"), RawPay(), RawPay(min=float("nan"), max=float("inf"), currency="USD")],
)
def test_empty_structured_pay_falls_through_to_the_text(stated: RawPay) -> None:
    assert find("Salary: $90,000", pay=(stated,)).value == pay(90_000, 90_000, "USD", "year")


def test_the_pay_field_needs_no_words_about_pay() -> None:
    finding = find("Bonus of $5,000", pay_text="45,000 - 50,000", country="GB")
    assert finding.value == pay(45_000, 50_000, "GBP", "year")
    assert finding.origin == "ats:pay_text"


def test_the_reason_and_the_rejected_are_told() -> None:
    finding = find("We raised $50M.\nBase salary: $120,000 - $140,000\nSign-on bonus of $5,000")
    assert finding.span == "$120,000 - $140,000"
    assert finding.rule == "line-with-cue"
    assert {rejected.value for rejected in finding.rejected} == {"$50M", "$5,000"}
    assert all(rejected.why for rejected in finding.rejected)


def test_a_heading_above_the_amount_is_a_cue() -> None:
    assert find("Compensation\n\n$120,000").value == pay(120_000, 120_000, "USD", "year")
    assert find("Perks\n\nWorth $120,000").value is None


def test_tiers_over_several_lines_are_one_envelope_and_distant_amounts_are_not() -> None:
    text = "Base pay\nLevel 1: $100,000 - $120,000\nLevel 2: $120,000 - $150,000" + "\nWords." * 10
    assert find(text + "\nSalary of your manager: $300,000").value == pay(100_000, 150_000, "USD", "year")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.000,50", 12000.5),
        ("12,000.50", 12000.5),
        ("12 000", 12000),
        ("12'000", 12000),
        ("12,00,000", 1200000),
        ("15,5", 15.5),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert read_number(text) == value


def test_the_dollar_follows_the_country() -> None:
    assert [find_currency("$", country) for country in ("US", "CA", "AU", "DE", None)] == [
        "USD",
        "CAD",
        "AUD",
        "USD",
        "USD",
    ]


def test_the_magnitude_tells_the_period() -> None:
    assert infer_period(25, "USD") == "hour"
    assert infer_period(4_000, "EUR") == "month"
    assert infer_period(90_000, "USD") == "year"
    assert infer_period(50_000, "INR") == "month"
    assert infer_period(1, "USD") is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=500), st.sampled_from([None, "US", "DE", "IN", "JP"]))
def test_any_text_is_read(text: str, country: str | None) -> None:
    check(find(text, country=country).value)
    check(find(pay_text=text, country=country).value)


_PIECES = [
    "$",
    "120",
    ",",
    "000",
    "-",
    "k",
    "€",
    "per hour",
    "salary",
    " ",
    "up to",
    "\n",
    "LPA",
    "bonus",
    "1.5",
    "m",
    "to",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40))
def test_any_jumble_of_amounts_and_words_is_read(pieces: list[str]) -> None:
    check(find("".join(pieces)).value)
    check(find(pay_text=" ".join(pieces)).value)


def check(value: Compensation | None) -> None:
    if value is None:
        return
    ends = [end for end in (value.min, value.max) if end is not None]
    assert ends and all(end > 0 for end in ends) and ends == sorted(ends)
    assert value.currency and len(value.currency) == 3
    assert value.period in PERIODS


@pytest.mark.parametrize(
    "text",
    [
        "$1" * 50_000,
        "1 " * 50_000,
        "salary " * 15_000,
        "$1,000 - " * 12_000,
        "1,000," * 17_000,
        "9" * 100_000,
        "1 - " * 25_000,
        "grade 1 " * 12_000,
    ],
)
def test_long_lines_take_no_longer(text: str) -> None:
    began = time.process_time()
    find(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Cook - $22-$25/hr", pay(22, 25, "USD", "hour")),
        ("Bookkeeper (USD 60,000)", pay(60_000, 60_000, "USD", "year")),
        ("Bilanzbuchhalter (m/w/d) 60-70 T€", pay(60_000, 70_000, "EUR", "year")),
        ("RN - $10,000 Sign-On Bonus", None),
        ("Account Executive, $50M ARR startup", None),
        ("Buyer ($500K spend)", None),
        ("Wealth Advisor - $500K+ Clients", None),
        ("Machinist 2000-3000", None),
    ],
)
def test_pay_in_the_title_counts_where_nothing_else_states_it(title: str, expected: Compensation | None) -> None:
    assert find(title=title).value == expected
    assert find("Salary: $50,000 a year", title=title).value == pay(50_000, 50_000, "USD", "year")


def load_scorer() -> ModuleType:
    path = Path(__file__).parents[2] / "evaluation" / "score_compensation.py"
    spec = importlib.util.spec_from_file_location("score_compensation", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_labelled_set_keeps_its_bar() -> None:
    result = load_scorer().score()
    assert result["snippets"] >= 300 and result["texts"] >= 40
    assert result["snippet"] >= 0.95
    assert result["text"] >= 0.96
