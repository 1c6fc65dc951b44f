"""The closed vocabularies of the wire and every spelling of them seen in the wild (contract, section 5)."""

from __future__ import annotations

import re
from difflib import get_close_matches

from jobwire.errors import InvalidInput

EMPLOYMENT_TYPES = ("full_time", "part_time", "contract", "internship", "temporary")
WORKPLACE_TYPES = ("remote", "hybrid", "onsite")
EXPERIENCE_LEVELS = ("entry", "mid", "senior", "lead", "executive")
PERIODS = ("hour", "day", "week", "month", "year")
SKILL_TYPES = ("hard", "soft")
COMPANY_TYPES = ("for_profit", "non_profit")

_ALSO: dict[str, dict[str, str]] = {
    "employment_type": {
        "fulltime": "full_time",
        "parttime": "part_time",
        "freelance": "contract",
        "freelancer": "contract",
        "contractor": "contract",
        "intern": "internship",
        "per_diem": "temporary",
        "perdiem": "temporary",
        "temp": "temporary",
    },
    "workplace_type": {"on_site": "onsite", "in_office": "onsite", "office": "onsite"},
    "experience_level": {
        "intern": "entry",
        "internship": "entry",
        "entry_level": "entry",
        "junior": "entry",
        "mid_level": "mid",
        "midlevel": "mid",
        "senior_level": "senior",
        "lead/staff": "lead",
        "lead_staff": "lead",
        "staff": "lead",
        "principal": "lead",
    },
    "period": {
        "hourly": "hour",
        "daily": "day",
        "per_diem": "day",
        "weekly": "week",
        "monthly": "month",
        "yearly": "year",
        "annual": "year",
        "annually": "year",
    },
    "skill_type": {},
    "company_type": {"nonprofit": "non_profit", "forprofit": "for_profit"},
}
_VALUES = {
    "employment_type": EMPLOYMENT_TYPES,
    "workplace_type": WORKPLACE_TYPES,
    "experience_level": EXPERIENCE_LEVELS,
    "period": PERIODS,
    "skill_type": SKILL_TYPES,
    "company_type": COMPANY_TYPES,
}
_SOURCE_ALIASES = {
    "lever_co": "lever",
    "greenhouse_io": "greenhouse",
    "ashbyhq": "ashby",
    "smart_recruiters": "smartrecruiters",
    "bamboo_hr": "bamboohr",
    "breezy_hr": "breezy",
    "oracle_hcm": "oracle",
    "oracle_orc": "oracle",
    "myworkdayjobs": "workday",
}


def fold(text: str) -> str:
    """Lower case; `-`, `_` and runs of space alike."""
    return re.sub(r"[\s_\-]+", "_", text.strip().lower())


def find_value(vocabulary: str, text: str) -> str | None:
    """The emitted spelling for `text`, or None if it is not of this vocabulary."""
    key = fold(text)
    if key in _VALUES[vocabulary]:
        return key
    return _ALSO[vocabulary].get(key)


def parse_value(vocabulary: str, text: object, *, field: str) -> str:
    """The emitted spelling for `text`. Raises InvalidInput naming the field, the value and the nearest."""
    if not isinstance(text, str):
        raise InvalidInput(f"{field}: expected a string, got {type(text).__name__}.", field=field)
    value = find_value(vocabulary, text[:200])
    if value is not None:
        return value
    values = _VALUES[vocabulary]
    near = get_close_matches(fold(text[:60]), [*values, *_ALSO[vocabulary]], n=1, cutoff=0.5)
    nearest = f' Did you mean "{find_value(vocabulary, near[0])}"?' if near else ""
    raise InvalidInput(
        f'{field}: unknown value "{text[:60]}".{nearest}',
        field=field,
        hint=f"Accepted: {', '.join(values)}.",
    )


def parse_source(text: str) -> str:
    """An ATS id in its emitted spelling; the set is open, so any name passes."""
    key = fold(text)
    return _SOURCE_ALIASES.get(key, key)
