"""Read degrees and certifications in a line, as short phrases, as printed."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import ahocorasick

from jobwire.enrich.cues import expand_braces, read_cues

MAX_CHARS = 1_200
MAX_PHRASE_CHARS = 130


class Span(NamedTuple):
    start: int
    end: int


# What begins a degree, searched in lower case; and short forms, searched as printed.
_DEGREE = re.compile(
    r"\b(?:bachelor(?:['’]?s\b|s['’])?(?: of (?:science|arts|engineering|business|fine|laws|technology|commerce|education|nursing|social))?"
    r"|master(?:['’]s\b|s['’]| degree| of (?:science|arts|business|public|engineering|education|fine|social|laws)|s? degree|s in\b)"
    r"|masters\b|doctora(?:te|l)\b|(?:associate|associates|associate['’]s|undergraduate|graduate|advanced|post-?graduate|college|university|four[- ]year|4[- ]year|two[- ]year|"
    r"2[- ]year|tertiary|law|medical|technical|engineering|nursing|honou?rs|stem|relevant|related|bs/ba|ba/bs) degree\b|degree[- ]level\b|degree (?:in|from)\b|degree-qualified"
    r"|high[- ]school(?: diploma| degree| graduate| or (?:ged|equivalent)|/ged)?|h\.?s\.? diploma|ged\b|secondary (?:school|education)|diploma in\b|(?:college|vocational|trade|technical|nursing) (?:diploma|school)"
    r"|vocational (?:training|qualification)|some college\b|a[- ]levels?\b|gcses?\b|apprenticeship\b|ph\.?d\b\.?|associate['’]?s (?:or|and)\b|[bm]\.?\s?arch\b|b\.\s?(?:s|a|sc|eng|tech|com|e)\b\.?|m\.\s?(?:s|a|sc|eng|b\.a|d|tech|ed)\b\.?|j\.d\b\.?|d\.v\.m\b\.?|pharm\.?d\b|m\.?b\.?a\b\.?"
    r"|(?:abgeschlossene[sn]? |erfolgreich abgeschlossene[sn]? |technisches |wirtschaftswissenschaftliches |naturwissenschaftliches )*(?:hochschul|fachhochschul|universitäts|informatik|ingenieur|wirtschafts|bwl-|medizin)?(?:studium\b|hochschulabschluss|universitätsabschluss|studienabschluss|hochschulstudium)"
    r"|(?:erfolgreich )?abgeschlossene (?:\w+ ){0,2}(?:berufs)?ausbildung|(?:berufs)?ausbildung (?:als|zum|zur|im|in|oder)\b|(?:fach)?abitur\b|mittlere reife|meisterbrief|promotion in\b"
    r"|bac ?\+ ?\d(?: ?(?:/|à|ou) ?(?:bac ?)?\+? ?\d)?|diplôme (?:d['’e]|en\b|universitaire)|diplômée? (?:d['’e]|en\b)|école (?:d['’]ingénieurs?|de commerce)|licence (?:en|pro)\b|master (?:en|1|2)\b|doctorat\b|bts\b|dut\b|formation (?:supérieure|bac|en|d['’]ingénieur|universitaire|technique|de type|commerciale|hôtelière|comptable)"
    r"|titulación\b|titulado|título (?:universitario|en|de)|grado (?:en|superior|medio|universitario)|licenciatura\b|licenciad[oa] en|ingeniería (?:en|informática|industrial|técnica|superior)|ciclo formativo|formación profesional|fp (?:en|grado|de|i)|bachillerato|estudios (?:superiores|universitarios|en|de)|máster en|eso\b"
    r"|(?:afgeronde |een )?(?:mbo|hbo|wo)\b(?:[/-](?:mbo|hbo|wo)\b)?|afgeronde \w+|werk- en denkniveau|havo\b|vmbo\b|vwo\b"
    r"|ensino (?:superior|médio|secundário|fundamental)|12\.?º ano|mestrado|graduação (?:em|completa)|graduad[oa] em|formação (?:superior|acadêmica|académica|em)|curso (?:técnico|superior)|bacharelado|pós-graduação|escolaridade"
    r")"
)
_SHORT_DEGREE = re.compile(
    r"(?<![\w.])(?:BS|BA|BSc|BEng|BTech|B\.?Tech|BE|BCom|BBA|BFA|BSN|ADN|ASN|MSN|DNP|MS|MSc|MA|MEng|MTech|MPH|MSW|MEd|MD|DO|JD|LLB|LLM|MBBS|DVM|PharmD|DPT|AAS|AS)"
    r"(?=\s?[/,]\s?(?:BS|BA|MS|MA|MBA|PhD|BSc|MSc|BE|BTech|MD|DO)\b|\s(?:degree|in|or|from|and|required|preferred)\b|\s?(?:\(|$|[.;]))"
)
_MD = re.compile(r"(?:MD|DO|AS|BE|MA|MS)\b(?!\s?(?:/|degree|in [A-Z]|or (?:DO|PhD|MD|BS|BA|MA|MS|MBA|higher)))")
"""Short forms that are something else unless a degree's words follow: Maryland, Microsoft, ordinary words."""

_STOP = re.compile(
    r"[;:()\[\]|]|(?<=\w{3})[.!?](?=\s|$)|,?\s[–—-]\s|,?\s(?:and|plus|&|und|et|y|en|e)\s(?=(?:\S+\s){0,4}?(?:\d|years?|experience|knowledge|erfahrung|berufserfahrung|expérience|experiencia|ervaring|experiência|strong|proven|excellent|at least|minimum|relevant))"
    r"|,?\s(?:with|required|preferred|is|are|or equivalent(?!\s(?:degree|qualification|diploma)|[.,;)]|$)|or (?:relevant|comparable|commensurate|significant|\d|military|work|practical|professional|substantial)|or an equivalent|plus|minimum|strongly|highly|mit|oder (?:eine )?(?:vergleichbar|gleichwertig|ähnlich)\w*|ou équivalent|o equivalente|o similar|of vergelijkbaar|ou equivalente|desirable|desired|"
    r"combined|who|to|along|will|must|would|can|may|valorable|imprescindible|exigée?|souhaitée?|erforderlich|wünschenswert|von vorteil|obrigatóri[oa]|desejável|necessary|essential|completed|complete|but|from an?|ideally|preferably|idealerweise|vereist|gewenst|avec|bij voorkeur|strong|excellent|as well as|depending|at minimum|"
    r"se valorará|nice to have|beneficial|advantageous|helpful|at least|and/or (?:relevant|equivalent)|accompanied|including)\b"
    r"|,\s(?=(?:\d|vous|tu|sie|du|je|jij|you|we|with|or equivalent|mit|plus|and \d|CPA|CFA|PMP|MBA preferred|preferred|required|preferably|ideally|strong|minimum))",
    re.IGNORECASE,
)
_EDUCATION_HEAD = re.compile(
    r"^(?:minimum )?(?:education|educational requirements?|ausbildung|formation|formación|opleiding|formação)\s?[:–-]\s*",
    re.IGNORECASE,
)
_NOT_EDUCATION = re.compile(
    r"(?:master|bachelor)(?:['’]?s)? (?:data|branch|file|plan|schedule|service|class|bedroom|list|of ceremonies)|scrum master|"
    r"high[- ]school (?:students?|teachers?|math|level|age)|degree of|degrees (?:of|celsius|f\b)",
    re.IGNORECASE,
)

_CERTIFICATE_WORD = re.compile(
    r"\s(?:certification|certificate|licensure|license|licence|credential|designation|registration|endorsement)\b",
    re.IGNORECASE,
)
_SHORT_FORM = re.compile(r"([A-Z][A-Za-z]?[A-Z+-]{1,7})\s(?:certification|certificate|credential|designation)")
_NAME_AFTER = re.compile(r"(?:\s(?:[–—-]\s)?(?:of\s|in\s|for\s)?[A-Z][\w&+./-]*){1,6}")
_NAME_BEFORE = re.compile(r"(?:\b(?:[A-Z][\w.’'-]*|state)\s){1,3}$")
_NAMED = re.compile(
    r"(?<![\w/])(?:[A-Z][\w&+./’'-]*\s){1,4}(?:[Cc]ertification|[Cc]ertificate|[Ll]icensure|[Ll]icen[sc]e|[Cc]redential|[Rr]egistration|Certified(?:\s[A-Z][\w&+-]*){1,4})\b"
    r"|(?<!\w)Certified(?:\s(?:in\s)?[A-Z][\w&+-]*){1,5}(?:\s\([A-Z+-]{2,8}\))?"
)
_UNNAMED = frozenset(
    "a an the any all other additional relevant professional industry technical valid current active required preferred strong "
    "must have has hold holds one or more related appropriate applicable special cloud security it vendor training degree education "
    "certifications certification licenses license possession obtain ability experience skills knowledge and our your software business "
    "your marriage driver's state unrestricted clear clean recognized national local federal completion high school bachelor's "
    "master's associate's nice bonus ideally possess maintain maintains minimum desired desirable optional advanced formal".split()
)


def find_education(line: str) -> list[Span]:
    """Where degrees stand in `line`: `BS in Computer Science`, `Bac +5`, `abgeschlossenes Studium der Informatik`."""
    line = line[:MAX_CHARS]
    if "degree" not in read_cues(line):
        return []
    lowered = line.lower()
    if len(lowered) != len(line):
        lowered = line
    starts = [found.span() for found in _DEGREE.finditer(lowered)]
    starts += [found.span() for found in _SHORT_DEGREE.finditer(line) if not _MD.match(line, found.start())]
    spans: list[Span] = []
    for start, end in sorted(starts):
        if (spans and start < spans[-1].end) or _NOT_EDUCATION.search(line[max(0, start - 8) : end + 25]):
            continue
        spans.append(_grow_degree(line, start, end))
    return spans


def _grow_degree(line: str, start: int, end: int) -> Span:
    stop = _STOP.search(line, end)
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
    spans = [span for found in _scan(line) if (span := _grow_name(line, found, certified))]
    if certified:
        spans += [span for found in _NAMED.finditer(line) if (span := _trim_unnamed(line, Span(*found.span())))]
    return [_trim_word(line, span) for span in _merge(line, spans)]


def _trim_word(line: str, span: Span) -> Span:
    """`PMP certification` is named by its short form alone; `RN license` is not."""
    found = _SHORT_FORM.fullmatch(line, span.start, span.end)
    return Span(span.start, found.end(1)) if found else span


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


def _grow_name(line: str, found: tuple[int, int, _Name], certified: bool) -> Span | None:
    start, end, name = found
    if name.mark == "~" and not certified:
        return None
    if name.grows_right and (more := _NAME_AFTER.match(line, end)):
        end = more.end()
    if name.grows_left and (more := _NAME_BEFORE.search(line, max(0, start - 40), start)):
        grown = _trim_unnamed(line, Span(more.start(), end))
        start = grown.start if grown else start
    word = None if name.mark else _CERTIFICATE_WORD.match(line, end)
    return Span(start, word.end() if word else end)


def _trim_unnamed(line: str, span: Span) -> Span | None:
    """Without leading words that name nothing (`Valid`, `Professional`); None if nothing but those is left."""
    words = line[span.start : span.end].split(" ")
    start = span.start
    while words and words[0].lower().strip(",") in _UNNAMED:
        start += len(words.pop(0)) + 1
    return Span(start, span.end) if len(words) > 1 else None


def _merge(line: str, spans: list[Span]) -> list[Span]:
    """Overlapping spans, and a name with its short form in brackets, are one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and span.start <= merged[-1].end + 2 and line[merged[-1].end : span.start] in ("", " ", " ("):
            end = max(span.end, merged[-1].end)
            closed = line[merged[-1].end : span.start] == " (" and line[end : end + 1] == ")"
            merged[-1] = Span(merged[-1].start, end + closed)
        elif not merged or span.start >= merged[-1].end:
            merged.append(span)
        else:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
    return merged


@cache
def _automaton() -> Any:
    names: dict[str, list[_Name]] = {}
    text = resources.files("jobwire.enrich").joinpath("data/credentials.txt").read_text(encoding="utf-8")
    for row in text.splitlines():
        if row and not row.startswith("#"):
            for phrase in (each.strip() for part in row.split(" | ") for each in expand_braces(part.strip())):
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
