from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from jobwire.enrich.duplicates import SAME, SLOTS, merge_key, signature, similarity
from jobwire.model.raw import RawLocation, RawPosting, RawSection

WORDS = [f"word{n * 7919 % 1009}" for n in range(700)]
TEXT = " ".join(WORDS)


def posting(
    title: str = "Welder", html: str | None = "<p>We weld.</p>", requisition: str | None = "R-1", **fields: object
) -> RawPosting:
    return RawPosting(
        requisition_id=requisition,
        posting_id=str(fields.pop("id", 1)),
        title=title,
        listing_url="u",
        description_html=html,
        **fields,
    )  # type: ignore[arg-type]


def test_equal_texts_are_equal_and_others_are_not() -> None:
    assert similarity(signature(TEXT), signature(TEXT.upper() + "!")) == 1.0
    assert similarity(signature(TEXT), signature(" ".join(reversed(WORDS)))) < 0.2
    assert similarity(b"", signature(TEXT)) == 0.0
    assert similarity(b"", b"") == 0.0


def test_another_place_leaves_it_near() -> None:
    near = TEXT.replace("word0 ", "Berlin ", 1) + " apply by May"
    assert similarity(signature(TEXT), signature(near)) >= SAME


def test_the_estimate_is_near_the_truth() -> None:
    half = " ".join(WORDS[:350] + [f"other{n}" for n in range(350)])  # a third of all runs of words in common
    assert abs(similarity(signature(TEXT), signature(half)) - 1 / 3) < 0.2


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_signature_of_its_size(text: str) -> None:
    signed = signature(text)
    assert len(signed) in (0, SLOTS * 4)
    assert similarity(signed, signature(text)) == float(bool(signed))


def test_it_is_fast_and_bounded() -> None:
    started = time.process_time()
    for _ in range(20):
        signature(TEXT)
    signature("a b " * 500_000)
    assert time.process_time() - started < 1


def test_one_opening_in_several_places_has_one_key() -> None:
    here = posting(locations=(RawLocation(text="Reno"),))
    there = posting(html="<div>We&nbsp;weld.</div>", locations=(RawLocation(text="Boise"),), id=2)
    assert merge_key(here) == merge_key(there)
    assert merge_key(here) != merge_key(posting(title="Senior Welder"))
    assert merge_key(here) != merge_key(posting(html="<p>We rivet.</p>"))


def test_only_the_employers_requisition_proves_that_two_are_one() -> None:
    assert merge_key(posting(requisition=None)) != merge_key(posting(requisition=None, id=2))
    assert merge_key(posting(requisition="R-1")) != merge_key(posting(requisition="R-2"))


def test_postings_without_text_are_never_merged() -> None:
    assert merge_key(posting(html=None)) != merge_key(posting(html=None, id=2))
    sections = (RawSection(heading="Duties", html="<li>Weld</li>"),)
    assert merge_key(posting(html=None, sections=sections)) == merge_key(
        posting(html=None, sections=sections, id=2)
    )
