"""The glossaries: whole words, the longest phrase, and everything else as it was."""

from __future__ import annotations

import pytest

from jobwire.enrich.glossary import to_english
from jobwire.enrich.title import fold
from jobwire.enrich.wordlists import read_groups, split_phrases

PLACES, KINDS, PAPERS = "workplace_glossary.txt", "employment_glossary.txt", "flags_glossary.txt"


@pytest.mark.parametrize(
    ("sentence", "english"),
    [
        ("bis zu zwei tage pro woche von zu hause aus", "up to two days per week from home"),
        ("2 jours de teletravail/semaine", "2 days de homeoffice per week"),
        ("praca zdalna", "work remote"),
        ("reinigung im buro", "reinigung in the office"),
        ("homeoffice-moglichkeit", "homeoffice-possibility"),
        ("we work from our office in york", "we work from our office in york"),
        ("", ""),
    ],
)
def test_places_and_days(sentence: str, english: str) -> None:
    assert to_english(sentence, PLACES) == english


@pytest.mark.parametrize(
    ("sentence", "english"),
    [
        ("unbefristet, 38 std./woche", "indefinite, 38 hours per week"),
        ("35h/semaine", "35 hours per week"),
        ("un stage de 6 mois", "internship de 6 months"),
        ("an early-stage company", "an early-stage company"),
        ("a part-timer on stage", "a part-timer on stage"),
    ],
)
def test_kinds_of_employment(sentence: str, english: str) -> None:
    assert to_english(sentence, KINDS) == english


@pytest.mark.parametrize("table", [PLACES, KINDS, PAPERS])
def test_every_phrase_is_written_as_sentences_are_folded_and_stands_once(table: str) -> None:
    phrases = [phrase for lines in read_groups(table).values() for phrase in split_phrases(lines)]
    assert [phrase for phrase in phrases if fold(phrase) != phrase] == []
    assert sorted(phrase for phrase in set(phrases) if phrases.count(phrase) > 1) == []
