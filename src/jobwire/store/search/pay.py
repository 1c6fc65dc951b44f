"""Pay as yearly US dollars, coarse: only good for comparing salaries while searching, never published."""

from __future__ import annotations

from jobwire.model.job import Compensation

RATES = {
    "AED": 0.27, "ARS": 0.0007, "AUD": 0.66, "BGN": 0.6, "BRL": 0.18, "CAD": 0.73, "CHF": 1.2, "CLP": 0.00105,
    "CNY": 0.14, "COP": 0.00025, "CRC": 0.002, "CZK": 0.046, "DKK": 0.155, "EGP": 0.02, "EUR": 1.15, "GBP": 1.33,
    "HKD": 0.128, "HUF": 0.0029, "IDR": 0.000061, "ILS": 0.29, "INR": 0.0115, "ISK": 0.008, "JPY": 0.0067,
    "KES": 0.0077, "KRW": 0.00071, "KZT": 0.0019, "MAD": 0.108, "MXN": 0.054, "MYR": 0.236, "NGN": 0.00067,
    "NOK": 0.099, "NZD": 0.59, "PEN": 0.28, "PHP": 0.0174, "PKR": 0.0036, "PLN": 0.27, "QAR": 0.275, "RON": 0.226,
    "RSD": 0.0098, "SAR": 0.267, "SEK": 0.105, "SGD": 0.78, "THB": 0.031, "TRY": 0.025, "TWD": 0.033,
    "UAH": 0.024, "USD": 1.0, "UYU": 0.025, "VND": 0.000039, "ZAR": 0.056,
}  # fmt: skip
"""US dollars for one unit, rounded, as of 2025. A currency that is not here is not compared."""
TIMES_A_YEAR = {"hour": 2_080, "day": 260, "week": 52, "month": 12, "year": 1}
_MOST = 1_000_000_000


def yearly_usd(pay: Compensation | None) -> tuple[int, int] | None:
    """Lower and upper end of a year's pay in US dollars; both the same where only one is known."""
    if pay is None or pay.currency not in RATES or pay.period not in TIMES_A_YEAR:
        return None
    ends = [end for end in (pay.min, pay.max) if end is not None]
    if not ends:
        return None
    factor = RATES[pay.currency] * TIMES_A_YEAR[pay.period]
    low, high = (round(min(max(end, 0) * factor, _MOST)) for end in (min(ends), max(ends)))
    return low, high
