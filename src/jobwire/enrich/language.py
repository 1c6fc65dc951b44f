"""The language of a posting: the stated one, else the one whose small words fill the text."""

from __future__ import annotations

from collections import Counter

from jobwire.enrich.finding import Finding
from jobwire.enrich.late import compile_late
from jobwire.model.raw import RawPosting

_CHARS = 1_200
"""How much of a text is looked at: its start holds hundreds of small words."""
_LEAST = 3
"""Small words that must be seen before a language is believed."""
_AHEAD = 1.3
"""How many times more of them than of the next language."""

# Small words that are frequent in one language; a word in several counts for each.
_SMALL_WORDS = {
    "en": (
        "the and of to in for with you our we are is a will be on as your this that from have who an or by at"
    ),
    "de": (
        "und die der das mit für von in zu den wir sie im auf ist eine ein du dich uns unser bei als "
        "dein deine ihre oder sind werden zum zur des dem ihr"
    ),
    "fr": (
        "le la les et des de du en vous nous pour avec une un au aux dans est sur votre notre nos vos "
        "par que qui sont ou ce cette à"
    ),
    "es": (
        "el la los las y de en con para un una del que por se nuestro nuestra tu su al como es más o sus somos te"
    ),
    "pt": (
        "o a os as e de do da em com para um uma dos das que no na por se nosso nossa você sua seu ao "
        "como é são ou mais"
    ),
    "it": (
        "il lo la i gli le e di in con per un una del della che dei delle al alla si è nel nostro nostra "
        "sono come o"
    ),
    "nl": (
        "de het een en van in met voor je wij op aan te is dat zijn bij ons onze als jij jouw naar om die of wat"
    ),
    "sv": "och att det som en på är för med av till vi du har ett den i kan som vår dig eller",
    "da": "og at det som en på er for med af til vi du har et den i kan vores dig eller ikke",
    "no": "og å det som en på er for med av til vi du har et den i kan vår deg eller ikke",
    "fi": "ja on se että ei sekä olet ovat kanssa meillä sinulla tai työ joka mukaan myös",
    "pl": "i w z na do się oraz dla jest o od przy że lub nie po ze jako to w",
    "cs": "a v na se je s z do pro že o jako to i k nebo ve si",
    "tr": "ve bir bu için ile olan da de olarak en veya iş",
    "ro": "și de la în cu pe pentru un o care din sau este a ale",
}
_SCRIPTS = (
    (compile_late(r"[\u3040-\u30ff]"), "ja"),
    (compile_late(r"[\uac00-\ud7af]"), "ko"),
    (compile_late(r"[\u4e00-\u9fff]"), "zh"),
    (compile_late(r"[іїєґІЇЄҐ]"), "uk"),
    (compile_late(r"[\u0400-\u04ff]"), "ru"),
    (compile_late(r"[\u0590-\u05ff]"), "he"),
    (compile_late(r"[\u0600-\u06ff]"), "ar"),
    (compile_late(r"[\u0370-\u03ff]"), "el"),
    (compile_late(r"[\u0e00-\u0e7f]"), "th"),
)
_OTHER_SCRIPT = compile_late(r"[\u0370-\u1fff\u3040-\ud7af]")
_WORD = compile_late(r"[^\W\d_]+")
_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _code, _words in _SMALL_WORDS.items():
    for _word in set(_words.split()):
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _code)


def find_language(posting: RawPosting, text: str) -> Finding[str | None]:
    """ISO 639-1 code, or None for a text too short or too mixed to tell."""
    if posting.language:
        return Finding(
            value=posting.language.lower()[:2], rule="ats-field", origin="ats:language", span=posting.language
        )
    code = detect_language(text or posting.title)
    return Finding(value=code, rule="small-words" if code else "too-little-text", origin="text")


def detect_language(text: str) -> str | None:
    """The language of `text`, by script or by its small words."""
    start = text[:_CHARS]
    if script := _find_script(start):
        return script
    counted: dict[str, int] = {}
    for word, times in Counter(filter(_LANGUAGES.__contains__, start.lower().split())).items():
        for code in _LANGUAGES[word]:
            counted[code] = counted.get(code, 0) + times
    if not counted:
        return None
    first = max(counted, key=counted.__getitem__)
    most = counted.pop(first)
    if most < _LEAST or most < _AHEAD * max(counted.values(), default=0):
        return None
    return first


def _find_script(text: str) -> str | None:
    if text.isascii() or not _OTHER_SCRIPT.search(text):
        return None
    letters = len(_WORD.findall(text)) or 1
    for script, code in _SCRIPTS:
        if len(script.findall(text)) > letters:
            return code
    return None
