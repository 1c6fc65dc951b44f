"""What the words of a single line say about it: duty, qualification, benefit, boilerplate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from typing import Any

import ahocorasick

MAX_CHARS = 1_500
"""A line says what it is in its first words."""

_MIN_SENTENCE_CHARS = 25
_FIRST_WORDS = 15
_INVITES = ("Join ", "Come ", "Help us", "Bring ", "Be part", "Become ", "Apply ", "Send ", "Meet ")
_CLAUSE_BREAK = re.compile(r"[;.] |\(| [–—-] ")
_ASIDE = re.compile(
    r"(?:preferably|ideally|idealerweise|idéalement|idealmente|bij voorkeur|de préférence|prefer\w+mente)\b",
    re.IGNORECASE,
)

_BRACES = re.compile(r"\{([^{}]*)\}")
_VERBS = (
    "accelerate achieve act adapt address adhere administer advance advise advocate align analyse analyze answer anticipate apply appraise "
    "architect arrange assemble assess assign assist assure attend audit author automate balance bathe be become "
    "book boost brainstorm bring build calculate calibrate care carry champion check clean close coach "
    "collaborate collect communicate compile complete comply conceive conduct configure confirm connect consult "
    "contribute control convert cook coordinate co-ordinate craft create cultivate curate cut debug decide define delegate "
    "deliver demonstrate deploy design detect determine develop diagnose dig direct discover dispatch dispense display "
    "distribute document drive educate elevate embed empower enable engage engineer enforce enhance ensure "
    "establish estimate evaluate evolve examine execute expand experiment explain explore extend "
    "fabricate facilitate file fill find fix follow forecast formulate foster fulfil fulfill gather "
    "generate give go greet groom grow guide handle harvest help host hunt identify implement improve influence "
    "inform initiate innovate inspect inspire install instruct integrate interact interface interpret interview introduce "
    "investigate iterate join keep launch lay lead learn leverage liaise lift listen load locate log maintain make "
    "manage map maximise maximize measure meet mentor merchandise migrate minimise minimize mitigate monitor motivate move "
    "negotiate nurture observe obtain onboard open operate optimise optimize orchestrate organise organize oversee own "
    "pack participate partner perform pick pilot pioneer pitch place plan play polish position practice prepare "
    "present prevent prioritise prioritize process procure produce promote propose prospect protect prototype "
    "provide publish pull purchase pursue push qualify raise reach read receive recommend reconcile recruit "
    "redesign reduce refactor refine reinforce remove repair replace replenish represent reproduce research "
    "resolve respond restock review rotate run safeguard schedule scope scout secure select sell send "
    "serve set shape share ship shoot sign simplify solve source spearhead staff stand standardise "
    "standardize stay steer strengthen structure submit supervise supply support sweep sync synthesize tackle tailor "
    "take talk target teach tell tend test track train transfer transform translate transport treat triage "
    "troubleshoot tune turn uncover understand undertake unload update upload upsell use utilise utilize validate verify visit "
    "walk wash watch weld welcome work wrap write assign analyse administer draft record report chart code"
)
_NO_DUTY_AFTER = re.compile(
    r" (?:have|need|be (?:an?|part|joining|based|working with|reporting|eligible)|report|join|love|get|receive|enjoy|thrive|find|bring|earn|"
    r"also (?:get|have|receive))\b",
    re.IGNORECASE,
)
_LEADING = frozenset("you will you'll you’ll also to help and responsible for be daily may".split())
_OTHER_DUTIES = (
    *"gestionar gestión realizar realización desarrollar coordinar elaborar atender atención apoyar supervisar controlar".split(),
    *"garantizar participar colaborar planificar analizar diseñar desenvolver gerir gestão garantir apoiar acompanhar".split(),
    *"atendimento coordenar assegurar assurer gérer piloter participer développer réaliser accompagner concevoir".split(),
    *"contribuer animer suivre rédiger encadrer accueillir conseiller préparer veiller élaborer gestion réalisation suivi".split(),
    *"entwicklung durchführung betreuung planung erstellung unterstützung koordination beratung sicherstellung".split(),
    *"mitarbeit verantwortung bearbeitung steuerung pflege umsetzung optimierung konzeption wartung analyse".split(),
)
_OTHER_SUBJECTS = frozenset(("du", "sie", "je", "jij", "vous", "tu", "het"))
_NOT_A_DUTY = frozenset("bist hast bringst haben sind bringen bent hebt kunt beschikt êtes avez es as".split())


@lru_cache(maxsize=4_096)
def read_cues(line: str) -> Mapping[str, int]:
    """The kinds of words in `line` (the groups of `data/cues.txt`) -> where the first one begins."""
    found: dict[str, int] = {}
    text = line[:MAX_CHARS].lower().replace("’", "'")
    last = len(text) - 1
    for end, (size, kind, opens, closes) in _automaton().iter(text):
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
    words = line[:120].lower().split(None, 6)[:6]
    for place, word in enumerate(words):
        word = word.strip(",:;(–-")
        if word in _verb_forms():
            return True
        if place == 0 and word in _OTHER_SUBJECTS:
            return len(words) > 1 and words[1] not in _NOT_A_DUTY
        if word not in _LEADING and not word.endswith("ly"):
            return False
    return False


def is_preferred(line: str, cues: Mapping[str, int]) -> bool:
    """Whether all of a requirement is only preferred: not a last clause of it, not an aside of its middle."""
    place = cues.get("preferred")
    if place is None or "required" in cues:
        return False
    if place <= _FIRST_WORDS:
        return True
    return not _CLAUSE_BREAK.search(line, _FIRST_WORDS, place) and not _ASIDE.match(line, place)


def tells_duty(sentence: str) -> bool:
    """Whether a sentence of running text says what the person will do."""
    if sentence.startswith(_INVITES):
        return False
    place = read_cues(sentence).get("duty")
    if place is not None and not _NO_DUTY_AFTER.match(sentence, sentence.find(" ", place + 4)):
        return True
    return len(sentence) > _MIN_SENTENCE_CHARS and sentence[0].isupper() and is_duty(sentence)


def vote(line: str, cues: Mapping[str, int] | None = None) -> str:
    """What a list item is by its own words: responsibilities, must_have, benefits, or "" if nothing tells."""
    if cues is None:
        cues = read_cues(line)
    if is_duty(line):
        return "responsibilities"
    qualification, benefit = cues.get("qualification"), cues.get("benefit")
    if benefit is not None and (qualification is None or benefit < qualification):
        return "benefits"
    return "must_have" if qualification is not None else ""


@cache
def _verb_forms() -> frozenset[str]:
    forms: set[str] = set(_OTHER_DUTIES)
    for verb in _VERBS.split():
        stem = verb.removesuffix("e")
        third = f"{verb[:-1]}ies" if verb.endswith("y") else f"{verb}s"
        forms |= {verb, third, f"{verb}es", f"{stem}ing", f"{verb}{verb[-1]}ing"}
    return frozenset(forms)


@cache
def _automaton() -> Any:
    """Read the cue words once: each pattern with its length, kinds, and whether it may be part of a word."""
    patterns: dict[str, tuple[int, tuple[str, ...], bool, bool]] = {}
    text = resources.files("jobwire.enrich").joinpath("data/cues.txt").read_text(encoding="utf-8")
    kind = ""
    for line in text.splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            for phrase in (each for part in line.split(" | ") for each in expand_braces(part.strip())):
                word = phrase.strip("*")
                kinds = patterns[word][1] if word in patterns else ()
                patterns[word] = (len(word), (*kinds, kind), phrase.startswith("*"), phrase.endswith("*"))
    automaton = ahocorasick.Automaton()
    for word, value in patterns.items():
        automaton.add_word(word, value)
    automaton.make_automaton()
    return automaton


def expand_braces(phrase: str) -> list[str]:
    """`a {b,c} d` -> `a b d`, `a c d`."""
    parts = _BRACES.split(phrase)
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    return ["".join(choice) for choice in product(*choices)]
