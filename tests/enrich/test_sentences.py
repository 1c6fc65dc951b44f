"""Sentences around keywords: bounds, abbreviations, hostile texts."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from jobwire.enrich.sentences import find_sentences


def test_each_sentence_comes_once_with_its_bounds() -> None:
    text = "We grow. This is a remote, remote-first role. Apply!\n- Hybrid in U.S. offices only\nEnd"
    assert list(find_sentences(text, "workplace")) == [
        "This is a remote, remote-first role.",
        "- Hybrid in U.S. offices only",
    ]


def test_keywords_are_whole_words_or_beginnings() -> None:
    assert list(find_sentences("Internal contracts are subcontracted.", "employment")) == []
    assert list(find_sentences("We are sponsoring visas", "sponsor")) == ["We are sponsoring visas"]


def test_a_text_of_nothing_but_keywords_is_bounded() -> None:
    started = time.process_time()
    sentences = list(find_sentences("remote. " * 30_000, "workplace"))
    assert len(sentences) <= 40
    assert time.process_time() - started < 2


@given(st.text(max_size=300))
def test_any_text_gives_calm_sentences(text: str) -> None:
    for sentence in find_sentences(f"{text} remote {text}", "workplace"):
        assert sentence == " ".join(sentence.split())
