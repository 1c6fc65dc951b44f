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
        ("Pflegefachfrau 50-80 %", "part_time"),
        ("Therapist (0.5 FTE)", "part_time"),
        ("Alternance - Chargé de communication F/H", "internship"),
        ("Bank Nurse", "temporary"),
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
        ("Apprenticeship", "internship"),
        ("Umowa o pracę", "full_time"),
        ("Intérim", "temporary"),
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
        ("Lisbon | Full-time | Hybrid", "full_time"),
        ("Freie Mitarbeit, Vergütung nach Stunden", "contract"),
        ("Mission d’intérim de 3 mois", "temporary"),
        ("Ofrecemos contrato indefinido", "full_time"),
        ("Contrato temporário de 90 dias", "temporary"),
        ("Je krijgt een vast contract voor 40 uur per week", "full_time"),
        ("Leuke bijbaan naast je studie", "part_time"),
        ("Zero hours contract", "temporary"),
        ("Wir bieten: Teilzeit (20-30 Std.)", "part_time"),
        ("Apprenticeship, 3 years", "internship"),
        ("Wir stellen ein: Vollzeit, Teilzeit oder Minijob", None),
        ("Stage conventionné de 6 mois", "internship"),
        ("Se busca freelance para un proyecto", "contract"),
        ("We need somebody for 20 hours a week", "part_time"),
        ("C2C is not accepted.", None),
        ("Two years of experience working 40 hours per week.", None),
        ("Première expérience réussie (stage ou alternance)", None),
        ("Vous gérez les contrats CDD et intérim.", None),
        ("Oversee 12 FTE across two sites.", None),
    ],
)
def test_statements_of_the_text(text: str, expected: str | None) -> None:
    assert find(text=text).value == expected


def test_an_apprenticeship_is_an_internship_unless_more_is_said() -> None:
    assert find("Apprentice Electrician").value == "internship"
    assert find("Apprentice Electrician", "Full-time, Monday to Friday.").value == "full_time"
    assert find("Apprentice Program Manager").value is None


def test_the_weaker_source_is_shown_as_rejected() -> None:
    finding = find("Data Intern", stated="FullTime")
    assert (finding.value, finding.rule) == ("internship", "title-word")
    assert [rejected.value for rejected in finding.rejected] == ["full_time"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Poste en CDI, pas en CDD", "full_time"),
        ("Contrato indefinido, no temporal", "full_time"),
        ("Wir bieten: Festanstellung statt Zeitarbeit", "full_time"),
        ("Kein Minijob, sondern Vollzeit", "full_time"),
        ("Derzeit kein Praktikum möglich", None),
        ("No ofrecemos prácticas.", None),
        ("Geen zzp of freelance.", None),
        ("Não é estágio.", None),
        ("Non è uno stage.", None),
        ("To nie jest staż.", None),
        ("Teilzeit ist leider nicht möglich.", None),
        ("Vollzeit, nicht nur Teilzeit", None),
        ("Stage non rémunéré de 3 mois", "internship"),
    ],
)
def test_what_is_denied_is_not_the_type(text: str, expected: str | None) -> None:
    assert find(text=text).value == expected


def test_a_title_denies_as_well() -> None:
    assert find("Elektriker (m/w/d) - keine Zeitarbeit").value is None
    assert find("Werkstudent (m/w/d) – kein Praktikum").value == "part_time"


@pytest.mark.parametrize(
    "text",
    [
        "Remplacement de pneus et plaquettes de frein",
        "Análisis temporal de series de datos.",
        "Je zorgt voor tijdelijke opslag van goederen.",
        "Seizoensgebonden producten verkopen.",
        "Beca de comida",
        "Alternance de télétravail et de présentiel",
        "Sie vermieten befristet möblierte Wohnungen.",
    ],
)
def test_a_word_of_contracts_without_a_contract_says_nothing(text: str) -> None:
    assert find(text=text).value is None
