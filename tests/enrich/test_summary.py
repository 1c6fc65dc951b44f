from __future__ import annotations

import pytest

from jobwire.enrich.finding import Source
from jobwire.enrich.sections import find_sections
from jobwire.enrich.summary import find_summary
from jobwire.model.raw import RawPosting

ROLE = "We're looking for a welder to join our pipe shop in Reno. You'll work with four others and report to the foreman."


def summarize(text: str, title: str = "Pipe Welder") -> str | None:
    source = Source(posting=RawPosting(posting_id="1", title=title, listing_url="u"), text=text)
    return find_summary(source, find_sections(source)).value


def test_it_says_what_the_role_is() -> None:
    text = (
        "Bolt was founded in 1990 and serves millions of customers.\n\n"
        + ROLE
        + "\n\nBenefits\n- Health insurance\n\n"
        "We are an equal opportunity employer and you will be treated fairly. To apply, you'll send us your resume."
    )
    assert summarize(text) == ROLE


def test_a_sentence_about_the_title_will_do() -> None:
    sentence = "The Pipe Welder fabricates and repairs high-pressure lines for the plant."
    assert summarize(f"Bolt Inc\n\n{sentence}\n\nDuties\n- Weld") == sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bolt was founded in 1990 and is a leading provider of bolts.",
        "We are an equal opportunity employer. You will not be discriminated against.",
        "You will earn a salary of $90,000 and you'll enjoy great benefits here.",
        "As a team, we are veterans who built products that people love.",
        "Don't see the right job? We'd still love to hear from you.",
    ],
)
def test_nothing_is_better_than_noise(text: str) -> None:
    assert summarize(text) is None


def test_it_stays_within_its_size() -> None:
    text = "About the role\n" + " ".join(
        f"In this role you will weld pipes of kind {n} for ships." for n in range(40)
    )
    found = summarize(text)
    assert found is not None
    assert len(found) <= 500
    assert found.count(".") <= 3
