"""What the words of a single line say about it: duty, qualification, benefit, boilerplate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import ahocorasick

from jobwire.enrich.headings import find_kind
from jobwire.enrich.late import compile_late
from jobwire.enrich.wordlists import read_groups, split_phrases

MAX_CHARS = 600
"""A line says what it is in its first words."""

_MIN_SENTENCE_CHARS = 25
_FIRST_WORDS = 15
_LEAST_CLAUSE = 8
_MAX_LABEL_CHARS = 45
_MAX_LABEL_WORDS = 5
_INVITES = ("Join ", "Come ", "Help us", "Bring ", "Be part", "Become ", "Apply ", "Send ", "Meet ")
_PREFERRED_ENDS = (" helps", " would help", " welcome", " ist ein plus", " is mooi meegenomen", " is meegenomen")
_CLAUSE_BREAK = compile_late(r"[;.] |\(| [–—-] ")
_ASIDE = compile_late(
    r"(?:preferably|ideally|idealerweise|idéalement|idealmente|bij voorkeur|de préférence|prefer\w+mente)\b",
    re.IGNORECASE,
)

_NO_DUTY_AFTER = compile_late(
    r" (?:have|need|be (?:an?|part|joining|based|working with|reporting|eligible)|report|join|love|get|"
    r"receive|enjoy|thrive|find|bring|earn|"
    r"also (?:get|have|receive))\b",
    re.IGNORECASE,
)
_LEADING = frozenset(
    ("you", "will", "you'll", "you’ll", "also", "to", "help", "and", "responsible", "for", "be", "daily", "may")
)
_OTHER_SUBJECTS = frozenset(("du", "sie", "je", "jij", "vous", "tu", "het"))
_NOT_A_DUTY = frozenset(
    (
        "as",
        "avez",
        "bent",
        "beschikt",
        "bist",
        "bringen",
        "bringst",
        "es",
        "haben",
        "hast",
        "hebt",
        "kunt",
        "sind",
        "êtes",
    )
)


_ROMANCE = (
    r"\W{0,3}([^\W\d_]{2,}(?:[aei]r|re|[oô]r)(?:[- ]?se)?(?= [^\W\d_]|,)"
    r"|(?:[^\W\d_]{3,}(?:ção|ções|são|mento|agem|ción|sión|miento|tion|sion|ment|age|ise)|NOUNS)"
    r"(?= (?:(?:e|y|et|ou|o) [^\W\d_]+ )?(?:d[eao]s?|del|des|du|[àa]os?|à|às|aux?|al|com|con|avec|em|n[ao]s?|en"
    r"|para"
    r"|[dl]['’]\w+)\b)|(?:responsável|responsable|encargad[oa]) )"
)
_TASK_FORMS = {
    "pt": _ROMANCE,
    "es": _ROMANCE,
    "fr": _ROMANCE,
    "de": (
        r"\W{0,3}([^\W\d_]{3,}(?:ung|en|ion|age|suche|pflege)|NOUNS) (?:und [^\W\d_]+ )?"
        r"(?:von|vom|der|des|unserer?|unseres|eine[rs]|aller)\b"
    ),
    "nl": r"\W{0,3}([^\W\d_]{3,}en|NOUNS) (?:en [^\W\d_]+ )?(?:van|aan|voor|met|de|het|een|onze)\b",
}


def read_cues(line: str) -> Mapping[str, int]:
    """The kinds of words in `line` (the groups of `data/cues.txt`) -> where the first one begins."""
    return _read_cues(line if len(line) <= MAX_CHARS else line[:MAX_CHARS])


@lru_cache(maxsize=4_096)
def _read_cues(line: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    text = line.lower().replace("’", "'")
    last = len(text) - 1
    for end, (size, kind, opens, closes) in _automaton().iter(text):
        if len(kind) == 1 and kind[0] in found:
            continue
        start = end - size + 1
        if (start == 0 or opens or not text[start - 1].isalnum()) and (
            end == last or closes or not text[end + 1].isalnum()
        ):
            for each in kind:
                if start < found.get(each, MAX_CHARS):
                    found[each] = start
    return found


def is_duty(line: str) -> bool:
    """Whether a line begins as a task does: `Lead ...`, `You will design ...`, `Betreuung von ...`."""
    label, colon, rest = line[:_MAX_LABEL_CHARS].partition(": ")
    if colon and rest and label.count(" ") < _MAX_LABEL_WORDS:  # "Quality: Review the tickets"
        line = line[len(label) + 2 :]
    words = line[:120].lower().split(None, 6)[:6]
    for place, word in enumerate(words):
        word = word.strip(",:;(–-")
        if word in _task_words():
            return True
        if place == 0 and word in _OTHER_SUBJECTS:
            return len(words) > 1 and words[1] not in _NOT_A_DUTY
        if word not in _LEADING and not word.endswith("ly"):
            return False
    return False


def is_preferred(line: str, cues: Mapping[str, int]) -> bool:
    """Whether all of a requirement is only preferred: not a last clause of it, not an aside of its middle."""
    place = cues.get("preferred")
    if "required" in cues:
        return False
    if place is None:
        label, colon, _ = line[:_MAX_LABEL_CHARS].partition(":")
        is_labelled = bool(colon) and find_kind(label, sure=False) == "preferred"
        return is_labelled or line[-20:].rstrip(" .!").lower().endswith(_PREFERRED_ENDS)
    if place <= _FIRST_WORDS:
        return True
    return not _CLAUSE_BREAK.search(line, _LEAST_CLAUSE, place) and not _ASIDE.match(line, place)


def tells_duty(sentence: str) -> bool:
    """Whether a sentence of running text says what the person will do."""
    if sentence.startswith(_INVITES):
        return False
    place = read_cues(sentence).get("duty")
    if place is not None and not _NO_DUTY_AFTER.match(sentence, sentence.find(" ", place + 4)):
        return True
    return len(sentence) > _MIN_SENTENCE_CHARS and sentence[0].isupper() and is_duty(sentence)


def vote(line: str) -> str:
    """What a list item is by its own words: responsibilities, must_have, benefits, or "" if nothing tells."""
    if is_duty(line):
        return "responsibilities"
    cues = read_cues(line)
    qualification, benefit = cues.get("qualification"), cues.get("benefit")
    if benefit is not None and (qualification is None or benefit < qualification):
        return "benefits"
    return "must_have" if qualification is not None else ""


def names_task(line: str, language: str | None) -> bool:
    """Whether a line has the form that tasks have in `language`: `Garantir o bom ...`, `Refonte du ...`."""
    form = _task_form(language) if language in _TASK_FORMS else None
    found = form.match(line) if form else None
    return found is not None and found[1].lower() not in _other_forms()


@cache
def _task_form(language: str | None) -> re.Pattern[str]:
    nouns = "|".join(" ".join(read_groups("verbs.txt")["noun"]).split())
    return re.compile(_TASK_FORMS[str(language)].replace("NOUNS", nouns), re.IGNORECASE)


@cache
def _other_forms() -> frozenset[str]:
    """Words that look like a task's, and begin a requirement or a benefit."""
    return frozenset(" ".join(read_groups("verbs.txt")["no-task"]).split())


@cache
def _task_words() -> frozenset[str]:
    """First words of a task: forms of English verbs, and words of other languages."""
    groups = {name: " ".join(lines).split() for name, lines in read_groups("verbs.txt").items()}
    forms = set(groups["word"])
    for verb in groups["verb"]:
        stem = verb.removesuffix("e")
        third = f"{verb[:-1]}ies" if verb.endswith("y") else f"{verb}s"
        forms |= {verb, third, f"{verb}es", f"{stem}ing", f"{verb}{verb[-1]}ing"}
    return frozenset(forms)


@cache
def _automaton() -> Any:
    """Read the cue words once: each pattern with its length, kinds, and whether it may be part of a word."""
    patterns: dict[str, tuple[int, tuple[str, ...], bool, bool]] = {}
    for kind, lines in read_groups("cues.txt").items():
        for phrase in split_phrases(lines):
            word = phrase.strip("*")
            kinds = patterns[word][1] if word in patterns else ()
            patterns[word] = (len(word), (*kinds, kind), phrase.startswith("*"), phrase.endswith("*"))
    automaton = ahocorasick.Automaton()
    for word, value in patterns.items():
        automaton.add_word(word, value)
    automaton.make_automaton()
    return automaton
