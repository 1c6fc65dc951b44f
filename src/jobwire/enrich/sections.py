"""Cut a posting into its parts: duties, requirements, benefits, role, company, boilerplate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

import msgspec

from jobwire.enrich.blocks import LISTS, Block, read_blocks
from jobwire.enrich.cues import is_duty, is_preferred, names_task, read_cues, tells_duty, vote
from jobwire.enrich.finding import Source
from jobwire.enrich.headings import fold_heading
from jobwire.enrich.late import compile_late
from jobwire.enrich.lines import split_lines, split_sentences

_MIN_LISTED = 3
_MAX_BENEFIT_CHARS = 160
"""A longer line without a bullet is prose."""
_MIN_SHARE = 0.6
"""A list is of the kind that this share of its items says it is."""
_MIN_SHARE_SAID = 0.4
"""... of those that say anything, if it is this share of all."""
_MIN_SHARE_AGAINST = 0.75
"""... when that is not what stands above it."""

_MAX_SHARE_OF_TASKS = 0.25
"""A list with more items that begin as a task does may be one of tasks."""
_MAX_COMPARED = 12

_WHY = ("why", "warum", "pourquoi", "por que", "por qué", "porque", "waarom")

_HINTS = (
    (
        compile_late(r"skill|experience|qualif|requirement|knowledge|competenc|education|background|traits"),
        "must_have",
    ),
    (compile_late(r"benefit|perk|insurance|time off|leave|wellness|compensation|health|retire"), "benefits"),
    (compile_late(r"responsib|duties|tasks|day-to-day"), "responsibilities"),
    (compile_late(r"\bvalues|culture|stack|customers|process|interview|investors|awards|links"), "about_company"),
)
_HOURS = compile_late(
    r"\b\d{1,2}(?:[:h]\d{2}| ?[ap]\.?m\b).{1,12}?\b\d{1,2}(?:[:h]\d{2}|h\b| ?[ap]\.?m\b)", re.IGNORECASE
)
_SAYS_BENEFITS = compile_late(r"\bbenefits (?:package )?includ(?:e|ing)\b", re.IGNORECASE)
_OF_COMPANY = compile_late(
    r"(?:we|our|since|at|with over)\b(?! (?:are looking|seek|need|require|want|expect))", re.IGNORECASE
)


class Sections(msgspec.Struct, frozen=True, kw_only=True):
    """Clean lines of a posting by what they are about, without bullets and headings, in their order."""

    responsibilities: tuple[str, ...] = ()
    must_have: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    about_role: tuple[str, ...] = ()
    """Paragraphs."""
    about_company: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    """Equal opportunity, privacy, pay transparency, how to apply."""
    headings: tuple[tuple[str, str], ...] = ()
    """(kind, heading as printed) of every list that a heading announced: the reason to show."""


def find_sections(source: Source) -> Sections:
    """The parts of a posting. Linear in the text; never raises."""
    stated = {fold_heading(section.heading[:200]) for section in source.posting.sections if section.heading}
    found: list[tuple[str, str]] = []
    headings: list[tuple[str, str]] = []
    for block in read_blocks(split_lines(source.text), stated):
        if block.kind in ("sub", "vote"):
            block.told_before = _share_of_tasks(found, source.language)
        lines = list(_resolve(block, source.language))
        found += lines
        if block.heading and lines:
            kinds = [kind for kind, _ in lines]
            kind = max(dict.fromkeys(kinds), key=kinds.count)
            if kind in LISTS and (kind, block.heading) not in headings:
                headings.append((kind, block.heading))
    found = _fill_from_prose(_settle_told(found))
    parts: dict[str, list[str]] = {}
    for kind, line in found:
        parts.setdefault(kind, []).append(line)
    return Sections(headings=tuple(headings), **{kind: tuple(lines) for kind, lines in parts.items()})


def _resolve(block: Block, language: str | None) -> Iterator[tuple[str, str]]:
    """Each line of a block with the part it belongs to."""
    has_items = block.has_items()
    for is_item, group in groupby(block.lines, key=lambda line: line.is_item):
        texts = [line.text for line in group]
        if is_item:
            yield from _resolve_items(block, texts, language)
        elif block.kind in LISTS and not has_items:
            intro = _count_intro(block.kind, texts)
            for text in texts[:intro]:
                yield _place_paragraph(block.kind, text), text
            for text in texts[intro:]:
                yield from _resolve_prose(block.kind, text)
        else:
            for text in texts:
                yield _place_paragraph(block.kind, text), text


def _count_intro(kind: str, texts: list[str]) -> int:
    """How many lines of a list without bullets introduce it: those before `Your tasks may include:`."""
    if kind != "responsibilities":
        return 0
    return next(
        (place for place, text in enumerate(texts[:3]) if text.endswith(":") and len(texts) > place + 2), 0
    )


def _resolve_items(block: Block, texts: list[str], language: str | None) -> Iterator[tuple[str, str]]:
    kind = block.kind
    votes: list[str] = []
    if kind not in LISTS:
        votes = [vote(text) or ("responsibilities" if names_task(text, language) else "") for text in texts]
        kind = kind if kind == "mixed" else _elect(block, votes)
    last = "must_have"
    for place, text in enumerate(texts):
        own = votes[place] if votes else None
        last = own or last
        yield _refine(last if kind == "mixed" else kind, text, own), text


def _refine(kind: str, text: str, own: str | None) -> str:
    """What an item of a list of `kind` is, by its own words; `own` is its vote, where it was asked already."""
    if kind == "responsibilities":
        return kind
    cues = read_cues(text)
    if "boilerplate" in cues and vote(text) != "benefits":
        return "boilerplate"
    if kind == "must_have" and is_preferred(text, cues):
        return "preferred"
    if kind == "benefits" and _HOURS.search(text[:80]) and not (vote(text) if own is None else own):
        return "about_role"
    return kind


def _elect(block: Block, votes: list[str]) -> str:
    """What a list under an unknown, ambiguous or missing heading is."""
    if block.kind == "about_company":
        return "about_company"
    winner, share = _count(votes)
    if block.kind == "boilerplate":
        return "benefits" if winner == "benefits" and share >= _MIN_SHARE else "boilerplate"
    if block.kind == "sub":
        return _elect_after_tasks(block, votes) or _elect_sub(block, winner, share)
    if block.heading.lower().startswith(_WHY) and winner != "benefits":
        return "benefits" if "benefits" in votes else "about_company"
    return winner or _elect_after_tasks(block, votes) or "about_role"


def _share_of_tasks(found: list[tuple[str, str]], language: str | None) -> float:
    """How many of the first duties found so far have the form of a task: what to expect of further ones."""
    told = [text for kind, text in found if kind == "responsibilities"][:_MAX_COMPARED]
    tasks = sum(vote(text) == "responsibilities" or names_task(text, language) for text in told)
    return tasks / len(told) if len(told) > 1 else 0.0


def _elect_after_tasks(block: Block, votes: list[str]) -> str:
    """What a list under an unknown heading is whose items have no verb, where the tasks before it have one."""
    if block.told_before < _MIN_SHARE_SAID or votes.count("responsibilities") > _MAX_SHARE_OF_TASKS * len(votes):
        return ""
    if block.parent not in ("", "responsibilities"):
        return ""
    wanted, given = votes.count("must_have"), votes.count("benefits")
    if wanted > given:
        return "must_have"
    if given > wanted and given >= _MIN_SHARE_SAID * len(votes):
        return "benefits"
    return "about_role" if len(votes) >= _MIN_LISTED else ""


def _elect_sub(block: Block, winner: str, share: float) -> str:
    hint = next((kind for form, kind in _HINTS if form.search(block.heading.lower())), "")
    if block.parent in LISTS:
        if (hint == "about_company" and winner != "responsibilities") or (
            hint == "benefits" and winner == "benefits"
        ):
            return hint
        least = _MIN_SHARE if winner == "benefits" else _MIN_SHARE_AGAINST
        against = winner in ("benefits", "must_have") and winner == (hint or winner) and share >= least
        return winner if against else block.parent
    if hint:
        return hint
    if block.parent == "about_company":
        return winner if winner in ("must_have", "benefits") and share >= _MIN_SHARE else "about_company"
    return winner or (block.parent if block.parent == "boilerplate" else "about_role")


def _count(votes: list[str]) -> tuple[str, float]:
    """The kind that most items which say anything agree on, and its share of all items; "" where they are few."""
    said = [each for each in votes if each]
    if not said:
        return "", 0.0
    winner = max(dict.fromkeys(said), key=said.count)
    count = said.count(winner)
    share = count / len(votes)
    return (winner, share) if share >= _MIN_SHARE_SAID and count >= _MIN_SHARE * len(said) else ("", 0.0)


def _resolve_prose(kind: str, text: str) -> Iterator[tuple[str, str]]:
    """A list written without bullets: each line is an item, each sentence of a longer paragraph too."""
    sentences = split_sentences(text) if kind != "benefits" else [text]
    for sentence in sentences:
        found = read_cues(sentence)
        if "boilerplate" in found and not (kind == "benefits" and "benefit" in found):
            yield "boilerplate", sentence
        elif kind == "must_have" and is_preferred(sentence, found):
            yield "preferred", sentence
        elif (
            kind == "responsibilities" and len(sentences) > 1 and not (tells_duty(sentence) or is_duty(sentence))
        ):
            yield "about_role", sentence
        else:
            is_told = kind == "responsibilities" or (kind == "benefits" and len(sentence) > _MAX_BENEFIT_CHARS)
            yield f"told:{kind}" if is_told else kind, sentence


def _place_paragraph(kind: str, text: str) -> str:
    cues = read_cues(text)
    if kind == "boilerplate" or "boilerplate" in cues:
        return "boilerplate"
    if kind == "about_role":
        return kind
    return "about_role" if "role" in cues or "work" in cues else "about_company"


def _settle_told(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Duties and benefits told in prose are what they are, unless a list follows: then they introduce it."""
    if "responsibilities" not in {kind for kind, _ in found}:
        found = _find_misplaced(found)
    kinds = [kind for kind, _ in found]
    settled = {
        f"told:{kind}": other if kinds.count(kind) >= _MIN_LISTED else kind
        for kind, other in (("responsibilities", "about_role"), ("benefits", "about_company"))
    }
    return [(settled.get(kind, kind), text) for kind, text in found]


def _find_misplaced(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Some employers list the duties among the requirements; they are told by their words if they are many."""
    duties = {text for kind, text in found if kind == "must_have" and vote(text) == "responsibilities"}
    if len(duties) < _MIN_LISTED:
        return found
    return [("responsibilities" if text in duties else kind, text) for kind, text in found]


def _fill_from_prose(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Requirements and benefits told in running text, where no list of them was found."""
    kinds = {kind for kind, _ in found}
    wants_requirements = not kinds & {"must_have", "preferred"}
    wants_benefits = "benefits" not in kinds
    if not wants_requirements and not wants_benefits:
        return found
    told: list[tuple[str, str]] = []
    for kind, text in found:
        if kind not in ("about_role", "about_company", "boilerplate") and not _SAYS_BENEFITS.search(text):
            continue
        for sentence in split_sentences(text):
            cues = read_cues(sentence)
            if wants_benefits and "benefit" in cues and "offer" in cues:
                told.append(("benefits", sentence))
            elif wants_requirements and kind != "boilerplate" and _is_requirement(sentence, cues):
                told.append(("preferred" if is_preferred(sentence, cues) else "must_have", sentence))
    if any(kind == "benefits" and _SAYS_BENEFITS.search(text) for kind, text in told):
        told = [(kind, text) for kind, text in told if kind != "benefits" or _SAYS_BENEFITS.search(text)]
    return found + told


def _is_requirement(sentence: str, cues: Mapping[str, int]) -> bool:
    if "qualification" not in cues or "boilerplate" in cues or _OF_COMPANY.match(sentence):
        return False
    return "demand" in cues
