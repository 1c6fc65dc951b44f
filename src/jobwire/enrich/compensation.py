"""Base pay: what the ATS states, else what its pay field says, else the line of the text that speaks of pay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.late import compile_late
from jobwire.enrich.money import find_currency, find_periods, fit_period, round_amount
from jobwire.enrich.pay_line import PayRange, read_pay
from jobwire.enrich.pay_words import NOT_PAY
from jobwire.model.job import Compensation
from jobwire.model.raw import RawPay
from jobwire.model.vocabulary import find_value

MAX_TEXT = 200_000
MAX_TIERS = 100
_NEAR_LINES = 4
_MAX_HEADING_CHARS = 120
_OTHER_TITLE = compile_late(
    r"\bbonus|\bequity|\bcommission|\bstock|\brsu|\bsign[- ]?on|\bvariable|\bbenefit|\boptions?\b", re.I
)
_TARGET_TITLE = compile_late(r"\bote\b|on[- ]?target|\btotal\b", re.I)
_DIGIT = compile_late(r"\d")
_SYMBOLS = "$€£₹₩₪₱฿₴₽₺₦₫¥￥円元원万萬만"
_MAY_BE_MONEY = compile_late(  # one set of first characters, for which the engine skips quickly
    rf"[{_SYMBOLS}\d](?:(?<=[{_SYMBOLS}])|(?<=[A-Z]{{3}} \d)|(?<=[A-Z]{{3}}\d)"
    r"|[\d.,'’ \u00a0\u202f]{2,}\d"
    r"|[^\S\n]?(?:[kKlL]\b|[kK]€|LPA|Tsd|T€|T ?(?:EUR|[Ee]uro|€)|[lL]a[ck]|[cC]r|[tT]housand|[tT]ausend|zł|kr|Kč"
    r"|[A-Z]{3}\b|[Ee]uros?\b))"
)
"""A line without any of these has no amount; most lines with a digit are sorted out here."""
_GENDERS = compile_late(r"\(?\b[a-z](?:/[a-z]){1,3}\b\)?", re.I)
_SIGN = compile_late(rf"[{_SYMBOLS}]|\b(?:T?EUR|[Ee]uro|USD|GBP|CHF|CAD|AUD|INR|PLN|LPA)\b")

Found = Finding[Compensation | None]


def find_compensation(source: Source) -> Found:
    """Base pay of the posting (ENRICH.md, "Compensation"), or None where it states none."""
    rejected: list[Rejected] = []
    for find in (_find_stated, _find_in_pay_text, _find_in_text, _find_in_title):
        found = find(source)
        rejected.extend(found.rejected)
        if found.value:
            return Finding(
                value=found.value,
                rule=found.rule,
                origin=found.origin,
                span=found.span[:200],
                rejected=tuple(rejected[:20]),
            )
    return Finding(value=None, rejected=tuple(rejected[:20]))


# What the ATS states


def _find_stated(source: Source) -> Found:
    """The envelope of the structured tiers: of base pay, within one currency and one period."""
    tiers = [(pay, _read_tier(pay, source.country)) for pay in source.posting.pay[:MAX_TIERS]]
    rejected = [Rejected(value=_print(pay), why="not an amount of pay") for pay, tier in tiers if tier is None]
    good = [(pay, tier) for pay, tier in tiers if tier is not None]
    base = [(pay, tier) for pay, tier in good if not _TARGET_TITLE.search(pay.title or "")]
    rejected += [Rejected(value=_print(pay), why="on-target") for pay, _ in good if base and (pay, _) not in base]
    chosen = _keep_one_kind([tier for _, tier in base or good], source.country)
    return Finding(
        value=_envelope(chosen) if chosen else None,
        rule="structured" if len(chosen) == 1 else "structured-envelope",
        origin="ats:pay",
        span="; ".join(_print(pay) for pay, tier in base or good if tier in chosen),
        rejected=tuple(rejected),
    )


def _read_tier(pay: RawPay, country: str | None) -> Compensation | None:
    """One structured range: ends in order, zero as unknown, the period checked against the amount."""
    if _OTHER_TITLE.search(pay.title or "") and not re.search(r"\b(?:base|salary)\b", pay.title or "", re.I):
        return None
    low, high = _positive(pay.min), _positive(pay.max)
    if low and high and low > high:
        low, high = high, low
    value = low or high
    currency = _read_currency(pay.currency, country)
    if value is None or currency is None:
        return None
    stated = _read_period(pay.period) or _read_period(pay.title)
    period = fit_period(stated, value, currency)
    if period is None:
        return None
    return Compensation(min=round_amount(low), max=round_amount(high), currency=currency, period=period)


def _read_currency(text: str | None, country: str | None) -> str | None:
    """A code or sign as the ATS writes it; the country's own where it writes nothing."""
    text = (text or "").strip()
    if re.fullmatch(r"[A-Za-z]{3}", text):
        return text.upper()
    return find_currency(text.lower().replace(" ", ""), country)


def _read_period(text: str | None) -> str | None:
    """`per-year-salary`, `1 YEAR`, `HOUR`, `Hourly`, `P1Y`."""
    for word in re.findall(r"[a-z]+", (text or "")[:60].lower()):
        if period := find_value("period", word.removesuffix("s")) or find_value("period", word):
            return period
    periods = find_periods((text or "")[:60])
    return periods[0][1] if periods else None


def _positive(value: float | None) -> float | None:
    return value if value is not None and 0 < value < 1e12 else None


def _print(pay: RawPay) -> str:
    parts = (pay.title, pay.min, "-", pay.max, pay.currency, pay.period)
    return " ".join(str(part) for part in parts if part is not None)[:120]


# What the pay field and the text say


def _find_in_pay_text(source: Source) -> Found:
    text = source.posting.pay_text or ""
    ranges, rejected = read_pay(text[:2000], country=source.country, is_pay_field=True)
    return _choose(ranges, source.country, "pay-field", "ats:pay_text", rejected)


def _find_in_text(source: Source) -> Found:
    """Line by line; a short line above that speaks of pay counts as a cue."""
    text = source.text[:MAX_TEXT]
    ranges: list[PayRange] = []
    rejected: list[Rejected] = []
    heading, number, above, end = "", 0, 0, 0
    for found in _MAY_BE_MONEY.finditer(text):
        if found.start() < end:
            continue  # in the line just read
        start = text.rfind("\n", end, found.start()) + 1
        end = text.find("\n", start)
        end = end if end >= 0 else len(text)
        line = text[start:end]
        if not _DIGIT.search(line):
            continue
        heading = _find_heading(text[above:start], heading)
        number += text.count("\n", above, start)
        above = end
        pays, dropped = read_pay(line, country=source.country, heading=heading, line=number)
        ranges += pays
        rejected += dropped
    return _choose(ranges, source.country, "line-with-cue", "text", rejected)


def _find_in_title(source: Source) -> Found:
    """`Buchhalter (60-70 T€)`, where nothing else states pay."""
    title = _GENDERS.sub(" ", source.posting.title[:300])  # `/d` is no day
    if not _SIGN.search(title):
        return Finding(value=None)
    found, rejected = read_pay(title, country=source.country, heading="pay")
    # What follows tells what the amount is for: `$500K+ Clients`.
    ranges = [pay for pay in found if not NOT_PAY.search(title.partition(pay.span)[2].lower())]
    return _choose(ranges, source.country, "title", "title", rejected)


def _find_heading(lines: str, before: str) -> str:
    """The last of the lines that has words and no number, if it is short; `before` where there is none."""
    for line in reversed(lines.split("\n")):
        if line.strip() and not _DIGIT.search(line):
            return line.strip() if len(line) <= _MAX_HEADING_CHARS else ""
    return before


def _choose(
    ranges: Sequence[PayRange], country: str | None, rule: str, origin: str, rejected: Iterable[Rejected]
) -> Found:
    """The best kind (base, then plain, then on-target), its first mention, and the tiers beside it."""
    if not ranges:
        return Finding(value=None, rejected=tuple(rejected))
    rank = min(found.rank for found in ranges)
    first = next(i for i, found in enumerate(ranges) if found.rank == rank)
    block = [ranges[first]]
    for found in ranges[first + 1 :]:
        gap = found.line - block[-1].line
        if gap > _NEAR_LINES:
            break
        # Under "Base pay: zone 1 ..." the line of zone 2 does not say again what it is.
        if found.rank == rank or (found.rank == 1 and 0 < gap <= 2):
            block.append(found)
    tiers = _keep_one_kind([found.pay for found in block], country)
    others = [
        Rejected(value=found.span[:120], why="on-target, or said less directly")
        for found in ranges
        if found.rank > rank
    ]
    spans = dict.fromkeys(found.span for found in block if found.pay in tiers)
    return Finding(
        value=_envelope(tiers), rule=rule, origin=origin, span="; ".join(spans), rejected=(*rejected, *others)
    )


# Several tiers


def _keep_one_kind(tiers: list[Compensation], country: str | None) -> list[Compensation]:
    """The tiers in the currency of the country (else the first's), in the first's period."""
    own = find_currency("", country)
    currencies = [tier.currency for tier in tiers]
    currency = own if own in currencies else next(iter(currencies), None)
    tiers = [tier for tier in tiers if tier.currency == currency]
    return [tier for tier in tiers if tier.period == tiers[0].period]


def _envelope(tiers: Sequence[Compensation]) -> Compensation:
    lows = [tier.min for tier in tiers if tier.min is not None]
    highs = [tier.max for tier in tiers if tier.max is not None]
    return Compensation(
        min=min(lows, default=None),
        max=max(highs, default=None),
        currency=tiers[0].currency,
        period=tiers[0].period,
    )
