"""Find skill names in a text: one pass over thousands of names, with signs for those that are ordinary words."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import ahocorasick

from jobwire.enrich.late import compile_late
from jobwire.enrich.lines import lower
from jobwire.enrich.wordlists import DATA
from jobwire.model.job import Skill

MAX_CHARS = 40_000
_MAX_GAP = 12
_LOOK_BACK = 40

_GLUE = "+#&"
"""Joined to a name by one of these, it is another name: C++, C#, R&D."""
_BETWEEN = compile_late(
    r"[\s,/&()|+•-]*(?:(?:and|or|und|oder|et|ou|y|o|en|of|e)/?(?:or)?[\s,/()]+)?", re.IGNORECASE
)
_BEFORE = compile_late(
    r"(?:experience(?: working)? (?:with|in|using)|knowledge of|proficien\w+ (?:in|with)|fluen\w+ in|"
    r"skill\w* (?:in|with)|familiar\w* with|"
    r"expert\w* (?:in|with)|understanding of|exposure to|using|writ(?:e|ing|ten)|cod(?:e|ing) in|"
    r"program\w* in|languages?(?: such as| like)?:?|"
    r"tools?(?: such as| like)?:?|frameworks?(?: such as| like)?:?|such as|e\.g\.,?|like|including|used?|"
    r"with|knows?|kenntnisse in|erfahrung (?:mit|in)|"
    r"maîtrise d(?:e|u|es)|connaissances? d(?:e|u|es)|conocimientos? (?:de|en)|experiencia (?:con|en)"
    r"|ervaring met|kennis van|"
    r"experiência (?:com|em)|"
    r"build\w* (?:with|in)|(?:advanced|strong|modern|idiomatic|production)) (?:\w+ )?[(\"]?$|(?:maîtrise"
    r"|connaissances?|pratique) d['’]$"
)
_AFTER = compile_late(
    r"\s?(?:programming|developers?|development|language|framework|codebase|services|certifi\w+|experience|"
    r"expertise|skills|scripts?|"
    r"operations|software|system|crm)\b",
    re.IGNORECASE,
)
_ITEM_END = compile_late(r"\s*(?:[\n,;/(&|]|(?:and|or|und|oder|et|ou|y|o|en|of|e) |$)")
"""A line's first word that is all of the line, or begins a list: not `Swift to react`."""
_LEVEL_AFTER = compile_late(
    r" (?:avan[çz]ad[oa]|intermedi[áa]ri?[oa]|b[áa]sic[oa]|avanc[ée]|confirm[ée]|nivel|nível|niveau|advanced"
    r"|intermediate)\b",
    re.IGNORECASE,
)
"""How well: `Excel intermediário`, where a line begins with the name."""
_SHORT = compile_late(r"[A-Z](?<![\w&'’.-].)[A-Z0-9]{0,2}(?![\w&'’+#]|[.-]\w)")
"""Where a name of up to three capitals may stand: C, AI, SEM. Not in R&D, C#, AI-powered."""

_MIN_PROPER_CHARS = 4
_LOWER_BEFORE = compile_late(r"[a-zà-ÿ0-9],? \(?$")
"""A capital in the middle of a sentence is a name's."""
_PROPER_AFTER = compile_late(r" (?:[A-Z]|\d)")


class Entry(NamedTuple):
    """One spelling of a skill."""

    size: int
    concept: str
    """Spellings of one concept count once."""
    skill: Skill
    spelling: str
    mark: str
    """"" any case will do; `!` its exact case is needed; `~` and a sign beside it."""


class _Table(NamedTuple):
    names: Any
    """Automaton: spelling in lower case -> entries."""
    short: dict[str, Entry]
    """Names of few capitals: the automaton would find them in every second word."""


class Match(NamedTuple):
    start: int
    end: int
    entry: Entry


def find_skills(text: str, blocked: Iterable[tuple[int, int]] = ()) -> list[Match]:
    """Every skill in `text` in its order, the longest where several begin; none within `blocked` spans."""
    text = text[:MAX_CHARS]
    matches = _choose(_scan(text), blocked)
    sure = [match for match in matches if match.entry.mark != "~"]
    if len(sure) == len(matches):
        return matches
    kept: list[Match] = []
    last_end = -1
    for place, match in enumerate(matches):
        following = matches[place + 1] if place + 1 < len(matches) else None
        if match.entry.mark != "~" or _has_sign(text, match, last_end, following):
            kept.append(match)
            last_end = match.end
    return kept


def distinct_skills(matches: Iterable[Match], seen: set[str]) -> list[Skill]:
    """The skills of `matches`, each name once, without those `seen`; `seen` grows."""
    skills: list[Skill] = []
    for match in matches:
        if match.entry.concept not in seen:
            seen.add(match.entry.concept)
            skills.append(match.entry.skill)
    return skills


def _scan(text: str) -> list[Match]:
    lowered = lower(text)
    table = _table()
    short = ((found, table.short.get(found[0])) for found in _SHORT.finditer(text))
    matches = [Match(found.start(), found.end(), entry) for found, entry in short if entry]
    last = len(text)
    for at, entries in table.names.iter(lowered):
        end = at + 1
        start = end - entries[0].size
        if start and (lowered[start - 1].isalnum() or lowered[start - 1] in _GLUE) and lowered[start].isalnum():
            continue
        if end < last and (lowered[end].isalnum() or (lowered[end] in _GLUE and _is_glued(lowered, end))):
            continue
        for entry in entries:
            if not entry.mark or text[start:end] == entry.spelling:
                matches.append(Match(start, end, entry))
                break
    return matches


def _is_glued(text: str, end: int) -> bool:
    return (end + 1 < len(text) and not text[end + 1].isspace()) or text[end] in "+#"


def _choose(matches: list[Match], blocked: Iterable[tuple[int, int]]) -> list[Match]:
    matches.sort(key=lambda match: (match.start, -match.end))
    spans = sorted(blocked)
    chosen: list[Match] = []
    end = -1
    for match in matches:
        if match.start >= end and not any(start < match.end and match.start < stop for start, stop in spans):
            chosen.append(match)
            end = match.end
    return chosen


def _has_sign(text: str, match: Match, last_end: int, following: Match | None) -> bool:
    """Whether something beside an ordinary word says that the skill is meant: a list of skills, a cue."""
    if 0 <= last_end >= match.start - _MAX_GAP and _BETWEEN.fullmatch(text, last_end, match.start):
        return "\n" not in text[last_end : match.start] or bool(_ITEM_END.match(text, match.end))
    if (
        following
        and following.start - match.end <= _MAX_GAP
        and _BETWEEN.fullmatch(text, match.end, following.start)
    ):
        gap = text[match.end : following.start]
        if "\n" not in gap and gap.strip():
            return True
    if _LEVEL_AFTER.match(text, match.end):
        return True
    if _AFTER.match(text, match.end) and text[match.end : match.end + 1] == " ":
        return match.start > 0 and text[match.start - 1] != "\n"
    before = text[max(0, match.start - _LOOK_BACK) : match.start]
    if _BEFORE.search(before.lower()):
        return True
    return match.end - match.start >= _MIN_PROPER_CHARS and bool(
        _LOWER_BEFORE.search(before) and not _PROPER_AFTER.match(text, match.end)
    )


@cache
def _table() -> _Table:
    """Read the table once (some 10 MB in memory)."""
    entries: dict[str, list[Entry]] = {}
    short: dict[str, Entry] = {}
    for row in gzip.decompress((DATA / "skills.txt.gz").read_bytes()).decode().splitlines():
        name, kind, *spellings = row.split("\t")
        skill = Skill(name=name, type=kind)
        for spelling in spellings:
            mark = spelling[0] if spelling[0] in "~!^" else ""
            bare = spelling[len(mark) :]
            shown = Skill(name=bare[0].upper() + bare[1:], type=kind) if mark == "^" else skill
            entry = Entry(len(bare), name, shown, bare, mark.strip("^"))
            if entry.mark and _SHORT.fullmatch(bare):
                short[bare] = entry
            else:
                entries.setdefault(bare.lower(), []).append(entry)
    automaton = ahocorasick.Automaton()
    for spelling, value in entries.items():
        automaton.add_word(spelling, tuple(value))
    automaton.make_automaton()
    return _Table(automaton, short)
