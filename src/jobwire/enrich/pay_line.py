"""Read the pay out of one line: its amounts, which of them belong together, and what each one is."""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from jobwire.enrich.finding import Rejected
from jobwire.enrich.late import compile_late
from jobwire.enrich.money import (
    Money,
    find_currency,
    find_money,
    find_periods,
    fit_period,
    is_small_unit,
    round_amount,
)
from jobwire.enrich.pay_words import (
    ASIDE,
    AT_LEAST,
    AVERAGE,
    BARE_PAY,
    BASE,
    BETWEEN,
    BLANK,
    BY_MERIT,
    CONTRACT,
    CUE,
    GRADE,
    LESSER,
    LOOSE_TO,
    NO_NOUN,
    NOT_PAY,
    OFFER,
    OR_MORE,
    SEPARATOR,
    TO,
    TWO_WEEKS,
    UP_TO,
    VOUCHER,
    WE_OFFER,
)
from jobwire.model.job import Compensation

MAX_LINE = 4000
MAX_AMOUNTS = 60
_YEARLY = 15_000
"""An amount that nobody gets in a week."""
_MONTHLY = 1300
"""Less is hardly a month's pay in the euro area."""
_DIGITS = compile_late(r"[\d,]")
_DIGIT = compile_late(r"\d")
_PER = compile_late(r"^\s?/\s?(?:hr|hour|h|yr|year|mo|month|day|wk|week)\b")
_GOES_ON = compile_late(r"\s*(?:$|[+,(]|doe\b|depend|plus\b|pro\b|fte\b|base\b|basic\b|p\.?a\b|per\b)")
_SENTENCE = compile_late(
    r"(?<=[.!?])(?<!Tsd\.)(?<!ca\.)(?<!max\.)(?<!min\.)(?<!mind\.)(?<!Rs\.)(?<!Fr\.)(?<!\s\d\.)\s+(?=[A-Z\"($€£₹])"
    r""
    r""
    r""
    r""
)

_RISING_TO = frozenset(("a", "al", "do"))
"""Join two amounts in thousands: `8k a 10k`."""


class PayRange(NamedTuple):
    """One stretch of text that states pay."""

    pay: Compensation
    rank: int
    """0 base pay, 1 pay, 2 on-target earnings: the lowest wins."""
    span: str
    line: int


class _Amount(NamedTuple):
    """One value or one range, and the words on either side of it."""

    start: int
    end: int
    low: float | None
    high: float | None
    sign: str
    is_lakh: bool
    is_short: bool
    """Written with a unit such as k."""
    is_huge: bool
    """Written in millions."""
    is_range: bool


def read_pay(
    text: str, *, country: str | None, heading: str = "", is_pay_field: bool = False, line: int = 0
) -> tuple[list[PayRange], list[Rejected]]:
    """The pay that the line `text` states, in its order, and the amounts in it that are something else.

    `heading` is the line above, `line` its number; `is_pay_field` says that the whole text is about pay.
    """
    found: list[PayRange] = []
    rejected: list[Rejected] = []
    rank = _rank_of(heading.lower(), 1)
    for sentence in _SENTENCE.split(text[:MAX_LINE]):
        if not _DIGIT.search(sentence):
            continue
        reader = _Sentence(sentence, heading, country, is_pay_field, line, rank)
        rank = reader.rank
        found += reader.found
        if reader.found:
            heading = sentence  # what follows may be another tier of it
        rejected += reader.rejected
    return found, rejected


class _Sentence:
    """The amounts of one sentence, judged one after the other."""

    def __init__(
        self, text: str, heading: str, country: str | None, is_pay_field: bool, line: int, rank: int
    ) -> None:
        self.raw = text
        # The one letter that grows in lower case would shift all positions after it.
        lowered = GRADE.sub(lambda match: _DIGITS.sub(" ", match[0]), text.replace("İ", "I").lower())
        self.text = BLANK.sub(lambda match: " " * len(match[0]), lowered)
        self.heading = heading.lower()
        self.country = country
        self.is_pay_field = is_pay_field
        self.line = line
        self.found: list[PayRange] = []
        self.rejected: list[Rejected] = []
        self.rank = rank
        money = find_money(self.text)[:MAX_AMOUNTS]
        has_sign = is_pay_field or any(one.sign or one.unit > 1 for one in money)
        if not (has_sign or self._has_cue or self._heading_cue):
            return  # bare numbers, and no word about pay
        amounts = _pair(money, self.text)
        self._ends = [amount.end for amount in amounts]
        for number, amount in enumerate(amounts):
            if not (amount.sign or amount.is_lakh or amount.is_short or self._is_large(amount)):
                continue
            begin = amounts[number - 1].end if number else 0
            stop = amounts[number + 1].start if number + 1 < len(amounts) else len(self.text)
            self._judge(amount, self.text[begin : amount.start], self.text[amount.end : stop])

    @cached_property
    def _periods(self) -> list[tuple[int, str]]:
        return find_periods(self.text)

    @cached_property
    def _has_cue(self) -> bool:
        return bool(CUE.search(self.text.strip()))

    @cached_property
    def _heading_cue(self) -> bool:
        return bool(CUE.search(self.heading)) and not NOT_PAY.search(self.heading)

    def _judge(self, amount: _Amount, before: str, after: str) -> None:
        """Take the amount as pay, or say why not."""
        label = SEPARATOR.split(before[-160:])[-1]
        tail = SEPARATOR.split(_PER.sub(" ", after[:80], count=1))[0]
        why = self._find_objection(amount, label, tail, before, after)
        if why is None:
            rank = self._find_rank(label, tail)
            pay = self._measure(amount, before, after)
            if pay is None:
                why = "not a plausible pay"
            else:
                self.found.append(PayRange(pay, rank, self.raw[amount.start : amount.end].strip(), self.line))
        if why and (amount.sign or amount.is_short):
            self.rejected.append(Rejected(value=self.raw[amount.start : amount.end].strip()[:120], why=why))

    def _find_objection(self, amount: _Amount, label: str, tail: str, before: str, after: str) -> str | None:
        """Why the amount is no pay, or None."""
        near = f"{label} {tail}"
        if AVERAGE.search(near) or AVERAGE.search(before[-60:]):
            return "an average"
        if TWO_WEEKS.search(near):
            return "for two weeks"
        if amount.is_huge and not is_small_unit(find_currency(amount.sign, self.country)):
            return "millions"
        if (match := NOT_PAY.search(near)) and not BASE.search(near):
            return f"beside {match[0].strip()!r}"
        if amount.sign == "r$" and VOUCHER.search(near) and not BASE.search(label):
            return "a voucher"
        if self.is_pay_field or CUE.search(near.strip()):
            return None if self._is_money(amount, True) else "no currency"
        has_period = any(amount.start < at <= amount.end + 25 for at, _ in self._periods)
        if (match := NOT_PAY.search(before[-120:])) and not (has_period and len(label.strip()) <= 3):
            return f"after {match[0].strip()!r}"
        if not self._is_money(amount, self._heading_cue):
            return "no currency"
        if self._has_cue or self._heading_cue or amount.is_lakh or self._is_alone(amount):
            return None
        if amount.is_short and CONTRACT.match(after):
            return None  # `De 7k a 9k PJ`
        is_offered = len(ASIDE.sub("", label)) <= 3 or OFFER.search(label)
        if (
            amount.is_short
            and (amount.high or 0) >= _YEARLY
            and WE_OFFER.search(AT_LEAST.sub("", UP_TO.sub("", label)))
            and (_GOES_ON.match(after) or BY_MERIT.match(after))
        ):
            return None  # `Up to £45k DOE + £5k car allowance`
        if is_offered and amount.sign and (amount.high or 0) >= _YEARLY and BY_MERIT.match(after):
            return None  # `Hasta 45.000 € según experiencia`
        if amount.is_range and WE_OFFER.search(label) and self._is_month_in_euro(amount) and NO_NOUN.match(after):
            return None  # `Wij bieden € 2.600 tot € 3.300`
        if is_offered and (has_period or (amount.is_range and (amount.low or 0) >= _YEARLY)):
            return None
        return "no word about pay"

    def _is_money(self, amount: _Amount, has_cue: bool) -> bool:
        """Bare numbers count beside a word about pay, where the country tells the currency."""
        if amount.sign or amount.is_lakh or (amount.is_short and BARE_PAY.match(self.text, amount.end)):
            return True
        if not has_cue and not self._is_alone(amount):
            return False
        value = amount.high or amount.low or 0
        return amount.is_short or (
            self._is_large(amount) and (amount.is_range or self.is_pay_field or value < 1000)
        )

    def _is_month_in_euro(self, amount: _Amount) -> bool:
        """A range that is narrow, as those of pay are, and the size of a month's pay in the euro area."""
        low, high = amount.low or 0, amount.high or 0
        return find_currency(amount.sign, self.country) == "EUR" and _MONTHLY <= low < high <= 2 * low

    def _is_large(self, amount: _Amount) -> bool:
        """Too much to be a count; `20.00 - 24.00 per hour` is no count either."""
        if (amount.high or amount.low or 0) >= 1000:
            return True
        has_cents = re.search(r"\d[.,]\d\d\b", self.text[amount.start : amount.end])
        return bool(has_cents) and any(
            0 <= at - amount.end <= 3 or 0 <= amount.start - at <= 20 for at, _ in self._periods
        )

    def _is_alone(self, amount: _Amount) -> bool:
        """The line, or its part between bullets, is little more than the amount."""
        if not (amount.sign or amount.is_lakh):
            return False
        begin = max(self.text.rfind(mark, 0, amount.start) for mark in "•|") + 1
        ends = [at for mark in "•|" if (at := self.text.find(mark, amount.end)) >= 0]
        beside = self.text[begin : amount.start] + " " + self.text[amount.end : min(ends, default=len(self.text))]
        return len(beside) <= 80 and len(ASIDE.sub("", beside)) <= 3

    def _find_rank(self, label: str, tail: str) -> int:
        """Base, plain or on-target; a label before the first of several amounts holds for the others."""
        self.rank = _rank_of(label, self.rank)
        return _rank_of(tail, self.rank)

    def _measure(self, amount: _Amount, before: str, after: str) -> Compensation | None:
        """The amount with currency, period and open ends; None where no period fits it."""
        currency = "INR" if amount.is_lakh and not amount.sign else find_currency(amount.sign, self.country)
        value = amount.low or amount.high
        if not value or currency is None:
            return None
        stated = "year" if amount.is_lakh else None
        stated = self._find_period(amount, before, after) or stated
        period = fit_period(stated, value, currency) or fit_period(stated, amount.high or value, currency)
        if period is None or (
            stated not in (None, period) and not (self.is_pay_field or self._has_cue or self._is_alone(amount))
        ):
            return None
        low, high = amount.low, amount.high
        if not amount.is_range:
            if UP_TO.search(before[-40:]):
                low = None
            elif AT_LEAST.search(before[-40:]) or OR_MORE.match(after) or high is None:
                high = None
        return Compensation(min=round_amount(low), max=round_amount(high), currency=currency, period=period)

    def _find_period(self, amount: _Amount, before: str, after: str) -> str | None:
        """The period word nearest to the amount: behind it, before it, anywhere in the sentence, above it."""
        behind = [period for at, period in self._periods if 0 <= at - amount.end < min(len(after), 60)]
        if behind and any(0 <= at - amount.end <= 25 for at, _ in self._periods):
            return behind[0]
        ahead = [period for at, period in self._periods if 0 < amount.start - at <= min(len(before), 80)]
        if ahead:
            return ahead[-1]
        others = behind or [period for at, period in self._periods if not self._is_of_other(at, amount)]
        return others[0] if others else next((period for _, period in find_periods(self.heading)), None)

    def _is_of_other(self, at: int, amount: _Amount) -> bool:
        """Whether the period word at `at` stands right behind another amount: `1.200 € + 7,63 €/dia`."""
        return any(end != amount.end and 0 <= at - end <= 1 for end in self._ends)


def _rank_of(words: str, default: int) -> int:
    """2 where the words speak of on-target earnings, 0 where of base pay."""
    if LESSER.search(words):
        return 2
    return 0 if BASE.search(words) else default


def _pair(amounts: list[Money], text: str) -> list[_Amount]:
    """Single values, and two values joined as a range."""
    pairs: list[_Amount] = []
    i = 0
    while i < len(amounts):
        one = amounts[i]
        two = amounts[i + 1] if i + 1 < len(amounts) else None
        if two and _is_joined(one, two, text):
            pairs.append(_join(one, two))
            i += 2
        else:
            high = None if one.has_plus else one.value
            is_short = 1 < one.unit < 1e5
            is_huge = one.unit >= 1e6 and not one.is_lakh
            pairs.append(
                _Amount(one.start, one.end, one.value, high, one.sign, one.is_lakh, is_short, is_huge, False)
            )
            i += 1
    return pairs


def _is_joined(one: Money, two: Money, text: str) -> bool:
    gap = text[one.end : two.start]
    if gap == "/" and one.unit == 1 < two.unit and one.value < two.value:
        return True  # `38/45 K€`
    if len(gap) > 60 or not TO.fullmatch(gap):
        return False
    if one.sign and two.sign and one.sign != two.sign and "$" not in (one.sign, two.sign):
        return False
    words = gap.split()
    if words and words[-1].lower() in LOOSE_TO:
        is_rising = words[-1] in _RISING_TO and 1 < one.unit == two.unit and one.value < two.value
        return is_rising or bool(BETWEEN.search(text[: one.start][-40:])) or bool(one.sign and two.sign)
    return True


def _join(one: Money, two: Money) -> _Amount:
    """A range; the first value borrows the unit that only the second one has (`130-180K`, `70-80,000`)."""
    low, high = one.value, two.value
    if one.unit == 1 and two.unit > 1 and low * two.unit <= high * 1.0001:
        low *= two.unit
    elif one.unit == two.unit == 1 and 0 < low < 1000 <= high and low * 1000 <= high:
        low *= 1000
    if low > high > 0:
        low, high = high, low
    sign = one.sign if one.sign not in ("", "$") else two.sign or one.sign
    unit = max(one.unit, two.unit)
    is_lakh = one.is_lakh or two.is_lakh
    is_huge = unit >= 1e6 and not is_lakh
    return _Amount(one.start, two.end, low or high, high or low, sign, is_lakh, 1 < unit < 1e5, is_huge, True)
