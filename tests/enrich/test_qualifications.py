from __future__ import annotations

import pytest

from jobwire.enrich.credentials import find_certifications, find_education
from jobwire.enrich.finding import Source
from jobwire.enrich.qualifications import find_qualifications
from jobwire.enrich.sections import Sections, find_sections
from jobwire.model.job import Qualifications, Skill
from jobwire.model.raw import RawPosting


def read(text: str) -> Qualifications:
    posting = RawPosting(posting_id="1", title="Accountant", listing_url="https://example.com/1")
    source = Source(posting=posting, text=text)
    return find_qualifications(source, find_sections(source)).value


@pytest.mark.parametrize(
    ("line", "degrees"),
    [
        ("BS in Computer Science or related field with 5+ years", ["BS in Computer Science or related field"]),
        ("Bachelor's degree required; Master's preferred", ["Bachelor's degree", "Master's"]),
        ("A high school diploma or GED is required", ["high school diploma or GED"]),
        ("B.S. or M.S. in Biology", ["B.S. or M.S. in Biology"]),
        ("PhD in Physics", ["PhD in Physics"]),
        ("Degree in Finance and 3 years of experience", ["Degree in Finance"]),
        ("Abgeschlossenes Studium der Informatik oder vergleichbar", ["Abgeschlossenes Studium der Informatik"]),
        ("De formation Bac+5 en informatique", ["formation Bac+5 en informatique"]),
        ("Grado en ADE o Económicas", ["Grado en ADE o Económicas"]),
        ("HBO werk- en denkniveau", ["HBO werk- en denkniveau"]),
        ("Ensino superior completo", ["Ensino superior completo"]),
        ("BS in Chemistry with 5 years or MS with 3", ["BS in Chemistry", "MS"]),
        ("Trade school reimbursement", []),
        ("Experience with MS Office", []),
        ("Scrum master and master data", []),
        ("Lives in Bethesda, MD", []),
        ("High school students are our customers", []),
    ],
)
def test_degrees_are_short_phrases_as_printed(line: str, degrees: list[str]) -> None:
    assert [line[start:end] for start, end in find_education(line)] == degrees


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("CPA required", ["CPA"]),
        ("PMP certification preferred", ["PMP"]),
        (
            "AWS Certified Solutions Architect – Associate or similar",
            ["AWS Certified Solutions Architect – Associate"],
        ),
        ("Current California RN license, BLS, ACLS", ["California RN license", "BLS", "ACLS"]),
        ("Certified Public Accountant (CPA)", ["Certified Public Accountant (CPA)"]),
        ("Class A CDL with hazmat endorsement", ["Class A CDL", "hazmat endorsement"]),
        ("Pega Certified System Architect", ["Pega Certified System Architect"]),
        ("Führerschein Klasse B", ["Führerschein Klasse B"]),
        ("Relevant certification a plus", []),
        ("We were certified as a great place", []),
        ("We wear many caps and cars", []),
    ],
)
def test_certifications_are_named(line: str, names: list[str]) -> None:
    assert [line[start:end] for start, end in find_certifications(line)] == names


def test_buckets_follow_headings_and_words() -> None:
    found = read(
        "Requirements\n- Bachelor's degree in Accounting; CPA preferred\n- Strong Excel and attention to detail\n"
        "- Knowledge of SAP is a plus\nNice to have\n- Experience with Tableau and Excel"
    )
    assert found.must_have.education == ("Bachelor's degree in Accounting",)
    assert found.must_have.certifications == ()
    assert found.preferred.certifications == ("CPA",)
    assert found.must_have.skills == (
        Skill(name="Excel", type="hard"),
        Skill(name="Attention to detail", type="soft"),
    )
    assert [skill.name for skill in found.preferred.skills] == ["SAP", "Tableau"]


def test_a_comma_may_part_what_is_preferred() -> None:
    found = read("Requirements\n- 3 years in audit\n- Bachelor's degree, MBA preferred")
    assert (found.must_have.education, found.preferred.education) == (("Bachelor's degree",), ("MBA",))


def test_boilerplate_and_benefits_are_no_qualifications() -> None:
    found = read(
        "Requirements\n- Python\nBenefits\n- German lessons and Salesforce training\n\n"
        "We are an equal opportunity employer and consider applicants with a degree in SQL."
    )
    assert [skill.name for skill in found.must_have.skills] == ["Python"]
    assert found.must_have.education == ()


def test_a_degree_names_no_skill() -> None:
    found = read("Requirements\n- BA in Accounting or Marketing\n- Fluent German")
    assert [skill.name for skill in found.must_have.skills] == ["German"]


def test_the_employer_is_no_skill_of_its_own() -> None:
    text = "Requirements\n- Knowledge of Salesforce and Python"
    posting = RawPosting(posting_id="1", title="", listing_url="", company_name="Salesforce")
    source = Source(posting=posting, text=text)
    found = find_qualifications(source, find_sections(source)).value
    assert [skill.name for skill in found.must_have.skills] == ["Python"]


def test_verbs_are_no_trades() -> None:
    assert read("Requirements\n- Experience driving results in a fast-paced environment").must_have.skills == ()


def test_empty_finds_nothing() -> None:
    posting = RawPosting(posting_id="1", title="", listing_url="")
    found = find_qualifications(Source(posting=posting, text=""), Sections())
    assert (found.value, found.rule) == (Qualifications(), "")


@pytest.mark.parametrize(
    ("line", "certifications"),
    [
        ("Licensed Professional Engineer (PE) in at least one state", ("Licensed Professional Engineer (PE)",)),
        (
            "Microsoft Certified: Azure Administrator Associate",
            ("Microsoft Certified: Azure Administrator Associate",),
        ),
        ("FAA Airframe and Powerplant (A&P) license", ("FAA Airframe and Powerplant (A&P) license",)),
        ("State teaching license with ESL endorsement", ("State teaching license", "ESL endorsement")),
        ("Valid state teaching certificate", ("state teaching certificate",)),
        ("FIMO/FCO à jour", ("FIMO", "FCO")),
        ("Property & Casualty Insurance License", ("Property & Casualty Insurance License",)),
        ("BLS & ACLS Certification", ("BLS", "ACLS")),
        ("In bezit van VCA certificaat", ("VCA",)),
        ("Certificação PMP", ("PMP",)),
        ("Manage software license renewals", ()),
        ("We work in a certified clinical laboratory", ()),
    ],
)
def test_a_certification_is_named_as_printed(line: str, certifications: tuple[str, ...]) -> None:
    assert read(f"Requirements\n- {line}\n- 3 years of experience").must_have.certifications == certifications


def test_a_list_of_certifications_shares_what_is_said_of_its_last() -> None:
    found = read("Requirements\n- CISSP, CISM or CISA strongly preferred\n- CPA required, CFA a plus")
    assert found.must_have.certifications == ("CPA",)
    assert set(found.preferred.certifications) == {"CISSP", "CISM", "CISA", "CFA"}


@pytest.mark.parametrize(
    ("line", "education"),
    [
        ("Graduate of an accredited school of nursing", "Graduate of an accredited school of nursing"),
        ("Diplôme d'infirmier(e) d'État", "Diplôme d'infirmier(e) d'État"),
        ("Educación Secundaria Obligatoria (ESO)", "Educación Secundaria Obligatoria (ESO)"),
        ("Du hast eine kaufmännische Ausbildung abgeschlossen", "kaufmännische Ausbildung"),
        ("Cursando Ciência da Computação a partir do 4º semestre", "Cursando Ciência da Computação"),
        ("Pflichtschulabschluss", "Pflichtschulabschluss"),
        ("Abschluss als staatlich anerkannte Erzieherin", "Abschluss als staatlich anerkannte Erzieherin"),
        ("Superior completo em Contabilidade", "Superior completo em Contabilidade"),
        ("Título: Ingeniería Civil", "Ingeniería Civil"),
        ("Pedagogia completa", "Pedagogia completa"),
        ("Pabo-diploma", "Pabo-diploma"),
        ("DES ou DEP en mécanique", "DES ou DEP en mécanique"),
        ("Life science degree", "Life science degree"),
        ("CAP Cuisine et permis B", "CAP Cuisine"),
        ("Laurea in Ingegneria Gestionale", "Laurea in Ingegneria Gestionale"),
        ("Studium mit Schwerpunkt Vertrieb", "Studium mit Schwerpunkt Vertrieb"),
    ],
)
def test_degrees_of_other_countries(line: str, education: str) -> None:
    assert read(f"Requirements\n- {line}\n- 3 years of experience").must_have.education == (education,)


@pytest.mark.parametrize(
    "line",
    [
        "Pluspunkte: Kubernetes, Docker",
        "Pré: Kubernetes",
        "É um plus: Kubernetes",
        "Les plus : Kubernetes",
        "Suma si sabes Kubernetes",
        "Schön, wenn du Kubernetes kennst",
        "Valorizamos: Kubernetes",
        "Kubernetes helps",
        "Kubernetes candidates welcome",
    ],
)
def test_a_label_or_a_last_word_says_what_is_only_preferred(line: str) -> None:
    found = read(f"Requirements\n- Java\n- {line}\n- Python")
    assert [skill.name for skill in found.must_have.skills] == ["Java", "Python"]
    assert "Kubernetes" in [skill.name for skill in found.preferred.skills]
