"""Amounts of money in text: numbers as people write them, currencies, pay periods, and what is plausible."""

from __future__ import annotations

from typing import NamedTuple

from jobwire.enrich.late import compile_late

# Units of each currency that buy about one US dollar: only good for telling an hour's pay from a year's.
PER_DOLLAR = {
    "USD": 1, "EUR": 0.9, "GBP": 0.8, "CAD": 1.35, "AUD": 1.5, "NZD": 1.6, "SGD": 1.35, "HKD": 7.8, "TWD": 32,
    "CHF": 0.9, "SEK": 10.5, "NOK": 10.5, "DKK": 7, "ISK": 138, "PLN": 4, "CZK": 23, "HUF": 360, "RON": 4.6,
    "BGN": 1.8, "UAH": 40, "RUB": 90, "TRY": 33, "ILS": 3.7, "AED": 3.67, "SAR": 3.75, "QAR": 3.64, "EGP": 48,
    "ZAR": 18, "NGN": 1500, "KES": 130, "GHS": 15, "MAD": 10, "INR": 83, "PKR": 280, "BDT": 117, "LKR": 300,
    "NPR": 133, "JPY": 150, "CNY": 7, "KRW": 1350, "THB": 35, "VND": 25000, "IDR": 15700, "MYR": 4.5, "PHP": 57,
    "MXN": 18, "BRL": 5.2, "ARS": 1000, "CLP": 950, "COP": 4100, "PEN": 3.7, "UYU": 40, "GEL": 2.7, "KZT": 470,
    "RSD": 105, "CRC": 520, "DOP": 60, "KWD": 0.31, "BHD": 0.38, "OMR": 0.38, "JOD": 0.71, "TND": 3.1,
}  # fmt: skip
# Currencies of countries where a good year's pay is a rich country's month or two.
_LOW_PAY = frozenset(
    ("INR", "PKR", "BDT", "LKR", "NPR", "PHP", "VND", "IDR", "EGP", "NGN", "KES", "UAH", "ARS", "COP")
)
_MIDDLE_PAY = frozenset(
    (
        "BRL",
        "MXN",
        "ZAR",
        "TRY",
        "RON",
        "RSD",
        "CNY",
        "THB",
        "MYR",
        "CLP",
        "PEN",
        "GEL",
        "KZT",
        "RUB",
        "BGN",
        "HUF",
    )
)
# Where pay is quoted by the hour or year, hardly by the month: a small month is more likely something else.
_HOURLY_PAY = frozenset(("USD", "GBP", "CAD", "AUD", "NZD"))

_CURRENCY_OF = {
    "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD", "GB": "GBP",
    "CH": "CHF", "LI": "CHF", "SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK", "PL": "PLN", "CZ": "CZK",
    "HU": "HUF", "RO": "RON", "BG": "BGN", "UA": "UAH", "RU": "RUB", "TR": "TRY", "IL": "ILS", "AE": "AED",
    "SA": "SAR", "QA": "QAR", "EG": "EGP", "ZA": "ZAR", "NG": "NGN", "KE": "KES", "GH": "GHS", "MA": "MAD",
    "IN": "INR", "PK": "PKR", "BD": "BDT", "LK": "LKR", "NP": "NPR", "JP": "JPY", "CN": "CNY", "KR": "KRW",
    "TH": "THB", "VN": "VND", "ID": "IDR", "MY": "MYR", "PH": "PHP", "MX": "MXN", "BR": "BRL", "AR": "ARS",
    "CL": "CLP", "CO": "COP", "PE": "PEN", "UY": "UYU", "GE": "GEL", "KZ": "KZT", "RS": "RSD", "CR": "CRC",
    "DO": "DOP", "PR": "USD", "KW": "KWD", "BH": "BHD", "OM": "OMR", "JO": "JOD", "TN": "TND",
}  # fmt: skip
_EURO = frozenset(
    (
        "AT",
        "BE",
        "CY",
        "DE",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PT",
        "SI",
        "SK",
    )
)
_DOLLARS = frozenset(("US", "CA", "AU", "NZ", "SG", "HK", "TW", "MX", "AR", "CL", "CO"))
_CROWNS = frozenset(("SE", "NO", "DK", "IS"))
_RUPEES = frozenset(("IN", "PK", "LK", "NP"))

_SIGN_TABLE = """
USD us$ usd$ usd | CAD ca$ c$ cad$ cdn$ cad | AUD a$ au$ aud$ aud | NZD nz$ nzd nzd$ | SGD s$ sg$ sgd
sgd$ | HKD hk$ hkd hkd$ | TWD nt$ ntd twd | MXN mx$ mxn$ mxn | BRL r$ brl | EUR € eur euro euros t€ | GBP
£ gbp | INR ₹ inr | CNY 元 rmb cny | JPY 円 jpy yen | KRW ₩ krw 원 | ILS ₪ ils nis | PHP ₱ php | THB ฿ thb |
PLN zł zl pln | CHF chf fr. sfr. | SEK sek | NOK nok | DKK dkk | ISK isk | CZK kč czk | HUF ft huf | RON
ron lei | BGN bgn | UAH uah ₴ | RUB rub ₽ | TRY try ₺ | AED aed | SAR sar | QAR qar | EGP egp | ZAR zar |
NGN ngn ₦ | KES kes ksh | GHS ghs | PKR pkr | BDT bdt | LKR lkr | VND vnd ₫ | IDR idr rp | MYR myr rm |
ARS ars | CLP clp | COP cop | PEN pen s/ | UYU uyu | GEL gel | KZT kzt | RSD rsd | CRC crc | DOP dop |
KWD kwd | BHD bhd | OMR omr | JOD jod | MAD mad
"""
_SIGNS = {sign: row.split()[0] for row in _SIGN_TABLE.split("|") for sign in row.split()[1:]}

_UNIT_WORDS = {
    1e3: "k k€ t tsd tsd. t€ thousand tausend mil",
    1e4: "万 萬 만",
    1e5: "l lac lacs lakh lakhs lpa",
    1e6: "m mm mn mio million millions",
    1e7: "cr crore crores",
    1e8: "億 亿",
    1e9: "b bn billion",
    1e12: "trillion",
}
_UNITS = {word: factor for factor, words in _UNIT_WORDS.items() for word in words.split()}
_LAKHS = frozenset(("l", "lac", "lacs", "lakh", "lakhs", "lpa", "cr", "crore", "crores"))

_SIGN = (
    r"us\s?\$|usd\s?\$?|ca\s?\$|cdn\s?\$|cad\s?\$?|au\s?\$|aud\s?\$?|nz\s?\$|nzd\s?\$?|sg\s?\$|sgd\s?\$?"
    r"|hk\s?\$|hkd\s?\$?"
    r"|nt\s?\$|ntd|twd|mx\s?\$|mxn\s?\$?|r\$|[cas]\$|\$|t€|€|£|₹|₩|₪|₱|฿|₴|₽|₺|₦|₫|¥|￥"
    r"|euros?|eur|gbp|inr|rmb|cny|jpy|yen|krw|ils|nis|php|thb|pln|chf|sek|nok|dkk|isk|czk|huf|ron|bgn|uah"
    r"|rub|try|aed"
    r"|sar|qar|egp|zar|ngn|kes|ksh|ghs|pkr|bdt|lkr|vnd|idr|myr|ars|clp|cop|pen|uyu|gel|kzt|rsd|crc|dop"
    r"|kwd|bhd|omr|jod"
    r"|brl|s/|s?fr\.|rs\.?|zł|zl|kč|kr\.?|ft|lei|rp|rm|r|円|元|원"
)
_NUMBER = compile_late(
    r"\d(?<![\d.,].)(?:"  # the first digit, for which the engine skips quickly, and the rest
    r"\d{0,2}(?:[.,'’ \u00a0\u202f]\s?\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)"  # 12,000.00  12.000,00  12 000  12'000
    r"|\d?(?:,\d{2}){1,3},\d{3}(?!\d)"  # 12,00,000
    r"|\d{0,8}(?:[.,]\d{1,2})?(?!\d))"
)
_BEFORE = compile_late(rf"(?:(?<![a-z\d])|(?=[$€£₹]))(?P<sign>{_SIGN})[ \u00a0]?$")
_AFTER = compile_late(
    r"(?:[,.][-–—]|/-)?(?:[ \u00a0]?(?P<unit>(?:k€|k|tsd\.?|t€|thousand|tausend|lpa|lakhs?|lacs?|l|crores?|cr|mm"
    r"|mn|mio|millions?|mil|m|bn"
    r"|billion|b|trillion|万|萬|만|億|亿)(?![a-zč])|t(?=[ \u00a0]?(?:eur|€))))?"
    rf"(?:[ \u00a0]?(?P<sign>{_SIGN})(?![a-z\d]))?(?P<plus>\s?\+"
    r"(?=\s?(?:per\b|an?\b|/|p\.?a\b|annually\b|yearly\b|hourly\b)|(?!\s{0,9}[a-z$€£\d])))?"
)


class Money(NamedTuple):
    """One amount in a text. `unit` is the factor that was written out (1 where none was)."""

    start: int
    end: int
    value: float
    sign: str
    """Lower case, as written; empty for a bare number."""
    unit: float
    is_lakh: bool
    has_plus: bool


def find_money(line: str) -> list[Money]:
    """Every number of the line (in lower case) with the currency and the unit beside it."""
    found = []
    for match in _NUMBER.finditer(line):
        before = _BEFORE.search(line[max(0, match.start() - 8) : match.start()])
        if before is None and match.start() and line[match.start() - 1] in _NO_START:
            continue
        after = _AFTER.match(line, match.end())
        assert after  # every part of it is optional
        if line[after.end() : after.end() + 1] == "%":
            continue
        unit = after["unit"] or ""
        start = match.start() - (len(before[0]) if before else 0)
        sign = _choose_sign(before["sign"] if before else "", after["sign"] or ("€" if "€" in unit else ""))
        factor = _UNITS.get(unit, 1.0)
        value = read_number(match[0]) * factor
        found.append(Money(start, after.end(), value, sign, factor, unit in _LAKHS, bool(after["plus"])))
    return found


_NO_START = frozenset("abcdefghijklmnopqrstuvwxyz_%#")


def _choose_sign(before: str, after: str) -> str:
    """One sign of two: `$ ... CAD` is CAD."""
    before, after = "".join(before.split()), "".join(after.split())
    if before in ("", "$") and after not in ("", "$", "r", "rm"):
        return after
    return before or after


def read_number(text: str) -> float:
    """`12.000,50`, `12,000.50`, `12 000`, `12'000`, `12,00,000`, `15,5` as a number."""
    text = "".join(text.replace("'", "").replace("’", "").split())
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0:
        decimals = len(text) - last - 1
        head = text[:last].replace(".", "").replace(",", "")
        mark = "" if decimals == 3 else "."
        text = f"{head}{mark}{text[last + 1 :]}"
    return float(text)


def find_currency(sign: str, country: str | None) -> str | None:
    """The ISO 4217 code that a sign means in that country; without a sign the country's own."""
    if sign in ("$", ""):
        own = _CURRENCY_OF.get(country or "", "EUR" if country in _EURO else None)
        if sign == "":
            return own
        return own if country in _DOLLARS and own else "USD"
    if sign in ("kr", "kr."):
        return _CURRENCY_OF[country] if country in _CROWNS and country else "SEK"
    if sign in ("rs", "rs."):
        return _CURRENCY_OF[country] if country in _RUPEES and country else "INR"
    if sign in ("¥", "￥"):
        return "CNY" if country == "CN" else "JPY"
    if sign == "r":
        return "ZAR"
    return _SIGNS.get(sign)


def is_small_unit(currency: str | None) -> bool:
    """Whether people earn millions of it: yen, won, rupiah, pesos."""
    return PER_DOLLAR.get(currency or "", 1) >= 90


# Periods

_PERIOD = compile_late(
    r"(?:(?<!\w)|(?=[/時日週月年월연]))(?:"  # looks first: most positions of a text begin none of these
    r"(?:/\s?|\b(?:per|an?|each|every|pro|je|par|por|al|im|in|p|pr\.?|på|na|ogni|del)(?:\s/?\s?|/)"
    r"|\b(?:de|[àa]) l['’])"
    r"(?:(?P<hour>hour|hr|h|stunde|std|heure|hora|uur|ora|godz\w{0,5}|time|timme)"
    r"|(?P<day>day|d|diem|tag|jour|d[ií]a|dag|giorno|dzień)"
    r"|(?P<week>week|wk|woche|semaine|semana|settimana|vecka)"
    r"|(?P<month>month|mo|mth|monat|mois|mes|m[eê]s|maand|mese|miesi\w{0,4}|mies|m[åa]n(?:ad|ed)?)"
    r"|(?P<year>year|yr|annum|jahr|an|ann[ée]e|a[nñ]o|jaar|anno|rok|år))\b"
    r"|\b(?:(?P<hour_word>hourly|p/?h\b|hours? rate|(?:taux|smic|salaire) horaire|stundenlohn|stundensatz"
    r"|uurloon|uurtarief|stündlich)"
    r"|(?P<day_word>daily\b|day[ -]rate|p/d\b|tagessatz|dagtarief|tjm\b)"
    r"|(?P<week_word>weekly\b|p\.?w\b)"
    r"|(?P<month_word>month(?:ly)?\b|p\.?m\b|monatlich|minijob|monatsgehalt|mensu[ae]l\w{0,4}|mensa(?:l|is)\b"
    r"|mensil\w|maandelijks"
    r"|maandsalaris|månadslön|månedsløn\w*|miesięcznie|måned)"
    r"|(?P<year_word>annual\w{0,2}\b|yearly\b|p\.?a\b|jährlich|jahres|jahr\b|annue\w{1,4}\b|anua\w{1,4}\b"
    r"|lpa\b|ctc\b|ral\b|b/a\b"
    r"|rocznie))"
    r"|(?P<hour_sign>時給|/小时)|(?P<day_sign>日給|日薪|/天)|(?P<week_sign>週給)|(?P<month_sign>月給|月薪|/月|월급)"
    r"|(?P<year_sign>年収|年薪|年俸|연봉))"
)


def find_periods(text: str) -> list[tuple[int, str]]:
    """`(position, period)` of every period word of a text in lower case."""
    return [(m.start(), (m.lastgroup or "").partition("_")[0]) for m in _PERIOD.finditer(text)]


# What a US dollar's worth of pay may be in a period: below and above it is something else.
_PLAUSIBLE = {
    "hour": (1.2, 600),
    "day": (15, 6000),
    "week": (60, 20_000),
    "month": (80, 70_000),
    "year": (900, 3_000_000),
}


def is_plausible(value: float, currency: str | None, period: str) -> bool:
    """Whether somebody may earn `value` in a `period`."""
    low, high = _PLAUSIBLE[period]
    return low <= value / PER_DOLLAR.get(currency or "USD", 1) <= high


def infer_period(value: float, currency: str | None) -> str | None:
    """The period that the magnitude tells, or None where it tells nothing."""
    dollars = value / PER_DOLLAR.get(currency or "USD", 1)
    if currency in _LOW_PAY:
        month, year = 100, 2600
        if currency in ("INR", "PKR", "BDT", "LKR", "NPR"):
            month, year = 90, 1800
    else:
        month = 200 if currency in _MIDDLE_PAY else 700 if currency in _HOURLY_PAY else 350
        year = 13_500
    if dollars < 1.2 or dollars > 3_000_000:
        return None
    if dollars >= year:
        return "year"
    if dollars >= month:
        return "month"
    return "hour" if dollars <= 250 and currency not in _LOW_PAY else None


def fit_period(stated: str | None, value: float, currency: str | None) -> str | None:
    """The stated period if the amount allows it, else what the amount says."""
    if stated and is_plausible(value, currency, stated):
        return stated
    return infer_period(value, currency)


def round_amount(value: float | None) -> int | float | None:
    """Whole amounts as int, others to the cent."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 2)
