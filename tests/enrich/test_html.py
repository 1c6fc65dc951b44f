"""Descriptions to text: line breaks, list items, entities, hostile markup."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.enrich.html import extract_text, to_text
from jobwire.model.raw import RawPosting, RawSection


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<ul><li><p>one</p></li>\n<li><p>two</p></li></ul>", "- one\n- two"),
        ("<ol><li>first</li><li>second</li></ol>", "- first\n- second"),
        ("<p>5 <b>bo</b>ld &amp; caf&eacute; &lt;3</p>", "5 bold & café <3"),
        ("&lt;p&gt;x &amp;amp; y&lt;/p&gt;&lt;ul&gt;&lt;li&gt;z&lt;/li&gt;&lt;/ul&gt;", "x & y\n\n- z"),
        ("<p>Hi</p><script>var x = '<p>no</p>'</script><style>p{}</style>", "Hi"),
        ("Plain\r\n\r\n\r\n• one\r\n● two", "Plain\n\n- one\n- two"),
        ("line one\nline two<br>line <b>three</b>", "line one\nline two\nline three"),
        ("Use List<String> and x < 5", "Use List<String> and x < 5"),
        ("-5 degrees\n5 - 3", "-5 degrees\n5 - 3"),
        ("a\u00a0\u200bb\u202e", "a b"),
        ("", ""),
    ],
)
def test_text_keeps_lines_and_items(source: str, text: str) -> None:
    assert extract_text(source) == text


def test_lone_surrogates_do_not_reach_the_encoder() -> None:
    assert extract_text("a \ud800 b").encode("utf-8") == b"a ? b"


def test_html_beats_text_and_sections_complete_it() -> None:
    posting = RawPosting(posting_id="1", title="x", listing_url="", description_text="intro")
    parts = (RawSection(heading="What you do", html="<li>build</li>"),)
    whole = RawPosting(
        posting_id="1", title="x", listing_url="", description_text="intro", description_html="<p>all</p>"
    )
    assert to_text(posting) == "intro"
    assert to_text(whole) == "all"
    with_sections = RawPosting(
        posting_id="1", title="x", listing_url="", description_text="intro", sections=parts
    )
    assert to_text(with_sections) == "intro\n\nWhat you do\n\n- build"


@pytest.mark.parametrize(
    "unit", ["<div>", "<script>", "<script ", "<a x", "<", "&lt;", "- \n\n", "•", "<li>x", "\u202e", " ", "a"]
)
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    extract_text(unit * (150_000 // len(unit)))
    assert time.process_time() - started < 2


@pytest.mark.parametrize("unit", ["<ul><li>a", "<OL ><li>a", "<ul/>a", "</ul><ul>a", "<p>&lt;ul&gt;a"])
def test_lists_within_lists_do_not_swell(unit: str) -> None:
    assert len(extract_text(unit * 20_000)) < 40 * len(unit) * 20_000


def test_lists_within_lists_keep_their_items() -> None:
    deep = "".join(f"<ul><li>item {n}" for n in range(60)) + "</li></ul>" * 60 + "<ul><li>last</li></ul>"
    assert extract_text(deep).split("\n") == [*(f"- item {n}" for n in range(60)), "- last"]


@given(st.text(max_size=400))
def test_any_text_is_calm_and_stable(source: str) -> None:
    text = extract_text(source)
    assert "\n\n\n" not in text
    assert text == text.strip()
    text.encode("utf-8")


def test_a_table_of_parts_is_read_column_by_column() -> None:
    row = "<tr><td>{}</td><td>{}</td></tr>"
    parts = f"<table>{row.format('Your tasks', 'We offer')}{row.format('Fix pumps', 'A van')}{row.format('Order parts', '')}</table>"
    assert extract_text(parts) == "Your tasks\n\n- Fix pumps\n- Order parts\n\nWe offer\n\n- A van"
    other = f"<table>{row.format('Shift', 'Hours')}{row.format('Early', '6 to 2')}</table>"
    assert extract_text(other) == "Shift Hours\nEarly 6 to 2"
    nested = f"<table><tr><td>{parts}</td></tr></table>" + "<table>" * 200 + "<tr><td>" * 200
    assert "- Fix pumps" in extract_text(nested)
