"""The normal form of titles: what goes, what stays, what has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.enrich.finding import Source
from jobwire.enrich.title import fold, normalize_title
from jobwire.enrich.wordlists import read_groups
from jobwire.model.raw import RawLocation, RawPosting


def normal(title: str, place: str | None = None) -> str | None:
    locations = (RawLocation(text=place),) if place else ()
    posting = RawPosting(posting_id="1", title=title, listing_url="", locations=locations)
    return normalize_title(Source(posting=posting, text="")).value


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Sr. Software Engineer II (m/f/d), Berlin", "software_engineer"),
        ("Senior/Staff Software Engineer, Product & Systems", "software_engineer"),
        ("(Senior) Graphic Designer (Lisbon)", "graphic_designer"),
        ("Tier 2 Support Engineer", "support_engineer"),
        ("Accountant I", "accountant"),
        ("Entry Level Sales Representative", "sales_representative"),
        ("Mid-Market Account Executive", "mid_market_account_executive"),
        ("Lead Generation Specialist", "lead_generation_specialist"),
        ("Demand Generation Lead", "demand_generation_lead"),
        ("Lead Software Engineer", "software_engineer"),
        ("Staff Accountant", "staff_accountant"),
        ("School Principal", "school_principal"),
        ("Associate Professor", "associate_professor"),
        ("Associate Product Manager", "product_manager"),
        ("Sales Associate", "sales_associate"),
        ("Senior Living Advisor", "senior_living_advisor"),
        ("Chief of Staff to the CEO", "chief_of_staff"),
        ("Executive Assistant to the CEO", "executive_assistant"),
    ],
)
def test_seniority_goes_and_look_alikes_stay(title: str, role: str) -> None:
    assert normal(title) == role


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Director, Engineering", "director_of_engineering"),
        ("Senior Director of Sales, EMEA", "director_of_sales"),
        ("Sales Director", "sales_director"),
        ("VP, Marketing", "vp_of_marketing"),
        ("Senior Vice President, Finance & Accounting", "vp_of_finance_and_accounting"),
        ("Global Head of Talent", "head_of_talent"),
        ("Head Chef", "head_chef"),
        ("Manager, Data Engineering", "data_engineering_manager"),
        ("Manager of Customer Success", "customer_success_manager"),
        ("Engineering Manager, Infrastructure", "engineering_manager"),
        ("CFO", "chief_financial_officer"),
    ],
)
def test_offices_keep_their_form(title: str, role: str) -> None:
    assert normal(title) == role


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Part-time Robotics Assistant", "robotics_assistant"),
        ("6-month contract: Data Engineer", "data_engineer"),
        ("Contracts Manager", "contracts_manager"),
        ("Smart Contract Engineer", "smart_contract_engineer"),
        ("Remote Customer Support Representative", "customer_support_representative"),
        ("Remote Sensing Scientist", "remote_sensing_scientist"),
        ("Software Engineer, Intern", "software_engineer"),
        ("Marketing Intern", "marketing_intern"),
        ("Internship in Marketing", "marketing_intern"),
        ("Warehouse Associate - Overnight Shift", "warehouse_associate"),
        ("Travel Nurse RN - Med Surg - $2,300 per week", "travel_nurse"),
        ("URGENT: Java Developer", "java_developer"),
        ("Grid Analyst (Req #48213)", "grid_analyst"),
        ("Nurses", "nurse"),
        ("Secretaries", "secretary"),
        ("Account Executive Germany", "account_executive"),
        ("Governance, Risk, and Compliance Lead", "governance_risk_and_compliance_lead"),
        ("Clinical Strategy: Medical Coding Specialist", "medical_coding_specialist"),
        ("Full-Stack Developer", "full_stack_developer"),
        ("C++ Developer", "cpp_developer"),
        ("Softwareentwickler C++", "cpp_software_developer"),
        ("Key Account Manager (m/w/d) Automotive", "key_account_manager"),
        ("Personal Assistant", "personal_assistant"),
        ("Physician Assistant or Nurse Practitioner", "physician_assistant"),
        ("Manager Ecosystem Integration & Certification", "ecosystem_integration_and_certification_manager"),
        ("Commercial Manager", "commercial_manager"),
        ("Quality Assurance Specialist", "quality_assurance_specialist"),
        ("LPN/LVN - Long Term Care", "licensed_practical_nurse"),
        ("Line Cooks & Dishwashers", "line_cook"),
        ("Nurse and Midwifery Manager", "nurse_and_midwifery_manager"),
        ("We are hiring a Customer Success Manager!", "customer_success_manager"),
        ("Join our team as a Backend Engineer", "backend_engineer"),
        ("Senior .NET Developer", "dotnet_developer"),
    ],
)
def test_employment_team_place_and_noise_go(title: str, role: str) -> None:
    assert normal(title) == role


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Softwareentwickler/in (m/w/d) in München", "software_developer"),
        ("Conseiller.ère clientèle", "customer_advisor"),
        ("Pessoa Engenheira de Dados", "data_engineer"),
        ("Stellv. Filialleitung (m/w/d)", "deputy_store_manager"),
        ("Apprenti assistant contrôle de gestion", "management_control_assistant"),
        ("Profesora de matemáticas", "mathematics_teacher"),
        ("Kaufmann/-frau im Einzelhandel", "retail_clerk"),
        ("Pflegefachkraft (m/w/d) in Teilzeit", "nurse"),
        ("Développeur Full Stack (H/F)", "full_stack_developer"),
        ("Ingénieur(e) logiciel - CDI", "software_engineer"),
        ("Desarrollador/a Backend", "backend_developer"),
        ("Software Ontwikkelaar (m/v)", "software_developer"),
        ("Desenvolvedor Full Stack Pleno", "full_stack_developer"),
    ],
)
def test_other_languages_lose_their_markers(title: str, role: str) -> None:
    assert normal(title) == role


@pytest.mark.parametrize(
    "title",
    ["General Application", "Talent Community", "Join our team!", "営業", "Менеджер", "", "(m/w/d)", "!!!"],
)
def test_no_role_is_null(title: str) -> None:
    assert normal(title) is None


def test_own_place_is_no_part_of_the_role() -> None:
    assert normal("Line Cook Springfield", "Springfield, IL") == "line_cook"


def test_the_finding_says_which_part_was_taken() -> None:
    posting = RawPosting(posting_id="1", title="Acme Corp - Backend Engineer", listing_url="")
    finding = normalize_title(Source(posting=posting, text=""))
    assert (finding.rule, finding.origin, finding.span) == ("role-word", "title", "backend engineer")
    assert [rejected.value for rejected in finding.rejected] == ["acme corp"]


@given(st.text(max_size=120))
def test_any_title_gives_snake_case_or_null(title: str) -> None:
    name = normal(title)
    assert name is None or (name == name.strip("_") and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_"))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("C#-Entwickler (m/w/d)", "csharp_developer"),
        ("Projektleiter Tiefbau (m/w/d)", "project_manager"),
        ("Leiter Finanzen (m/w/d)", "head_of_finance"),
        ("Praktikant Marketing (m/w/d)", "marketing_intern"),
        ("Chef de projet digital (H/F)", "digital_project_manager"),
        ("Stage - Assistant RH (H/F)", "hr_assistant"),
        ("Assistant(e) RH - Alternance", "hr_assistant"),
        ("Ingeniera de datos", "data_engineer"),
        ("Gerente de Vendas", "sales_manager"),
        ("Magazijnmedewerker (fulltime)", "warehouse_worker"),
        ("Stage Manager", "stage_manager"),
        ("Vertriebsleiter (m/w/d)", "head_of_sales"),
        ("Marketingmanager (m/v)", "marketing_manager"),
        ("Bildungsreferent (m/w/d)", "bildungsreferent"),
        ("Sachbearbeiter (m/w/d) Buchhaltung", "accounting_clerk"),
        ("Ausbildung zur Köchin (m/w/d)", "cook"),
        ("Erzieherinnen und Erzieher gesucht", "educator"),
        ("Director de Marketing", "director_of_marketing"),
        ("Director Comercial", "commercial_director"),
        ("Werkstudent im Bereich Marketing", "marketing_working_student"),
        ("Responsable boulangerie", "responsable_boulangerie"),
    ],
)
def test_common_roles_of_other_languages_get_their_english_name(title: str, expected: str) -> None:
    assert normal(title) == expected


def test_a_spelling_has_one_english_name() -> None:
    lines = read_groups("foreign_roles.txt")
    for group in ("roles", "bound", "beside"):
        spellings = [word.strip() for line in lines[group] for word in line.partition(" = ")[0].split(",")]
        assert [word for word in spellings if fold(word) != word] == []
        assert all(line.count(" = ") == 1 for line in lines[group])
