"""Where the work is done: remote, hybrid or onsite.

Hybrid when some days, but not all, are in an office. The title beats the location, the location the ATS
field, the field the text; in the text a sentence about the role beats one about the company.
"""

from __future__ import annotations

import re

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.glossary import to_english
from jobwire.enrich.late import compile_late
from jobwire.enrich.sentences import find_sentences
from jobwire.enrich.title import fold
from jobwire.enrich.workplace_words import (
    ALL_THREE,
    AT_HOME,
    CLAUSE,
    COMPANY,
    COUNT,
    DAYS_AFTER,
    ELSEWHERE,
    ENTIRELY_ONSITE,
    EVERY_DAY,
    FIVE,
    FOREIGN_TRAPS,
    FULLY,
    HASH,
    HOME,
    HYBRID_WORD,
    LABEL,
    NAMED_TRAPS,
    NEAR,
    NO_HYBRID,
    NO_OFFICE,
    NO_REMOTE,
    OFFICE,
    ONSITE_WORD,
    OR_OFFICE,
    PARTLY,
    PRODUCT,
    QUESTION,
    RARELY,
    REMOTE_WORD,
    REMOTELY,
    ROLE,
    SERVICE,
    STRUCTURED,
    THIS_ROLE,
    TRAPS,
    WEEKDAY,
    WEEKLY,
    YES_NO,
)

_Found = tuple[str, str]
_REMOTE = compile_late(rf"\b{REMOTE_WORD}\b")
_ONSITE = compile_late(rf"\b{ONSITE_WORD}\b")
_HYBRID = compile_late(rf"\b{HYBRID_WORD}\b")
_EVERYONE = compile_late(r"(?:- )?(?:we|our|employees|staff|people|most|all|everyone)\b")


def find_workplace_type(source: Source) -> Finding[str | None]:
    """`remote`, `hybrid`, `onsite` or None where nothing says."""
    posting = source.posting
    places = " | ".join(p.text or "" for p in posting.locations[:50])
    stated = (
        _read_words(_to_english(fold(posting.title[:300]))),
        _read_words(_to_english(fold(places[:2000]))),
        _read_field(posting.workplace_type),
    )
    text, about, sentence = _read_text(source.text, foreign=source.language != "en")
    seen = [
        (stated[0], "title-word", "title", posting.title),
        (stated[1], "location-word", "location", places),
        (text if about == "days" else None, "days-in-office", "text", sentence),
        (stated[2], "ats-field", "ats:workplace_type", posting.workplace_type or ""),
        (text if about in ("role", "role-days") else None, "role-sentence", "text", sentence),
        (text if about == "everyone" else None, "days-of-everyone", "text", sentence),
        ("remote" if posting.is_remote else None, "ats-flag", "ats:is_remote", "true"),
        (text if about == "company" else None, "company-sentence", "text", sentence),
    ]
    taken = next((row for row in seen if row[0]), None)
    if taken is None:
        return Finding(value=None, rule="unsaid")
    value, rule, origin, span = taken
    rejected = tuple(
        Rejected(value=other, why=f"{name} is weaker than {rule}")
        for other, name, _, _ in seen
        if other and other != value
    )
    return Finding(value=value, rule=rule, origin=origin, span=span[:200], rejected=rejected)


def _read_words(text: str) -> str | None:
    """The mode that a title or a location names."""
    plain = NAMED_TRAPS.sub(" ", text)
    if _HYBRID.search(plain) or PARTLY.search(plain):
        return "hybrid"
    if re.search(
        r"\b(?:remote(?:ly)?|telecommut\w+|telework|work[ -]from[ -](?:home|anywhere)|wfh|home[ -]based"
        r"|anywhere|worldwide|virtual|fully distributed|homeoffice"
        r"|home office ?[/,(|-] ?nationwide|100 ?% home ?office)\b|^distributed$",
        plain,
    ):
        return None if NO_REMOTE.search(plain) else "remote"
    return "onsite" if re.search(r"\b(?:on[ -]?site|in[ -]office|in[ -]person)\b", plain) else None


def _to_english(folded: str) -> str:
    english = to_english(FOREIGN_TRAPS.sub(" ", folded), "workplace_glossary.txt")
    return DAYS_AFTER.sub(r"\1 days in the office", english)


def _read_foreign(folded: str) -> str:
    """A sentence of another language: in an English one a home office is a seat, or a ministry."""
    english = _to_english(folded)
    return english if english == folded else english.replace("home office", "homeoffice")


def _read_field(stated: str | None) -> str | None:
    key = re.sub(r"[^a-z]+", "_", _to_english(fold((stated or "")[:80])).replace("onsite", "on_site"))
    return next((value for rule, value in STRUCTURED if rule.search(key)), None)


def _read_text(text: str, *, foreign: bool) -> tuple[str | None, str, str]:
    """(mode, what it is about, the sentence): `days`, `role`, `everyone` for days of all, or `company`."""
    first: dict[str, tuple[str | None, str, str]] = {}
    for sentence in find_sentences(QUESTION.sub(r"\1 ", text), "workplace"):
        folded = fold(sentence).replace("’", "'")
        if foreign:
            folded = _read_foreign(folded)
        found = _read_clause_of_role(folded) or _read_sentence(folded)
        if found is None:
            continue
        mode, about = found
        if about == "days":
            return mode, about, sentence
        first.setdefault(about, (mode, about, sentence))
    return next(
        (first[about] for about in ("role-days", "role", "everyone", "company") if about in first), (None, "", "")
    )


def _read_clause_of_role(sentence: str) -> _Found | None:
    """`We are a hybrid company, but this role is remote`: the clause about the role decides."""
    clauses = CLAUSE.split(sentence)
    own = [clause for clause in clauses if THIS_ROLE.search(clause)] if len(clauses) > 1 else []
    return _read_sentence(own[-1]) if own else None


def _read_sentence(sentence: str) -> _Found | None:
    if found := HASH.search(sentence):
        return found[1].replace("-", ""), "role"
    if found := YES_NO.match(sentence):
        is_partly = sentence.lstrip("- ").startswith(("telework", "homeoffice"))
        if found[1] not in ("yes", "ja", "oui", "si", "sim", "true"):
            return "onsite", "role"
        return ("hybrid", "role-days") if is_partly else ("remote", "role")
    plain = TRAPS.sub(" ", sentence)
    label = LABEL.match(plain)
    days = _read_days(plain)
    mode = days or _read_mode(label["value"] if label else plain, short=bool(label))
    if mode is None and label:
        mode = _read_words(label["value"])
    if mode is None or ELSEWHERE.search(sentence):
        return None
    is_about_others = PRODUCT.search(plain) or SERVICE.search(sentence)
    if not (days or label) and is_about_others and not THIS_ROLE.search(plain):
        return None
    about = "role" if label else "company" if COMPANY.search(plain) else "role" if ROLE.search(plain) else ""
    if days:
        everyone = _EVERYONE.match(plain)
        return days, "everyone" if about == "company" or everyone else "days" if about else "role-days"
    if not about:
        about = "role" if len(plain) < 70 and _is_header(plain) else "company"
    return mode, about


def _read_days(sentence: str) -> str | None:
    """Days a week in an office or at home: hybrid; all five in an office: onsite."""
    weekly = WEEKLY.search(sentence)
    if not weekly and not NEAR.search(sentence):
        return None
    office, home = OFFICE.search(sentence), HOME.search(sentence)
    if not office and not home:
        return None
    if office and (counts := [m.groups() for m in COUNT.finditer(sentence)]):
        low, high = counts[0]
        if low in FIVE:
            return None if home and not re.search(r"\bnot? remote", sentence) else "onsite"
        return "hybrid" if low or high else None
    if home and not office and re.search(r"\b(?:bis zu|up to) [1-9]\d ?%", sentence):
        return "hybrid"
    if home and not office and WEEKDAY.search(sentence) and not EVERY_DAY.search(sentence):
        return "hybrid"
    if home and COUNT.search(sentence):
        low = COUNT.search(sentence)
        return "remote" if low and low[1] in FIVE else "hybrid"
    if office and EVERY_DAY.search(sentence):
        return None if home else "onsite"
    if (
        office
        and re.search(r"\btravel|visit|meet|event|gather|lunch|offsite", sentence)
        and not re.search(r"\b(?:a|per|each|every) week\b", sentence)
    ):
        return None
    return (
        "hybrid"
        if office
        and re.search(
            r"\bonce|twice|weekly|days\b|%|half|lun|mar|jeu|jue|some|certain|few|most|(?:mon|tues|wednes"
            r"|thurs|fri)day|\b(?:mon|tue|wed|thu)",
            (weekly or [""])[0],
        )
        else None
    )


def _read_mode(sentence: str, *, short: bool) -> str | None:
    hybrid = _HYBRID.search(sentence)
    if hybrid and ALL_THREE.search(sentence):
        return None  # a choice
    if NO_REMOTE.search(sentence):
        if NO_HYBRID.search(sentence):
            return "onsite"
        return "hybrid" if hybrid or re.search(r"\bfull(?:y|[- ]time)? ?remote", sentence) else "onsite"
    if hybrid:
        return "hybrid"
    if FULLY.search(sentence) or NO_OFFICE.search(sentence):
        return "remote"
    if ENTIRELY_ONSITE.search(sentence):
        return "onsite"
    if PARTLY.search(sentence):
        return "hybrid"
    if short and re.match(r"(?:in )?(?:the )?office\W*$", sentence.partition(":")[2].strip() or sentence):
        return "onsite"
    remote = _REMOTE.search(sentence)
    onsite = _ONSITE.search(sentence)
    if remote and OR_OFFICE.search(sentence):
        return None
    if remote and remote[0] == "homeoffice" and not short and not AT_HOME.search(sentence):
        return "hybrid"
    if remote and onsite:
        if short and not re.search(r"\bor\b|/", sentence):
            return "remote" if remote.start() < onsite.start() else "onsite"
        return None  # either, or a comparison
    if remote:
        return "remote" if short or _is_claim(sentence, remote) else None
    if onsite and not short and RARELY.search(sentence):
        return None
    return "onsite" if onsite and (short or _is_claim(sentence, onsite)) else None


def _is_claim(sentence: str, found: re.Match[str]) -> bool:
    """Whether the sentence claims the mode rather than mentions it."""
    if found[0] == "remotely":
        return bool(REMOTELY.search(sentence))
    around = sentence[max(0, found.start() - 70) : found.end() + 40]
    return bool(
        re.search(
            r"\b(?:role|position|job|opportunity|internship|contract|work|working|based|located|company"
            r"|team|organi[sz]ation|culture|is|are|be|first|friendly|required|erforderlich"
            r"|possible|forma|modalidade?|modelo|regime|formato|atuacao)\b",
            around,
        )
    ) or len(sentence) < (80 if sentence.startswith(found[0]) else 60)


def _is_header(sentence: str) -> bool:
    """A short line such as `San Francisco, CA - onsite` or `Remote (US)`: no benefit, no clause."""
    return not re.search(
        r"\b(?:we|our|you|your|will|is|are|works?|offer\w*|stipend|perks?|flexib\w+|option\w*|friendly"
        r"|work(?:ing)?|policy|opportunit\w+|environment|culture|support)\b",
        sentence,
    )
