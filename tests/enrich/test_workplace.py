"""Workplace types: title, location, ATS field, text; the role beats the company."""

from __future__ import annotations

import pytest

from jobwire.enrich.finding import Finding, Source
from jobwire.enrich.workplace import find_workplace_type
from jobwire.model.raw import RawLocation, RawPosting


def find(
    text: str = "",
    *,
    title: str = "Analyst",
    place: str | None = None,
    stated: str | None = None,
    is_remote: bool | None = None,
) -> Finding[str | None]:
    posting = RawPosting(
        posting_id="1",
        title=title,
        listing_url="",
        locations=(RawLocation(text=place),) if place else (),
        workplace_type=stated,
        is_remote=is_remote,
    )
    return find_workplace_type(Source(posting=posting, text=text))


def test_words_beat_fields_and_fields_beat_flags() -> None:
    assert find(title="Designer - Hybrid", stated="Remote", is_remote=True).value == "hybrid"
    assert find(place="Berlin (Hybrid)", is_remote=True).value == "hybrid"
    assert find(place="Hybrid - Boston", stated="remote").value == "hybrid"
    assert find(stated="OnSite", is_remote=True).value == "onsite"
    assert find(stated="TELECOMMUTE").value == "remote"
    assert find(is_remote=True).value == "remote"
    assert find(is_remote=False).value is None
    assert find("Be in our office three days a week.", is_remote=True).value == "hybrid"
    assert find("This role is in our office three days a week.", stated="OnSite").value == "hybrid"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This role requires candidates to be onsite 2-3 days per week.", "hybrid"),
        ("In-Office on Monday, Wednesday, Friday.", "hybrid"),
        ("You will work 60% in the office and 40% from home.", "hybrid"),
        ("This position requires 5 days onsite at our Reno office.", "onsite"),
        ("The role is office-based, Monday to Friday.", "onsite"),
        ("Job is remote (must live in Texas)", "remote"),
        ("This is not a remote position.", "onsite"),
        ("Work Location: Hybrid remote in Denver, CO", "hybrid"),
        ("#LI-Remote", "remote"),
        ("Bis zu 3 Tage Homeoffice pro Woche", "hybrid"),
        ("100 % remote innerhalb Deutschlands", "remote"),
        ("Télétravail 2 jours par semaine", "hybrid"),
        ("Modalidad: presencial", "onsite"),
        ("Trabajo 100% remoto", "remote"),
        ("Hybride werken: twee dagen per week op kantoor", "hybrid"),
        ("Modelo de trabalho: remoto", "remote"),
    ],
)
def test_statements_about_the_role(text: str, expected: str) -> None:
    assert find(text).value == expected


def test_the_role_beats_the_company() -> None:
    company = "We are a remote-first company."
    assert find(company).value == "remote"
    assert find(f"{company} This role is based in our Oslo office 3 days per week.").value == "hybrid"
    assert find("Employees near an office come in 2 days a week. This role is remote.").value == "remote"
    assert find("Our culture is hybrid and flexible.", stated="Remote").value == "remote"


@pytest.mark.parametrize(
    "text",
    [
        "Collaborate with remote sensing scientists.",
        "Migrate workloads to our hybrid cloud.",
        "The last step is an onsite interview.",
        "We offer a home-office stipend.",
        "Zuschuss zur Homeoffice-Ausstattung",
        "Lead a remote team of engineers across four countries.",
        "Excellent communication in a remote environment.",
        "Travel to client sites for onsite installations.",
        "Communicate by phone, email and in person.",
        "Clear pay, paid twice per month via Remote.",
        "Snacks and lunches in the office.",
        "The team meets in the office once a quarter.",
        "You can choose to work remotely or from our office.",
    ],
)
def test_look_alikes_say_nothing(text: str) -> None:
    assert find(text).value is None


def test_what_was_not_taken_is_shown() -> None:
    finding = find("This is an onsite role.", place="Remote - US", stated="Hybrid")
    assert (finding.value, finding.rule, finding.origin) == ("remote", "location-word", "location")
    assert [rejected.value for rejected in finding.rejected] == ["hybrid", "onsite"]


@pytest.mark.parametrize(
    "title",
    [
        "Técnico de vehículos híbridos y eléctricos",
        "Ausbildung Hybride Antriebe",
        "Onderhoudsmonteur hybride warmtepompen",
        "Vendeur à distance H/F",
        "Formador a distancia de adultos",
        "Analista de Sensoriamento Remoto",
        "Técnico de Acesso Remoto",
    ],
)
def test_a_title_in_another_word_order_is_no_mode(title: str) -> None:
    assert find(title=title).value is None


def test_a_title_may_still_say_it_after_the_noun() -> None:
    assert find(title="Développeur à distance").value == "remote"
    assert find(title="Conseiller clientèle (à distance)").value == "remote"
    assert find(title="Analista de sistemas híbrido").value == "hybrid"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vous travaillez à domicile auprès de personnes âgées.", None),
        ("Travail à domicile chez nos bénéficiaires", None),
        ("Trabalho em casa de clientes idosos", None),
        ("Wij verzorgen ouderen thuis", None),
        ("Travail à domicile", "remote"),
        ("Arbeiten von zu Hause", "remote"),
        ("Bürotage: 2 pro Woche", "hybrid"),
        ("Bürotage: 5 pro Woche", "onsite"),
        ("Telework available, not guaranteed", None),
        ("Weekly in-person events at our HQ", None),
    ],
)
def test_the_home_of_others_is_no_home_office(text: str, expected: str | None) -> None:
    assert find(text).value == expected


def test_a_seat_called_home_office_is_none_in_any_language() -> None:
    assert find(place="Home Office, Büro London").value is None
    assert find(place="Home Office / bundesweit").value == "remote"
