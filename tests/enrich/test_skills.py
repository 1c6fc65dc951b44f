from __future__ import annotations

import gzip
from importlib import resources

import pytest

from jobwire.enrich.skills import distinct_skills, find_skills


def names(text: str) -> list[str]:
    return [match.entry.skill.name for match in find_skills(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Experience with Go, Rust or C++ and Kubernetes", ["Go", "Rust", "C++", "Kubernetes"]),
        ("Python, R, and SQL", ["Python", "R", "SQL"]),
        ("C/C++, C#, C", ["C++", "C#", "C"]),
        ("Proficient in Microsoft Word, Excel, Outlook", ["Word", "Excel", "Outlook"]),
        ("Spring Boot, Spring, ASP.NET and .NET", ["Spring Boot", "Spring", "ASP.NET", ".NET"]),
        ("we use React/Node on k8s", ["React", "Node.js", "Kubernetes"]),
        ("FP&A, AI/ML and AR/VR", ["FP&A", "Artificial intelligence", "Machine learning", "AR/VR"]),
        (
            "Experience with AR, AP and general ledger",
            ["Accounts receivable", "Accounts payable", "General ledger"],
        ),
        ("strong written and verbal communication skills", ["Communication"]),
        ("SQL\nSwift\nGo or Rust", ["SQL", "Swift", "Go", "Rust"]),
        ("SQL\nSwift to react", ["SQL"]),
        ("ReactJS and NodeJS with postgres", ["React", "Node.js", "PostgreSQL"]),
    ],
)
def test_names_are_found_and_canonical(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "You react swiftly and go the extra mile",
        "Access to a rich word of mouth",
        "Excel in all you do",
        "A record of shipping fast, turning ideas around and receiving praise",
        "A large R&D budget, Vitamin C.5",
        "We spring to help teams with a rusty chef",
        "- Swift to react\n- Express yourself clearly",
        "javascripts pythonic excellent",
    ],
)
def test_ordinary_words_are_no_skills(text: str) -> None:
    assert names(text) == []


def test_blocked_spans_are_left_out() -> None:
    text = "AWS Certified and Python"
    assert [match.entry.skill.name for match in find_skills(text, [(0, 13)])] == ["Python"]


def test_a_skill_counts_once() -> None:
    seen: set[str] = set()
    assert len(distinct_skills(find_skills("Golang, Go lang, GOLANG"), seen)) == 1
    assert distinct_skills(find_skills("Golang"), seen) == []


def test_letters_that_grow_when_lowered_shift_nothing() -> None:
    assert names("İİİ Python") == ["Python"]


def test_the_table_is_small_and_typed() -> None:
    packed = resources.files("jobwire.enrich").joinpath("data/skills.txt.gz").read_bytes()
    rows = gzip.decompress(packed).decode().splitlines()
    assert len(packed) < 2_000_000
    assert len(rows) > 3_000
    assert {row.split("\t")[1] for row in rows} == {"hard", "soft"}
