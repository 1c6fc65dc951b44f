"""Work authorisation, sponsorship, clearance: demands and statements against boilerplate and wishes."""

from __future__ import annotations

import pytest

from jobwire.enrich.finding import Source
from jobwire.enrich.flags import find_clearance, find_h1b_sponsor, find_work_auth
from jobwire.model.raw import RawPosting


def source(text: str, title: str = "Analyst") -> Source:
    return Source(posting=RawPosting(posting_id="1", title=title, listing_url=""), text=text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Must be authorized to work in the United States.", True),
        ("Applicants must be U.S. citizens.", True),
        ("US Citizens and Green Card holders only.", True),
        ("You need the right to work in the UK.", True),
        ("Because of ITAR, applicants must be US persons.", True),
        ("Gültige Arbeitserlaubnis erforderlich.", True),
        ("We use E-Verify to confirm that new hires are authorized to work.", None),
        ("All persons hired will be required to verify identity and eligibility to work.", None),
        ("We do not discriminate on citizenship or national origin.", None),
        ("Are you authorized to work in the US?", None),
        ("EU citizenship is a plus.", None),
        ("Design OAuth authorization servers.", None),
        ("We cannot offer sponsorship for work visas.", None),
    ],
)
def test_work_authorisation(text: str, expected: bool | None) -> None:
    assert find_work_auth(source(text)).value is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Visa sponsorship available.", True),
        ("We sponsor H-1B visas and green cards.", True),
        ("We're happy to sponsor your work permit.", True),
        ("We are unable to sponsor visas at this time.", False),
        ("This position is not eligible for visa sponsorship.", False),
        ("Must be able to work in the US without sponsorship now or in the future.", False),
        ("Visa sponsorship: No", False),
        ("Will you require sponsorship for a visa?", None),
        ("Sponsorship is considered on a case-by-case basis and may be offered.", None),
        ("Act as executive sponsor for key accounts.", None),
        ("Sell event sponsorships to brands.", None),
        ("Company-sponsored health insurance.", None),
        ("Accept Visa and Mastercard.", None),
    ],
)
def test_sponsorship(text: str, expected: bool | None) -> None:
    assert find_h1b_sponsor(source(text)).value is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Active TS/SCI clearance required.", True),
        ("Ability to obtain and maintain a Secret clearance.", True),
        ("Clearance level: Secret", True),
        ("No security clearance required.", False),
        ("Security clearance is a plus.", None),
        ("Active security clearance preferred.", None),
        ("Handle customs clearance for shipments.", None),
        ("Child abuse clearances are required.", None),
        ("Protect our trade secrets.", None),
        ("Run the clearance sale.", None),
    ],
)
def test_clearance(text: str, expected: bool | None) -> None:
    assert find_clearance(source(text)).value is expected


def test_a_clearance_in_the_title_counts() -> None:
    assert find_clearance(source("", "Systems Engineer (TS/SCI required)")).value is True
    assert find_clearance(source("", "Clearance Sale Associate")).value is None


def test_why_a_sentence_was_passed_over_is_shown() -> None:
    finding = find_work_auth(
        source("We use E-Verify to confirm that you are authorized to work.\nMust be a US citizen.")
    )
    assert finding.value is True
    assert finding.span == "Must be a US citizen."
    assert [rejected.why for rejected in finding.rejected] == ["boilerplate"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Permis de travail : pas requis", False),
        ("Permesso di soggiorno non richiesto", False),
        ("Werkvergunning niet nodig", False),
        ("Nous vous accompagnons dans l'obtention du permis de travail.", None),
        ("Wij regelen je werkvergunning.", None),
        ("Te ayudamos a obtener el permiso de trabajo.", None),
        ("Se valorará permiso de trabajo.", None),
        ("Beratung unserer Kunden zu Aufenthaltstitel und Arbeitserlaubnis", None),
        ("Permiso de trabajo imprescindible", True),
        ("Permis de travail valide requis", True),
    ],
)
def test_a_permit_in_other_languages(text: str, expected: bool | None) -> None:
    assert find_work_auth(source(text)).value is expected
