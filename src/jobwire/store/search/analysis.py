"""How texts become tokens, in every engine: those of a query as those of the documents."""

from __future__ import annotations

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from jobwire.store.search.words import spell

_LONGEST_WORD = 100


class Analyzers:
    """Letters and digits in lower case and without accents: as they are written, and without English endings."""

    def __init__(self) -> None:
        self.exact = _make_analyzer(stem=False)
        self.stem = _make_analyzer(stem=True)

    def cut(self, text: str) -> list[str]:
        """Tokens as written."""
        return self.exact.analyze(spell(text))

    def cut_stems(self, text: str) -> list[str]:
        """Tokens without English endings."""
        return self.stem.analyze(spell(text))


def _make_analyzer(*, stem: bool) -> TextAnalyzer:
    builder = (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )
    return (builder.filter(Filter.stemmer("english")) if stem else builder).build()
