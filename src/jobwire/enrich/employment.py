"""The employment type: full_time, part_time, contract, internship or temporary.

Words of the title beat the code of the ATS, which often says full time for interns; the code beats the
text. Internship beats full time, a fixed term is temporary, freelance and N-month contracts are contract.
"""

from __future__ import annotations

import re

from jobwire.enrich.employment_words import (
    APPRENTICE,
    ASIDE,
    CDI,
    CLAIM,
    CLAUSES,
    CLT,
    CODES,
    COMPANY,
    CONTRACT,
    DENIED,
    DUTY,
    EITHER,
    FACTS,
    FIXED,
    FOR_THIS,
    FTE,
    FULL,
    FULL_FTE,
    FULL_HOURS,
    FULL_SHARE,
    HALF_HOUR,
    HIRING,
    HOURS,
    INTERNSHIP,
    IS_HEADER,
    LABEL,
    LABEL_CUE,
    LETTERS,
    LETTERS_ALONE,
    LIST_CHARS,
    MENTION,
    MINIJOB,
    MONTH_CONTRACT,
    MONTHS,
    NUMBER_OF_HOURS,
    OF_HOURS,
    OF_MONTHS,
    OF_SHIFT,
    OF_SPAN,
    ONLY_PERMANENT,
    PART,
    PART_HOURS,
    PART_SHARE,
    PART_TITLE_HOURS,
    PARTS,
    PAST,
    PERMANENT,
    PJ,
    RULES,
    SAYS,
    SHARE,
    SHORT_CHARS,
    SHORT_CLAIM,
    SPANS,
    STAGE,
    TEMPORARY,
    TERM_OR_NOT,
    TEXT_CHARS,
    THIS_IS,
    TITLE_HOURS,
    TRAPS,
    TYPE_ALONE,
    WEEK,
    WEEKLY,
    WEEKLY_HOURS,
    WITH_BENEFITS,
)
from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.glossary import to_english
from jobwire.enrich.sentences import find_sentences
from jobwire.enrich.title import fold, tidy

_KINDS = (INTERNSHIP, TEMPORARY, CONTRACT, PART, FULL, PERMANENT)


def find_employment_type(source: Source) -> Finding[str | None]:
    """One of the five types, or None where nothing says or several are offered."""
    posting = source.posting
    title = _read_title(posting.title)
    field = _read_field(posting.employment_type)
    foreign = source.language != "en"
    text, sentence = (None, "") if title or field else _read_text(source.text, foreign=foreign)
    seen = (
        (title, "title-word", "title", posting.title),
        (field, "ats-field", "ats:employment_type", posting.employment_type or ""),
        (text, "text-statement", "text", sentence),
        (_read_apprentice(posting.title), "title-apprentice", "title", posting.title),
    )
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


def _read_title(published: str) -> str | None:
    title = _drop_denied(fold(tidy(published)))
    if STAGE.search(title):
        return "internship"
    stated = _read_words(title) or _read_letters(published[:300]) or _read_share(title)
    if stated is None and (hours := TITLE_HOURS.search(title)):
        stated = _compare(hours, FULL_HOURS, PART_TITLE_HOURS)
    return stated or ("full_time" if CDI.search(title) else None)


def _drop_denied(title: str) -> str:
    """`Elektriker (m/w/d), keine Zeitarbeit` without what it denies."""
    english = to_english(title, "employment_glossary.txt")
    rest = DENIED.sub(" ; ", english)
    return title if rest == english else rest


def _read_apprentice(published: str) -> str | None:
    """An apprenticeship is an internship where nothing better is said of it."""
    return "internship" if APPRENTICE.search(TRAPS.sub(" ", fold(tidy(published)))) else None


def _read_share(words: str) -> str | None:
    """`0.6 FTE`, `60-80%` of a full week."""
    found = SHARE.search(words)
    return _compare(found, FULL_SHARE, PART_SHARE) if found else _read_fte(words)


def _read_fte(words: str) -> str | None:
    found = FTE.search(words)
    if not found:
        return None
    share = float((found["before"] or found["after"]).replace(",", "."))
    return "full_time" if FULL_FTE <= share <= 1 else "part_time" if 0 < share < FULL_FTE else None


def _compare(found: re.Match[str], full: int, part: int) -> str | None:
    """Full time from `full` on, part time up to `part`, for the range low to high."""
    low, high = int(found["low"]), int(found["high"] or found["low"])
    return "full_time" if low >= full else "part_time" if high <= part else None


def _read_letters(title: str) -> str | None:
    """`Line Cook - FT`, `Cashier (PT)`: the two letters alone, at the end or in parentheses."""
    letters = set(LETTERS.findall(title)) if "therap" not in title.lower() else set()  # a PT treats people
    return {"FT": "full_time", "PT": "part_time"}[letters.pop()] if len(letters) == 1 else None


def _read_words(words: str) -> str | None:
    """The type that a few folded words state."""
    plain = TRAPS.sub(" ", words)
    if EITHER.search(plain):
        return None
    if MONTH_CONTRACT.search(plain) and not INTERNSHIP.search(plain) and not FIXED.search(plain):
        return "contract"
    if MINIJOB.search(plain) and not INTERNSHIP.search(plain):
        return None if FULL.search(plain) else "part_time"
    for value, rule in RULES:
        if rule.search(plain):
            return value
    full, part = FULL.search(plain), PART.search(plain)
    if re.search(r"\bvoll-? ?(?:und|oder|/|o\.) ?teilzeit|\bteil-? ?(?:und|oder|/) ?vollzeit", plain):
        return None
    if full and part:
        return None  # either
    return "full_time" if full else "part_time" if part else None


def _read_field(stated: str | None) -> str | None:
    """The type in an ATS code such as `FullTime`, `parttime_fixed_term`, `Regular Full Time (Salary)`."""
    if not stated:
        return None
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stated[:200])
    words = re.sub(r"[_/|,;]+", " ", fold(spaced))
    if STAGE.search(words):
        return "internship"
    found = _read_words(words.replace("fixed term", "fixed-term")) or _read_permanent(words)
    return found or CODES.get(words.strip()) or _read_share(words) or _read_apprentice(words)


def _read_permanent(words: str) -> str | None:
    """A contract without an end, and nothing about hours: full time."""
    return "full_time" if PERMANENT.search(words) and not PART.search(words) else None


def _read_text(text: str, *, foreign: bool) -> tuple[str | None, str]:
    """The first sentence that states the type of this job."""
    for sentence in find_sentences(text, "employment"):
        folded = fold(sentence).replace("’", "'")
        value = _read_sentence(folded, foreign=foreign) or _read_facts(sentence)
        if value and not (PJ.search(folded) and CLT.search(fold(text[:TEXT_CHARS]))):
            return value, sentence
    return None, ""


def _read_sentence(folded: str, *, foreign: bool) -> str | None:
    """What one folded sentence says about the job, not about the company or the applicant's past."""
    english = to_english(HALF_HOUR.sub("", folded), "employment_glossary.txt") if foreign else folded
    english = DENIED.sub(" ; ", english)
    if label := _find_label(folded, english):
        return _read_label(label["label"], label["value"], english)
    if DUTY.match(folded):
        return None
    if COMPANY.search(WITH_BENEFITS.sub("", folded)) and not THIS_IS.match(folded):
        return _read_beside_pay(folded, foreign=foreign)
    if english != folded and MENTION.search(english):
        return None
    plain = TRAPS.sub(" ", english)
    if EITHER.search(plain) or TERM_OR_NOT.search(plain) or _is_either(plain):
        return None
    value = _read_foreign(plain) if english != folded else None
    claims = len(english) < SHORT_CHARS or CLAIM.search(plain) or SAYS.search(plain)
    value = value or (_read_claim(english) if claims else None)
    value = value or _read_hiring(english) or _read_list(plain) or _read_clauses(plain) or _read_fte(english)
    if OF_HOURS.search(english):
        value = value or _read_share(english)
    if PAST.search(folded):
        return None if value == "internship" else value
    return value or _read_weekly(english)


def _read_beside_pay(folded: str, *, foreign: bool) -> str | None:
    """The type that a sentence on pay or benefits names for this job, or that a fact beside them states."""
    if found := FOR_THIS.search(folded):
        return _read_words(found[0])
    facts = FACTS.split(folded)
    return (
        next(filter(None, (_read_sentence(fact, foreign=foreign) for fact in facts)), None) if facts[1:] else None
    )


def _read_facts(line: str) -> str | None:
    """`Dallas, TX | FT | $20 an hour`: the two letters are one of the facts of a header."""
    if len(line) > LIST_CHARS or not IS_HEADER.search(line):
        return None
    stated = {found[1] for fact in FACTS.split(line.strip(" .-")) if (found := LETTERS_ALONE.fullmatch(fact))}
    return {"FT": "full_time", "PT": "part_time"}[stated.pop()] if len(stated) == 1 else None


def _is_either(plain: str) -> bool:
    """Full or part time, and nothing that goes before it."""
    return bool(FULL.search(plain) and PART.search(plain)) and not any(rule.search(plain) for _, rule in RULES)


def _read_foreign(plain: str) -> str | None:
    """In a language other than English a kind of employment is a claim wherever it stands."""
    plain = plain.replace("contract", "agreement")  # a Dutch word of wider meaning
    if STAGE.search(plain):
        return "internship"
    has_end = "temporary" if OF_MONTHS.search(plain) else None
    is_lasting = "indefinite" in plain and not PART.search(plain)
    return _read_words(plain) or has_end or _read_week(plain) or ("full_time" if is_lasting else None)


def _read_hiring(sentence: str) -> str | None:
    """`We are hiring seasonal associates`."""
    found = HIRING.search(sentence)
    return _read_words(found[0].replace("part-timer", "part-time")) if found else None


def _read_clauses(plain: str) -> str | None:
    """The clauses that say a kind of employment and hardly more."""
    clauses = CLAUSES.split(plain)
    stated = [
        clause for clause in (clauses if len(plain) <= LIST_CHARS else clauses[:1]) if _is_statement(clause)
    ]
    claims = " ; ".join(stated)
    return _read_words(claims) or _read_week(claims)


def _read_week(words: str) -> str | None:
    """`20 hours a week`."""
    found = WEEK.search(words) or WEEKLY_HOURS.search(words)
    return _compare(found, FULL_HOURS, PART_HOURS) if found else None


def _is_statement(clause: str) -> bool:
    rest = clause
    for rule in (WEEK, *_KINDS):
        rest = rule.sub(" ", rest)
    return rest != clause and not ASIDE.sub("", rest)


def _find_label(folded: str, english: str) -> re.Match[str] | None:
    """`Internship duration: 6 months` has a label, `Part Time - 3 days a week` has none."""
    own, label = LABEL.match(folded), LABEL.match(english)
    if not (own and label and (LABEL_CUE.search(own["label"]) or LABEL_CUE.search(label["label"]))):
        return None
    words = label["label"]
    if OF_SPAN.search(words) or "/" in words:
        return label
    return None if any(rule.search(words) for rule in _KINDS if rule is not CONTRACT) else label


def _read_label(label: str, value: str, line: str) -> str | None:
    """What `Employment type: ...` says."""
    if STAGE.search(value):
        return "internship"
    found = (
        _read_words(value)
        or _read_permanent(value)
        or _read_hours(line)
        or _read_hours(value)
        or _read_week(value)
        or _read_share(line)
    )
    if found is None and OF_SPAN.search(label) and (kind := _read_words(CONTRACT.sub(" ", label))):
        return kind
    if found is None and OF_SPAN.search(label) and "agreement" in label and MONTHS.match(value):
        return "temporary"
    if found is None and SPANS.match(line) and MONTHS.match(value):
        return "contract"
    says_hours = OF_HOURS.search(label) or ("hours" in value and not OF_SHIFT.search(label))
    if found is None and says_hours and (hours := NUMBER_OF_HOURS.match(value)):
        return _compare(hours, FULL_HOURS, PART_HOURS)
    return found or CODES.get(re.split("[/,]", value)[0].strip(" .")) or _read_apprentice(value)


def _read_list(plain: str) -> str | None:
    """`Lisbon | Full-time | Hybrid`: one of the parts of a short line is the type alone."""
    if len(plain) > LIST_CHARS:
        return None
    parts = [part for part in PARTS.split(plain.strip(" .-")) if TYPE_ALONE.fullmatch(part.strip())]
    return _read_words(" ; ".join(parts)) if parts else None


def _read_weekly(words: str) -> str | None:
    """`We need somebody for 20 hours a week`."""
    found = WEEKLY.search(words)
    return _compare(found, FULL_HOURS, PART_HOURS) if found else None


def _read_claim(sentence: str) -> str | None:
    """`Internship (full-time)`: internship; a bare mention of contracts or seasons claims nothing."""
    plain = TRAPS.sub(" ", sentence)
    claims = " ; ".join(found[0] for rule in (CLAIM, SAYS) for found in rule.finditer(plain))
    if CDI.search(claims):
        return _read_hours(plain) or ("full_time" if not PART.search(plain) else "part_time")
    found = _read_words(claims) or _read_hours(plain) or _read_permanent(ONLY_PERMANENT.sub("", claims))
    if found is None and len(plain) < SHORT_CHARS:
        found = (_read_words(plain) or _read_apprentice(plain)) if SHORT_CLAIM.match(plain) else None
        found = found or _read_permanent(ONLY_PERMANENT.sub("", sentence))  # that word alone says no hours
    return None if found == "part_time" and FULL.search(plain) else found


def _read_hours(words: str) -> str | None:
    """`40 hours per week`, `15-20 Std./Woche`, where that is all the words say."""
    found = HOURS.match(words)
    return _compare(found, FULL_HOURS, PART_HOURS) if found else None
