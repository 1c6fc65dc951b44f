"""Read degrees and certifications in a line, as short phrases, as printed."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import ahocorasick

from jobwire.enrich.cues import read_cues
from jobwire.enrich.late import compile_late
from jobwire.enrich.wordlists import read_groups, split_phrases

MAX_CHARS = 1_200
MAX_PHRASE_CHARS = 130


class _Rules(NamedTuple):
    degree: re.Pattern[str]
    """Begins a degree; searched in lower case."""
    stop: re.Pattern[str]
    """Ends its phrase."""
    unnamed: frozenset[str]
    """Words that name no certification."""


class Span(NamedTuple):
    start: int
    end: int


_SHORT_DEGREE = compile_late(
    r"(?<![\w.])(?:BS|BA|BSc|BEng|BTech|B\.?Tech|BE|BCom|BBA|BFA|BSN|ADN|ASN|MSN|DNP|MS|MSc|MA|MEng|MTech|"
    r"MPH|MSW|MEd|MD|DO|JD|LLB|LLM|MBBS|DVM|PharmD|DPT|AAS|AS)"
    r"(?=\s?[/,]\s?(?:BS|BA|MS|MA|MBA|PhD|BSc|MSc|BE|BTech|MD|DO)\b|\s(?:degree|in|or|from|and|with|plus|required|"
    r"preferred)\b|\s?(?:\(|$|[.;]))"
)
_MD = compile_late(r"(?:MD|DO|AS|BE|MA|MS)\b(?!\s?(?:/|degree|in [A-Z]|or (?:DO|PhD|MD|BS|BA|MA|MS|MBA|higher)))")
"""Short forms that are something else unless a degree's words follow: Maryland, Microsoft, ordinary words."""

_FIRST_OF_TWO = compile_late(r"\b(?:BSc?|BA|[Bb]achelor)\b[^;:]{0,200} or (?:an? )?$")
_DEGREE_ASIDE = compile_late(
    r" \([^()]{1,40}\)(?= (?:in|of|level|or) )"
    r"| \((?=[A-ZÀ-Ý])(?![^()]*(?:requ|pref|equiv|minim|ideal|plus|wünsch|souhait|dese|gewenst|completed?\b))"
    r"[^()\d]{5,80}\)"
)
_NOT_EDUCATION = compile_late(
    r"(?:master|bachelor)(?:['’]?s)? (?:data|branch|file|plan|schedule|service|class|bedroom|list|"
    r"of ceremonies)|scrum master|"
    r"high[- ]school (?:students?|teachers?|math|level|age)|degree of|degrees (?:of|celsius|f\b)",
    re.IGNORECASE,
)

_CERTIFICATE_WORD = compile_late(
    r"\s(?:certification|certificate|licensure|license|licence|credential|designation|registration|"
    r"endorsement)\b",
    re.IGNORECASE,
)
_SHORT_FORM = compile_late(
    r"([A-Z][A-Za-z]?[A-Z+-]{1,7})\s(?i:certifications?|certificate|credential|designation|certificaat|diploma)"
)
_AS_WHAT = compile_late(
    r"(?:Zertifizierung|Certificación|Certificação|Certification|certificación|certificação|certification)"
    r"(?P<as> (?:als|en|em|in|as))? (?=[A-Z])"
)
_NAME_AFTER = compile_late(r"(?::?\s(?:[–—-]\s)?(?:of\s|in\s|for\s)?[A-Z][\w&+./-]*){1,6}")
_GRADE_AFTER = compile_late(
    r"(?:,? (?:Foundation|Practitioner|Universal|Level|level|niveau|catégories?|categor[ií]a|Klasse|Stufe)\b"
    r"(?: (?:[1-5]|I{1,3}|[A-E])\b)?)?(?: \((?=[A-Z])[A-Z&+/-]{1,9}\)(?! ?\())?"
)
LIST_GLUE = compile_late(r"[\s,/()]*(?:and|or|&|und|oder|bzw\.|et|ou|y|o|e|en|of)?(?:/or)?[\s,/()]*")
_NAME_BEFORE = compile_late(r"(?:\b(?:[A-Z][\w.’'-]*|state)\s){1,3}$")
_NAMED = compile_late(
    r"(?<![\w/])(?:[A-Z][\w&+./’'-]*\s(?:(?<=[a-z]\s)(?:&|and)\s(?=[A-Z][a-z]))?){1,6}(?:[Cc]ertification|[Cc]ertificate|[Ll]icensure|[Ll]icen[sc]e|"
    r"[Cc]redential|[Rr]egistration|[Ee]ndorsement|Certified(?:\s[A-Z][\w&+-]*){1,4})\b"
    r"|(?<!\w)(?:Certificación|Certificação|Certification|Certificering|Zertifizierung)"
    r"(?: (?:en|em|de|als|in|für))?(?:\s[A-Z][\w+/-]*){1,4}"
    r"|(?<!\w)Certified(?:\s(?:in\s)?[A-Z][\w&+-]*(?:\s\d)?){1,5}"
    r"|(?<!\w)(?:Licensed|Chartered)(?:\s[A-Z][\w&+-]*){1,5}"
)


def find_education(line: str) -> list[Span]:
    """Where degrees stand in `line`: `BS in Computer Science`, `Bac +5`, `Studium der Informatik`."""
    line = line[:MAX_CHARS]
    if "degree" not in read_cues(line):
        return []
    lowered = line.lower()
    if len(lowered) != len(line):
        lowered = line
    starts = [found.span() for found in _rules().degree.finditer(lowered)]
    starts += [
        found.span()
        for found in _SHORT_DEGREE.finditer(line)
        if not _MD.match(line, found.start()) or _FIRST_OF_TWO.search(line, 0, found.start())
    ]
    spans: list[Span] = []
    for start, end in sorted(starts):
        if (spans and start < spans[-1].end) or _NOT_EDUCATION.search(line[max(0, start - 8) : end + 25]):
            continue
        span = _grow_degree(line, start, end)
        if spans and line[spans[-1].end : start] == " (" and line[span.end : span.end + 1] == ")":
            spans[-1] = Span(spans[-1].start, span.end + 1)  # "Educación Secundaria Obligatoria (ESO)"
        else:
            spans.append(span)
    return spans


def _grow_degree(line: str, start: int, end: int) -> Span:
    stop = _rules().stop.search(line, end)
    while stop and (aside := _DEGREE_ASIDE.match(line, stop.start() - 1)):
        stop = _rules().stop.search(line, aside.end())  # "Advanced degree (MS or PhD) in Robotics"
    limit = min(stop.start() if stop else len(line), start + MAX_PHRASE_CHARS)
    if limit == start + MAX_PHRASE_CHARS:
        limit = max(line.rfind(" ", end, limit), end)
    while limit > end and line[limit - 1] in " ,/&-–—.":
        limit -= 1
    return Span(start, limit)


class _Name(NamedTuple):
    spelling: str
    mark: str
    grows_left: bool
    grows_right: bool


def find_certifications(line: str) -> list[Span]:
    """Where named certifications and licences stand in `line`."""
    line = line[:MAX_CHARS]
    certified = "certified" in read_cues(line)
    found = _scan(line)
    spans = [_grow_name(line, each) for i, each in enumerate(found) if certified or _is_sure(line, found, i)]
    if certified:
        spans += [span for found in _NAMED.finditer(line) if (span := _trim_unnamed(line, Span(*found.span())))]
    return [_trim_word(line, span) for span in _merge(line, [_grow_right(line, span) for span in spans])]


def _is_sure(line: str, found: list[tuple[int, int, _Name]], i: int) -> bool:
    """Whether a name is meant where no word says so: it is unmistakable, or stands beside one that is."""
    start, end, name = found[i]
    if name.mark != "~":
        return True
    before = found[i - 1] if i else None
    after = found[i + 1] if i + 1 < len(found) else None
    return bool(
        (before and before[2].mark != "~" and LIST_GLUE.fullmatch(line, before[1], start))
        or (after and after[2].mark != "~" and LIST_GLUE.fullmatch(line, end, after[0]))
    )


def _trim_word(line: str, span: Span) -> Span:
    """`PMP certification` is named by its short form alone; `RN license` is not."""
    found = _SHORT_FORM.fullmatch(line, span.start, span.end)
    if found:
        return Span(span.start, found.end(1))
    as_what = _AS_WHAT.match(line, span.start, span.end)
    if as_what and (as_what["as"] or _scan(line[as_what.end() : span.end])):
        return Span(as_what.end(), span.end)
    return span


def _scan(line: str) -> list[tuple[int, int, _Name]]:
    lowered = line.lower().replace("’", "'")
    if len(lowered) != len(line):
        return []
    found: list[tuple[int, int, _Name]] = []
    for at, names in _automaton().iter(lowered):
        end = at + 1
        start = end - len(names[0].spelling)
        if (start and lowered[start - 1].isalnum()) or (end < len(line) and lowered[end].isalnum()):
            continue
        for name in names:
            if not name.mark or line[start:end] == name.spelling:
                found.append((start, end, name))
                break
    return found


def _grow_name(line: str, found: tuple[int, int, _Name]) -> Span:
    start, end, name = found
    if name.grows_right and (more := _NAME_AFTER.match(line, end)):
        end = more.end()
    if name.grows_left and (more := _NAME_BEFORE.search(line, max(0, start - 40), start)):
        grown = _trim_unnamed(line, Span(more.start(), end), keep="state")
        start = grown.start if grown else start
    return Span(start, end)


def _grow_right(line: str, span: Span) -> Span:
    """With its grade, its short form in brackets and the word for what it is."""
    grade = _GRADE_AFTER.match(line, span.end)
    end = grade.end() if grade else span.end
    word = _CERTIFICATE_WORD.match(line, end)
    return Span(span.start, word.end() if word else end)


def _trim_unnamed(line: str, span: Span, keep: str = "") -> Span | None:
    """Without leading words that name nothing (`Valid`, `Professional`); None if nothing but those is left."""
    words = line[span.start : span.end].split(" ")
    start = span.start
    while words and (word := words[0].lower().strip(",")) in _rules().unnamed and word != keep:
        start += len(words.pop(0)) + 1
    return Span(start, span.end) if len(words) > 1 else None


def _merge(line: str, spans: list[Span]) -> list[Span]:
    """Overlapping spans, and a name with its short form in brackets, are one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        gap = line[merged[-1].end : span.start] if merged and span.start >= merged[-1].end else None
        if gap in ("", " ") or (gap == " (" and line[span.end : span.end + 1] == ")"):
            merged[-1] = Span(merged[-1].start, span.end + (gap == " ("))
        elif not merged or span.start >= merged[-1].end:
            merged.append(span)
        else:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
    return merged


@cache
def _rules() -> _Rules:
    groups = read_groups("credential_rules.txt")
    ends = [*groups["stop"], rf",?\s(?:{'|'.join(groups['stop-word'])})\b"]
    return _Rules(
        degree=compile_late(rf"\b(?:{'|'.join(groups['degree'])})"),
        stop=compile_late("|".join(ends), re.IGNORECASE),
        unnamed=frozenset(" ".join(groups["unnamed"]).split()),
    )


@cache
def _automaton() -> Any:
    names: dict[str, list[_Name]] = {}
    for phrase in split_phrases(read_groups("credentials.txt")[""]):
        name = _read_name(phrase)
        names.setdefault(name.spelling.lower(), []).append(name)
    automaton = ahocorasick.Automaton()
    for spelling, value in names.items():
        automaton.add_word(spelling, tuple(value))
    automaton.make_automaton()
    return automaton


def _read_name(phrase: str) -> _Name:
    bare = phrase.lstrip("<!~").rstrip("> ")
    head = phrase[: len(phrase) - len(phrase.lstrip("<!~"))]
    mark = "~" if "~" in head else "!" if "!" in head else ""
    return _Name(bare, mark, "<" in head, phrase.endswith(">"))
