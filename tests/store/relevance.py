"""A corpus as real boards have it, small enough to be judged by hand, and what a person expects of each query.

Each family of roles has titles as employers write them and a text in which other roles are mentioned, as they
are in real postings: a recruiter hires software engineers, a nurse reports to a manager. Every title is
published by several employers in several places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.store.samples import make_job

from jobwire.model.company import CompanySummary
from jobwire.model.ids import company_id
from jobwire.model.job import Job, Location, QualificationBucket, Qualifications, Skill

COMPANIES = ("Harbor Logistics", "Northwind Health", "Acme Payments", "Data Dynamics", "Green Engineering GmbH")
PLACES = (
    Location(location="Berlin, Germany", city="Berlin", region="Berlin", country="DE"),
    Location(location="New York, NY", city="New York", region="New York", country="US"),
    Location(location="London, UK", city="London", region="England", country="GB"),
    Location(location="Austin, TX", city="Austin", region="Texas", country="US"),
)
FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        ("Software Engineer", "Senior Software Engineer, Payments", "Software Engineer II", "SWE Intern", "Software Developer"),
        ("Python", "PostgreSQL", "Git"),
        "Build services that customers rely on with product managers and data scientists; report to an engineering manager.",
    ),
    (
        ("Backend Engineer", "Senior Backend Engineer (Go)", "Back End Developer", "Lead Backend Engineer - Platform"),
        ("Go", "Kubernetes", "PostgreSQL"),
        "Own APIs and queues. You will work beside frontend engineers and a site reliability engineer.",
    ),
    (
        ("Frontend Developer", "Front-End Engineer (React)", "Senior Frontend Engineer"),
        ("React", "TypeScript", "CSS"),
        "Build the web application with React and TypeScript together with backend engineers and a UX designer.",
    ),
    (
        ("C++ Developer", "Embedded Software Engineer (C++)", "Senior C# Engineer", ".NET Developer"),
        ("C++", "C#", "Linux"),
        "Write fast, careful code close to the machine. Node.js is used for tooling.",
    ),
    (
        ("Data Scientist", "Senior Data Scientist, Growth", "Data Engineer", "Data Analyst", "Machine Learning Engineer"),
        ("Python", "SQL", "Statistics"),
        "Turn data into decisions. You train models, write SQL, and explain results to product managers and sales.",
    ),
    (
        ("Site Reliability Engineer", "DevOps Engineer", "Cloud Infrastructure Engineer", "Systems Administrator"),
        ("Kubernetes", "Terraform", "AWS"),
        "Keep production quiet: on-call, incident reviews, infrastructure as code for software engineers.",
    ),
    (
        ("Product Manager", "Senior Product Manager, Payments", "Group Product Manager", "Product Designer", "Product Owner"),
        ("Roadmaps", "Figma"),
        "Decide what is built next with engineers, designers and marketing managers. No project management office.",
    ),
    (
        ("Project Manager", "Construction Project Manager", "Technical Program Manager"),
        ("Planning", "MS Project"),
        "Plan, budget and deliver projects on time with site engineers, product teams and suppliers.",
    ),
    (
        ("Engineering Manager", "Engineering Manager, Infrastructure", "Director of Engineering", "VP of Engineering"),
        ("Leadership",),
        "Lead teams of software engineers; hire, coach and set direction. You were a senior software engineer once.",
    ),
    (
        ("Mechanical Engineer", "Electrical Engineer", "Civil Engineer", "Manufacturing Engineer"),
        ("CAD", "MATLAB"),
        "Design and test parts and plants; work with technicians, project managers and suppliers. CAD software.",
    ),
    (
        ("Registered Nurse", "Registered Nurse - ICU", "RN, Emergency Department", "Nurse Practitioner", "Nurse Manager"),
        ("Patient care", "ACLS"),
        "Care for patients on the ward with physicians, therapists and nursing assistants. Night shift possible.",
    ),
    (
        ("Certified Nursing Assistant", "CNA - Night Shift", "Licensed Practical Nurse", "Medical Assistant"),
        ("Patient care", "CPR"),
        "Help residents with daily living under the direction of a registered nurse.",
    ),
    (
        ("Physical Therapist", "Occupational Therapist", "Speech Language Pathologist", "Pharmacist"),
        ("Rehabilitation",),
        "Assess patients, plan therapy and document progress with nurses and physicians.",
    ),
    (
        ("Account Executive", "Enterprise Account Executive", "Sales Development Representative", "Sales Manager", "Account Manager"),
        ("Salesforce", "Negotiation"),
        "Win and grow customers. You work with marketing, customer success managers and sales engineers.",
    ),
    (
        ("Customer Success Manager", "Customer Support Specialist", "Technical Support Engineer", "Call Center Agent"),
        ("Zendesk", "Communication"),
        "Help customers succeed after the sale; answer questions by phone and mail, hand bugs to software engineers.",
    ),
    (
        ("Marketing Manager", "Content Marketing Manager", "SEO Specialist", "Social Media Manager", "Graphic Designer"),
        ("SEO", "Google Analytics"),
        "Plan campaigns, write and measure. You work with the sales manager and with product managers.",
    ),
    (
        ("Technical Recruiter", "Talent Acquisition Partner", "HR Manager", "Human Resources Business Partner"),
        ("Sourcing", "Interviewing"),
        "Hire software engineers, backend engineers, data scientists and product managers for our offices.",
    ),
    (
        ("Accountant", "Senior Accountant", "Staff Accountant (CPA)", "Financial Analyst", "Controller", "Payroll Specialist"),
        ("Excel", "GAAP"),
        "Close the books, prepare reports, support the audit and the finance business partners.",
    ),
    (
        ("Warehouse Associate", "Forklift Operator", "Warehouse Manager", "Truck Driver - CDL Class A", "Delivery Driver"),
        ("Forklift",),
        "Pick, pack, load and drive safely. Night shift and weekend shifts are possible.",
    ),
    (
        ("Line Cook", "Executive Chef", "Barista", "Restaurant Manager", "Server"),
        ("Food safety",),
        "Prepare food and drinks, keep the kitchen clean, serve guests kindly.",
    ),
    (
        ("Electrician", "Apprentice Electrician", "Plumber", "HVAC Technician", "Maintenance Technician"),
        ("Wiring",),
        "Install and repair equipment on site; read drawings from electrical engineers.",
    ),
    (
        ("Executive Assistant", "Office Manager", "Receptionist", "Legal Counsel", "Paralegal"),
        ("MS Office",),
        "Keep calendars, contracts and visitors in order for the vice president and other executives.",
    ),
    (
        ("Teacher - Mathematics", "Substitute Teacher", "School Counselor", "Store Manager", "Cashier", "Security Guard"),
        ("Communication",),
        "Work with people every day, patiently and reliably.",
    ),
    (
        ("Node.js Developer", "NodeJS Engineer", "R Developer", "R&D Manager", "ASP.NET Developer", "Net Revenue Analyst"),
        ("Communication",),
        "One of several specialists of our office, with its own tools and its own backlog.",
    ),
    (
        ("E-Commerce Manager", "Ecommerce Specialist", "Commerce Teacher"),
        ("Excel",),
        "Look after the assortment and those who look at it.",
    ),
    (
        ("Développeur Web", "Ingénieur Logiciel", "Krankenpfleger (m/w/d)", "Müllwerker", "ソフトウェアエンジニア", "Инженер-программист"),
        ("Français",),
        "Nous cherchons une personne pour notre équipe. Wir freuen uns auf dich. 東京で働く。",
    ),
)  # fmt: skip


def make_corpus() -> Iterator[Job]:
    """Some 300 jobs; which employer, place and workplace follows from the number alone."""
    number = 0
    for titles, skills, text in FAMILIES:
        for title in titles:
            for _ in range(3):
                number += 1
                company = COMPANIES[number * 7 % len(COMPANIES)]
                yield make_job(
                    number,
                    title=title,
                    description=f"{company} is hiring in a growing team. {text} You apply online; we answer.",
                    company=CompanySummary(id=company_id(company), name=company),
                    locations=(PLACES[number * 3 % len(PLACES)],),
                    workplace_type=("onsite", "remote", "hybrid", "onsite", "onsite")[number % 5],
                    qualifications=_skilled(skills),
                )


def _skilled(names: tuple[str, ...]) -> Qualifications:
    return Qualifications(
        must_have=QualificationBucket(skills=tuple(Skill(name=name, type="hard") for name in names))
    )


Judge = dict[str, int]
JUDGED: dict[str, Judge] = {
    "software engineer": {
        r"^(Senior )?Software Engineer": 3,
        r"^SWE|^Software Developer|Embedded Software": 2,
        r"(Backend|Back End|Frontend|Front-End|C#|\.NET|C\+\+|DevOps|Machine Learning|Reliability|Cloud)": 1,
    },
    "senior software engineer": {
        r"^Senior Software Engineer": 3,
        r"^Senior (Backend|Frontend|C#)": 2,
        r"^Software": 1,
    },
    '"software engineer"': {r"Software Engineer": 3, r"SWE": 1},
    "swe": {r"^SWE": 3, r"Software Engineer": 3, r"Software Developer": 2},
    "software enginer": {r"Software Engineer": 3, r"Software Developer|SWE": 2, r"Engineer": 1},
    "backend engineer": {r"Backend Engineer": 3, r"Back End": 2},
    "backend": {r"Backend|Back End": 3},
    "back end developer": {r"Back End Developer": 3, r"Backend": 2},
    "frontend react": {r"Frontend|Front-End": 3},
    "c++ developer": {r"C\+\+ Developer": 3, r"\(C\+\+\)": 2, r"\.NET|C#": 1},
    "c#": {r"C#": 3, r"\.NET|C\+\+": 1},
    "data scientist": {r"Data Scientist": 3, r"Machine Learning": 1, r"Data (Analyst|Engineer)": 1},
    "data": {r"^(Senior )?Data ": 3, r"Machine Learning": 1},
    "machine learning": {r"Machine Learning": 3, r"Data Scientist": 1},
    "sre": {r"Site Reliability": 3, r"DevOps": 1},
    "kubernetes engineer": {r"Reliability|DevOps|Cloud": 3, r"Backend|Back End": 3, r"Systems": 2},
    "product manager": {r"Product Manager": 3, r"Product Owner": 1},
    "product -manager": {r"Product (Designer|Owner)": 3},
    "pm": {r"Product Manager|Project Manager": 3},
    "project manager": {r"Project Manager": 3, r"Program Manager": 1},
    "engineering manager": {r"Engineering Manager": 3, r"Director of Engineering|VP of": 1},
    "vice president engineering": {r"VP of Engineering": 3, r"Director of Engineering": 2},
    "nurse": {r"Nurse|^RN": 3, r"Nursing Assistant|CNA": 2},
    "registered nurse": {r"Registered Nurse|^RN": 3, r"Nurse": 1},
    "rn": {r"Registered Nurse|^RN": 3},
    "icu nurse": {r"ICU": 3, r"Registered Nurse|^RN|Nurse": 1},
    "cna night shift": {r"CNA": 3, r"Certified Nursing Assistant": 2},
    "sales": {r"Sales": 3, r"Account": 1},
    "account executive": {r"Account Executive": 3, r"Account Manager": 1},
    "accountant": {r"Accountant": 3},
    "hr": {r"HR|Human Resources": 3},
    "recruiter": {r"Recruiter": 3, r"Talent": 2},
    "truck driver": {r"Truck Driver": 3, r"Delivery Driver": 1},
    "electrician": {r"Electrician": 3},
    "manager": {r"Manager": 3, r"Director|Controller": 1},
    # The hard ones: signs, hyphens, one letter, other languages, slips, more words than any job has.
    "r developer": {r"^R Developer": 3},
    "r&d": {r"R&D": 3},
    "nodejs": {r"^Node": 3},
    "node.js developer": {r"^Node.js Dev": 3, r"^NodeJS": 2, r"C\+\+ Dev|^.NET": 1},
    ".net": {r"\.NET": 3, r"C#|C\+\+": 1},
    "dotnet developers": {r"\.NET": 3, r"C#|C\+\+": 1},
    "ecommerce": {r"E-?commerce": 3, r"E-Commerce": 3},
    "e-commerce specialist": {r"Ecommerce Specialist": 3, r"E-Commerce": 2},
    "front-end engineers": {r"Front-End Engineer|Frontend Engineer": 3, r"Frontend": 2},
    "sr. backend engineer": {r"^Senior Backend": 3, r"Backend|Back End": 1},
    "developpeur": {r"Développeur": 3},
    "INGÉNIEUR": {r"Ingénieur": 3},
    "krankenpfleger": {r"Krankenpfleger": 3},
    "krankenschwester": {r"Krankenpfleger": 3},
    "softwareentwickler": {r"Software (Engineer|Developer)|^SWE": 3},
    "softwear engineer": {r"^(Senior )?Software Engineer": 3, r"Software": 2},
    "customer sucess mgr": {r"Customer Success Manager": 3},
    "truck drivers": {r"Truck Driver": 3, r"Delivery Driver": 1},
    "sr swe": {r"^Senior Software": 3, r"Software|SWE": 1},
    "RN nights": {r"Registered Nurse|^RN": 3, r"Night": 1},
    "エンジニア": {r"エンジニア": 3},
    "программист": {r"программист": 3},
    "softwre enginer": {r"Software Engineer": 3, r"SWE|Software Developer": 2},
    "principal data scientist": {r"Data Scientist": 3},
    "senior registered nurse zurich": {r"Registered Nurse|^RN": 3, r"Nurse": 1},
    "electrician with zeppelin licence": {r"Electrician": 3},
    "engineering manager or director of engineering": {r"Director of Engineering": 3, r"Engineering Manager": 3},
    "we look for a senior accountant who likes numbers, audits and people and speaks Klingon": {r"Accountant": 3},
    "sr backend eng go": {r"^Senior Backend": 3},
    "front end dev react": {r"Front-End Engineer": 3, r"Frontend": 3},
    "devops/sre": {r"DevOps|Reliability": 3},
    "dev ops engineer": {r"DevOps": 3},
    "sales rep": {r"Sales Development Rep": 3, r"Sales": 2, r"Account": 1},
    "maintenance tech": {r"Maintenance Tech": 3, r"Technician": 1},
    "sys admin": {r"Systems Admin": 3},
    "accounting": {r"Accountant": 3, r"Controller|Payroll|Financial": 1},
    "math teacher": {r"Teacher - Math": 3, r"Teacher": 2},
    "hr generalist": {r"HR|Human Resources": 3},
    "cdl drivers": {r"CDL": 3, r"Driver": 2},
    "ingenieur logiciel": {r"Ingénieur Logiciel": 3},
    "mullwerker": {r"Müllwerker": 3},
    '"product manager" -senior -group': {r"^Product Manager": 3},
    "nurses icu": {r"ICU": 3, r"Nurse|^RN": 1},
    "acme payments": {},
    "nurse berlin": {},
    "remote software engineer": {},
}
"""Query -> (pattern of titles -> grade); the first pattern that fits counts, all else is worth nothing.
The last ones are judged by more than the title: see `grade`."""


def grade(query: str, job: Job) -> int:
    """0 (not what was meant) to 3 (just that)."""
    city = job.locations[0].city
    match query:
        case "acme payments":
            return 3 if job.company.name == "Acme Payments" else 0
        case "nurse berlin":
            return _grade("nurse", job) if city == "Berlin" else 0
        case "remote software engineer":
            return _grade("software engineer", job) if job.workplace_type == "remote" else 0
        case _:
            return _grade(query, job)


def _grade(query: str, job: Job) -> int:
    return next((worth for pattern, worth in JUDGED[query].items() if re.search(pattern, job.title)), 0)
