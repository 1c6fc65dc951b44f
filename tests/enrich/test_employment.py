"""Employment types: title over ATS code over text, and the traps of each."""

from __future__ import annotations

import pytest

from jobwire.enrich.employment import find_employment_type
from jobwire.enrich.finding import Finding, Source
from jobwire.model.raw import RawPosting


def find(title: str = "Analyst", text: str = "", stated: str | None = None) -> Finding[str | None]:
    posting = RawPosting(posting_id="1", title=title, listing_url="", employment_type=stated)
    return find_employment_type(Source(posting=posting, text=text))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Marketing Intern", "internship"),
        ("Praktikant Vertrieb (m/w/d)", "internship"),
        ("Stage - Contrôle de gestion (H/F)", "internship"),
        ("Freelance Illustrator", "contract"),
        ("Developer (C2C)", "contract"),
        ("Data Engineer - 6 Month Contract", "contract"),
        ("HR Partner - 12 Month Fixed Term", "temporary"),
        ("Seasonal Gift Wrapper", "temporary"),
        ("Part-Time Cashier", "part_time"),
        ("Verkäufer (m/w/d) in Teilzeit", "part_time"),
    ],
)
def test_the_title_beats_the_code(title: str, expected: str) -> None:
    assert find(title, stated="FullTime").value == expected


@pytest.mark.parametrize(
    "title",
    [
        "Smart Contract Engineer",
        "Internal Auditor",
        "International Recruiter",
        "Contracts Manager",
        "Stage Manager",
    ],
)
def test_look_alikes_leave_the_code(title: str) -> None:
    assert find(title, stated="FullTime").value == "full_time"
    assert find(title).value is None


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("FULL_TIME", "full_time"),
        ("Regular Full Time (Salary)", "full_time"),
        ("fulltime_fixed_term", "temporary"),
        ("parttime_permanent", "part_time"),
        ("PER_DIEM", "temporary"),
        ("CONTRACTOR", "contract"),
        ("internship", "internship"),
        ("FULL_TIME, PART_TIME", None),
        ("VOLUNTEER", None),
        ("Permanent", "full_time"),
    ],
)
def test_codes_of_ats(stated: str, expected: str | None) -> None:
    assert find(stated=stated).value == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Job Type: Full-time", "full_time"),
        ("This is a part-time contracted 1099 position.", "contract"),
        ("This role is a contract-to-hire position.", "contract"),
        ("We offer a 12-month fixed-term contract.", "temporary"),
        ("This internship runs from June to August.", "internship"),
        ("Unbefristete Festanstellung in Vollzeit", "full_time"),
        ("Stage de 6 mois", "internship"),
        ("CDI à temps plein", "full_time"),
        ("Full-time employees receive medical coverage.", None),
        ("Three years of full-time work experience.", None),
        ("Negotiate contracts with suppliers.", None),
        ("Mentor interns and manage freelancers.", None),
        ("Vollzeit oder Teilzeit", None),
        ("Possibility to convert to full-time.", None),
    ],
)
def test_statements_of_the_text(text: str, expected: str | None) -> None:
    assert find(text=text).value == expected


def test_the_weaker_source_is_shown_as_rejected() -> None:
    finding = find("Data Intern", stated="FullTime")
    assert (finding.value, finding.rule) == ("internship", "title-word")
    assert [rejected.value for rejected in finding.rejected] == ["full_time"]
