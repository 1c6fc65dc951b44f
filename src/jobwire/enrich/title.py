"""The role that a title names, in one spelling: `Sr. Data Engineer II (m/f/d), Berlin` is `data_engineer`.

What is no part of the role goes: seniority, level numbers, team, place, employment words, markers such as
(m/w/d). The commonest roles of five other languages get their English name, others keep their own word; a
title in another script has no normal form here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.html import calm_line
from jobwire.enrich.title_language import single_roles, translate
from jobwire.enrich.title_words import (
    ALWAYS_LEVEL,
    BARE,
    COMPASS,
    DROPPED_BEFORE_OFFICE,
    EMPLOYMENT,
    FILLER,
    GENDER,
    GENDER_ENDING,
    LEVEL_CODE,
    LEVEL_IF_ROLE_REMAINS,
    LIST,
    MAX_CHARS,
    MORE_ROLES,
    NO_PROFESSION,
    NO_ROLE,
    NOISE,
    NOT_A_LEVEL_BEFORE,
    NOT_PLACES,
    OFFICES,
    PARENTHESES,
    PLACES,
    PROFESSION,
    SEGMENT,
    SHORT,
    SHORT_ALONE,
    SHORT_AT_END,
    SPELLINGS,
    TAIL,
)
from jobwire.enrich.wordlists import DATA

_EDGE = " -–—,;:|/*!#&\"'“”"
_MAX_TEAM_WORDS = 8
_AND = frozenset(("and", "und", "et", "y", "e", "en", "or", "ou", "oder"))


def normalize_title(source: Source) -> Finding[str | None]:
    """The role as a lower snake_case singular, without seniority, team, place and employment words."""
    title = calm_line(source.posting.title)[:MAX_CHARS]
    if not title or NO_ROLE.match(title):
        return Finding(value=None, rule="no-role", origin="title", span=title)
    segments = _split(_strip(title)) or _split(_strip(title, keep_parentheses=True))
    if not segments:
        return Finding(value=None, rule="no-role", origin="title", span=title)
    places = PLACES | _own_places(source)
    roles = [_trim(segment, places) for segment in segments]
    index, rule = _choose(roles)
    words = _first_of_two(_with_team(roles, index, segments, places))
    name = _write(translate(_singular(words), roles[index + 1] if index + 1 < len(roles) else []))
    rejected = tuple(
        Rejected(value=segment[:200], why="not the role") for i, segment in enumerate(segments) if i != index
    )
    return Finding(value=name, rule=rule, origin="title", span=segments[index], rejected=rejected[:8])


@lru_cache(maxsize=4)  # the steps of one posting share it
def tidy(title: str) -> str:
    """A title without gender markers and endings: `Entwickler/in (m/w/d)` is `Entwickler`."""
    return " ".join(GENDER_ENDING.sub("", GENDER.sub(" ", calm_line(title)[:MAX_CHARS])).split())


def drop_noise(title: str) -> str:
    """A title in lower case without requisition numbers, pay and calls such as `now hiring`."""
    return NOISE.sub(" ", title.lower())


def fold(text: str) -> str:
    """Lower case without accents; what has no plain letter stays as it is."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def is_role(word: str) -> bool:
    """Whether `word` (folded) names a person's occupation, as the last word of a title does."""
    return _is_one_role(word) or _singular_of(word) is not None


def _is_one_role(word: str) -> bool:
    return word in _roles() or (PROFESSION.search(word) is not None and word not in NO_PROFESSION)


def _singular_of(word: str) -> str | None:
    """`nurses` -> `nurse`, `secretaries` -> `secretary`; None where that names no role."""
    if not word.endswith("s") or word.endswith("ss"):
        return None
    forms = (word[:-3] + "y" if word.endswith("ies") else word[:-1], word[:-2])
    return next((form for form in forms if _is_one_role(form)), None)


def _ends_in_role(words: list[str]) -> bool:
    """Whether these words can stand as a role: `tech lead`, `marketing intern`, `nurse`."""
    return bool(words) and (is_role(words[-1]) or words[-1] in LEVEL_IF_ROLE_REMAINS)


def _has_role(words: list[str]) -> bool:
    return any(map(is_role, words))


@cache
def _roles() -> frozenset[str]:
    words = (DATA / "role_words.txt").read_text("utf-8").split()
    return frozenset(words) | MORE_ROLES | single_roles()


def _strip(title: str, *, keep_parentheses: bool = False) -> str:
    """The title without markers, numbers of requisitions, employment words and what stands in parentheses."""
    title = GENDER.sub(" | ", GENDER_ENDING.sub("", calm_line(title)[:MAX_CHARS]))
    if keep_parentheses:
        title = re.sub(r"[()\[\]]", " ", title)
    title = PARENTHESES.sub(" ", title)
    title = EMPLOYMENT.sub(" ", drop_noise(title))
    return title.strip(_EDGE + "+" if not title.rstrip(_EDGE).endswith("c++") else _EDGE).rstrip(".")


def _split(title: str) -> list[str]:
    """The parts between dashes, commas, bars that hold a letter, folded and in one spelling."""
    title = _keep_lists(title)
    segments = (_spell(fold(part)) for part in SEGMENT.split(title)[:12])
    return [segment for segment in segments if re.search(r"[a-z]", segment)]


def _keep_lists(title: str) -> str:
    """`Governance, Risk, and Compliance Lead` is one part: its commas are no separators."""
    found = LIST.match(title)
    first = _spell(fold(found[1])).split() if found else []
    last = _spell(fold(found[3])).split() if found else []
    if not found or not first or not last or first[0] in OFFICES or _ends_in_role(first):
        return title
    return found[0].replace(",", "") + title[found.end() :] if _ends_in_role(last) else title


def _spell(segment: str) -> str:
    for sign, pattern, spelling in SPELLINGS:
        if sign in segment:
            segment = pattern.sub(spelling, segment)
    cut = TAIL.sub("", segment)
    segment = cut if cut.split() else segment
    words = [SHORT.get(word, word) for word in re.findall(r"[\w/'\-]+", segment)]
    words = [SHORT_ALONE.get(word, word) if len(words) == 1 else word for word in words]
    words = " ".join(words).replace("'", "").replace("-", " ").split()
    if words and words[-1] in SHORT_AT_END and not (len(words) > 1 and is_role(words[-2])):
        words[-1] = SHORT_AT_END[words[-1]]
    return " ".join(_first_of_slashes(words))


def _first_of_slashes(words: list[str]) -> list[str]:
    """`engineer/developer` is an engineer; `sales/marketing manager` keeps both; `senior/staff` are levels."""
    out: list[str] = []
    for i, word in enumerate(words):
        parts = [SHORT.get(part, part) for part in word.split("/") if part]
        if (
            len(parts) > 1
            and is_role(parts[0].split()[-1])
            and (i or not any(is_role(w) for w in words[i + 1 :]))
        ):
            is_pair = parts[0][:4] == parts[1][:4]  # "developpeuse/developpeur python"
            return [*out, *parts[0].split(), *(words[i + 1 :] if is_pair else [])]
        out += parts
    return out


def _first_of_two(words: list[str]) -> list[str]:
    """`executive assistant and office manager` is an assistant; `nurse and midwifery manager` is none."""
    for at, word in enumerate(words):
        one, other = words[:at], words[at + 1 :]
        if word in _AND and one and other and is_role(one[-1]) and is_role(other[-1]):
            return one if len(one) > 1 or len(other) == 1 else words
    return words


def _own_places(source: Source) -> frozenset[str]:
    """Words of the posting's own locations: in a title they name a place."""
    texts = (place.text or place.city or "" for place in source.posting.locations[:20])
    words = {word for text in texts for word in re.findall(r"[a-z]{3,}", fold(text[:200]))}
    return frozenset(word for word in words if not is_role(word)) - NOT_PLACES


def _trim(segment: str, places: frozenset[str]) -> list[str]:
    """The words of a part without levels, level codes and places at its edges."""
    words = segment.split()
    kept = [word for i, word in enumerate(words) if word not in ALWAYS_LEVEL or _is_plain(words, i)]
    words = words if kept and words[-1] == "senior" and not _has_role(kept) else kept  # "audit senior"
    while words and words[0].isdigit():
        words = words[1:]
    while words and (words[-1] in FILLER or LEVEL_CODE.fullmatch(words[-1])):
        words.pop()
    words = [w for i, w in enumerate(words) if not (i and LEVEL_CODE.fullmatch(w) and is_role(words[i - 1]))]
    words = _drop_places(words, places)
    for word in [w for w in words if w in LEVEL_IF_ROLE_REMAINS]:
        words = _drop_level(words, word)
    return words


def _drop_places(words: list[str], places: frozenset[str]) -> list[str]:
    end = len(words)
    while end and words[end - 1] in places:
        end -= 1
    if any(is_role(word) or word in LEVEL_IF_ROLE_REMAINS for word in words[:end]):
        words = words[:end]
    start = 0
    while start < len(words) - 1 and words[start] in PLACES - COMPASS:
        start += 1
    return words[start:] if words and is_role(words[-1]) else words


def _drop_level(words: list[str], level: str) -> list[str]:
    """`words` without `level`, where a role remains and the word means a level here."""
    if level not in words:
        return words
    at = words.index(level)
    rest = words[:at] + words[at + 1 :]
    if _is_plain(words, at) or not rest or not (is_role(rest[-1]) or is_role(rest[0])):
        return words
    if level in ("principal", "associate", "staff") and at == len(words) - 1:
        return words  # "sales associate", "school principal": here it is the role
    if level == "founding" and len(rest) == 1:
        return words
    return rest


def _is_plain(words: list[str], at: int) -> bool:
    """Whether the level word at `at` is an ordinary word here: `lead generation`, `staff nurse`."""
    return words[at + 1 : at + 2] != [] and words[at + 1] in NOT_A_LEVEL_BEFORE.get(words[at], ())


def _choose(roles: list[list[str]]) -> tuple[int, str]:
    """Which part is the role: the first that ends in one or begins with an office, else the first with words."""
    for i, words in enumerate(roles):
        if len(words) == 1 and words[0] in LEVEL_IF_ROLE_REMAINS and any(map(_has_role, roles)):
            continue  # "Internship - Marketing Assistant"
        if _ends_in_role(words) or (words and words[0] in OFFICES):
            return i, "role-word"
    for i, words in enumerate(roles):
        if words and (is_role(words[0]) or (i == 0 and _has_role(words))):
            return i, "role-inside"
    return next((i for i, words in enumerate(roles) if words), 0), "first-part"


def _with_team(roles: list[list[str]], index: int, segments: list[str], places: frozenset[str]) -> list[str]:
    """`Manager, Data Engineering` is a data engineering manager; `Director, Sales` a director of sales."""
    words = roles[index]
    while len(words) > 1 and words[0] in DROPPED_BEFORE_OFFICE and words[1] in OFFICES:
        words = words[1:]
    if words and words[0] in OFFICES:
        return _office(words, _team(roles, index, places))
    if len(words) > 1 and words[0] in ("manager", "supervisor", "coordinator") and not _has_role(words[1:]):
        return [*(words[2:] if words[1] == "of" else words[1:]), words[0]]
    if (
        len(words) > 2
        and words[0] == "team"
        and words[1] in ("manager", "leader", "lead")
        and not _has_role(words[2:])
    ):
        return [*(words[3:] if words[2] == "of" else words[2:]), *words[:2]]
    if len(words) > 1 and words[0] in ("intern", "internship", "workingstudent") and not _has_role(words):
        return [*words[1:], words[0]]
    if " ".join(words) in BARE:
        team = _team(roles, index, places)
        if not team and index and words == ["intern"]:  # "Data Engineering - Intern"
            team = roles[index - 1]
        if team and len(team) <= 6 and not is_role(team[-1]):
            return [*team, *words]
    return words or segments[index].split()


def _team(roles: list[list[str]], index: int, places: frozenset[str]) -> list[str]:
    """The first part after the role that is no place."""
    for words in roles[index + 1 :]:
        if words and not all(word in places or word == "and" for word in words):
            return words
    return []


def _office(words: list[str], team: list[str]) -> list[str]:
    office, rest = words[0], words[1:]
    if rest and rest[0] in ("of", "for", "de", "del"):
        rest = rest[1:]
    elif rest and office == "head" and is_role(rest[-1]):
        return words  # head chef
    if not rest and team[:1] and team[0] in OFFICES:
        return team  # "SVP, Head of Risk"
    rest = rest or team[:_MAX_TEAM_WORDS]
    return [office, "of", *rest] if rest else [office]


def _singular(words: list[str]) -> list[str]:
    if words and not _is_one_role(words[-1]):
        words = [*words[:-1], _singular_of(words[-1]) or words[-1]]
    if words and words[-1] in ("interns", "internship", "internships"):
        return [*words[:-1], "intern"]
    return words


def _write(words: Iterable[str]) -> str | None:
    text = "_".join(word for word in words if word)
    text = re.sub(
        r"[^a-z0-9]+",
        "_",
        text.replace("technical_workforce", "technical_staff").replace("workingstudent", "working_student"),
    ).strip("_")
    return text[:120] if re.search(r"[a-z]{2}", text) else None
