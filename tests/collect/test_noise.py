"""Noise is not news."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.collect.islands import read_html
from jobwire.collect.noise import find_boilerplate_edits, find_common_edit, view_digest, view_lines
from jobwire.errors import BoardBroken
from jobwire.model.raw import RawLocation, RawPosting


def posting(html: str, **fields: object) -> RawPosting:
    base = RawPosting(
        posting_id="1", title="Engineer", listing_url="https://x.example/jobs/1", description_html=html
    )
    return msgspec.structs.replace(base, **fields)


def test_white_space_line_order_and_tracking_are_noise() -> None:
    one = posting("<p>We  build</p><ul><li>ships</li><li>boats</li></ul>")
    two = posting(
        "<div>We build</div>\n<ul><li>boats</li>\n<li>ships </li></ul>",
        listing_url="https://X.example/jobs/1?utm_source=a",
        title=" Engineer ",
    )
    assert view_digest(one) == view_digest(two)


def test_a_word_a_place_or_a_link_is_news() -> None:
    one = posting("<p>We build ships</p>")
    assert view_digest(one) != view_digest(posting("<p>We build boats</p>"))
    assert view_digest(one) != view_digest(posting("<p>We build ships</p>", title="Senior Engineer"))
    assert view_digest(one) != view_digest(
        posting("<p>We build ships</p>", locations=(RawLocation(text="Oslo"),))
    )
    assert view_digest(one) != view_digest(
        posting("<p>We build ships</p>", listing_url="https://x.example/jobs/2")
    )


def test_scripts_and_styles_are_not_shown_and_do_not_count() -> None:
    assert view_lines(posting("<style>p{color:red}</style><p>Text &amp; more</p>")) == ["Text & more"]


def test_a_board_wide_edit_of_boilerplate_is_found_and_a_real_edit_in_it_is_not_lost() -> None:
    edits = {}
    for n in range(10):
        before = posting(f"<p>Job {n}</p><p>Old mission</p>")
        own = "changed" if n == 3 else str(n)
        edits[str(n)] = (before, posting(f"<p>Job {own}</p><p>New mission</p>"))
    assert find_boilerplate_edits(edits, active=12) == {str(n) for n in range(10) if n != 3}
    assert find_boilerplate_edits(edits, active=100) == frozenset(), "most of the board is not touched"


@given(st.text(max_size=2_000))
def test_any_text_has_a_digest(text: str) -> None:
    assert len(view_digest(posting(text.encode("utf-8", "replace").decode()))) == 16


def test_a_posting_that_was_away_follows_an_edit_of_the_whole_board_late() -> None:
    board = {
        str(n): (posting(f"<p>Job {n}</p><p>Old end</p>"), posting(f"<p>Job {n}</p><p>New end</p>"))
        for n in range(8)
    }
    marks = find_common_edit(board, 8)
    assert marks
    late = {"3": board["3"]}
    assert not find_boilerplate_edits(late, 8)
    assert find_boilerplate_edits(late, 8, marks) == {"3"}
    real = {"3": (board["3"][0], posting("<p>Job 3, part time</p><p>New end</p>"))}
    assert not find_boilerplate_edits(real, 8, marks)


@pytest.mark.parametrize("part", ["<script>", "<style ", "<script></style>", "<", "</script ", "<!--"])
def test_markup_that_never_closes_takes_no_longer_than_other_markup(part: str) -> None:
    """A megabyte of it: looking for the end from each start would take hours."""
    assert len(view_digest(posting(part * (1_000_000 // len(part))))) == 16


def test_a_script_that_is_never_closed_hides_the_rest() -> None:
    assert view_lines(posting("<p>Seen</p><script>var x = 1; <p>not seen</p>")) == ["Seen"]


def test_comments_that_never_close_take_no_longer_than_others() -> None:
    assert read_html("<div>" * 300 + "<!--" * 250_000).body is not None
    with pytest.raises(BoardBroken):
        read_html("<!-->" + "<div>" * 100_000 + "-->")
