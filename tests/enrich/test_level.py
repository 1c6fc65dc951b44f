"""Levels: the words that state one, the words that only look so, the order of sources."""

from __future__ import annotations

import pytest

from jobwire.enrich.finding import Source
from jobwire.enrich.level import find_level
from jobwire.model.raw import RawPosting


def level(title: str, text: str = "", stated: str | None = None) -> str | None:
    posting = RawPosting(posting_id="1", title=title, listing_url="", experience_level=stated)
    return find_level(Source(posting=posting, text=text)).value


@pytest.mark.parametrize(
    ("expected", "titles"),
    [
        ("entry", "Marketing Intern|Junior Developer|Graduate Engineer|Accountant I|Associate Data Engineer"),
        (
            "entry",
            "New Grad Engineer|Entry-Level Clerk|Werkstudent IT (m/w/d)|Stage - Assistant RH (H/F)|Becario",
        ),
        (
            "entry",
            "Product Manager Intern|Intern, Office of the Director|Apprentice Electrician|Junior/Mid Developer",
        ),
        ("mid", "Software Engineer II|Mid-Level Engineer|Medior Developer|Intermediate Designer|QA Analyst 2"),
        ("mid", "Mid/Senior Backend Engineer|Desenvolvedor Pleno|Desarrollador Semi Senior|Analista Ssr"),
        ("mid", "Semi-Senior Accountant|Mid-Senior Developer|Teaching Assistant (Level 2)"),
        (
            "senior",
            "Sr. Engineer|Senior Product Manager|Engineer (Senior)|Senior Associate, Tax|Data Scientist III",
        ),
        ("senior", "Senior/Staff Engineer"),
        ("lead", "Staff Engineer|Principal Designer|Lead Analyst|Tech Lead, Infra|Senior Staff Engineer"),
        ("lead", "Engineering Manager|Senior Engineering Manager|Sales Manager|Manager, Revenue Accounting"),
        ("lead", "Store Manager|Warehouse Supervisor|Group Product Manager|Teamleiter Einkauf|Head Chef"),
        ("executive", "Director of Sales|VP Engineering|Head of People|Chief Technology Officer|CFO|Founder"),
        ("executive", "Associate Director|Executive Director|Abteilungsleiter IT|Directeur Commercial"),
    ],
)
def test_words_of_the_title(expected: str, titles: str) -> None:
    assert {title: level(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), expected)


@pytest.mark.parametrize(
    "title",
    [
        "Software Engineer",
        "Lead Generation Specialist",
        "Elementary Teacher, Grade 3",
        "Teacher Grade 4 (leave replacement)",
        "Leerkracht groep 5/6",
        "Chief of Staff",
        "Chief of Staff to the CEO",
        "Executive Assistant to the Chief Financial Officer",
        "Account Executive",
        "Staff Accountant",
        "Staff Nurse",
        "School Principal",
        "Principal Investigator",
        "Sales Associate",
        "Associate Professor",
        "Mid-Market Account Executive",
        "Senior Living Advisor",
        "Product Owner",
        "Product Manager",
        "Customer Success Manager",
        "Internal Auditor",
        "International Tax Analyst",
        "Intern Program Coordinator",
        "Data Entry Clerk",
        "Head Start Teacher",
        "Founding Engineer",
        "Graduate Admissions Counselor",
        "JR-10332 Business Analyst",
        "Junior to Senior Developer",
    ],
)
def test_look_alikes_and_the_unmarked_are_null(title: str) -> None:
    assert level(title) is None


def test_the_title_beats_the_ats_and_the_ats_the_text() -> None:
    assert level("Senior Engineer", stated="Entry level") == "senior"
    assert level("Engineer", stated="Director") == "executive"
    assert level("Engineer", stated="Mid-Senior level") is None  # one of two: unknown beats wrong
    assert level("Engineer", "This is an entry-level position.", stated="Senior") == "senior"
    assert level("Engineer", "This is an entry-level position.") == "entry"


def test_a_manager_with_a_team_in_the_text_leads() -> None:
    assert level("Marketing Manager") is None
    assert level("Marketing Manager", "You will have four direct reports.") == "lead"
    assert level("Product Manager", "You will have four direct reports.") is None


def test_rejected_look_alikes_are_shown() -> None:
    posting = RawPosting(posting_id="1", title="Lead Generation Intern", listing_url="")
    finding = find_level(Source(posting=posting, text=""))
    assert (finding.value, finding.rule, finding.span) == ("entry", "title-intern", "intern")
    assert [rejected.value for rejected in finding.rejected] == ["lead generation"]
