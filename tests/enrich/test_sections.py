from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobwire.enrich.cues import names_task, read_cues, tells_duty, vote
from jobwire.enrich.duties import find_benefits, find_responsibilities
from jobwire.enrich.finding import Source
from jobwire.enrich.headings import find_kind, match_heading
from jobwire.enrich.lines import split_lines, split_sentences
from jobwire.enrich.qualifications import find_qualifications
from jobwire.enrich.sections import Sections, find_sections
from jobwire.enrich.summary import find_summary
from jobwire.enrich.wordlists import expand_braces
from jobwire.model.raw import RawPosting, RawSection


def source(text: str, *sections: RawSection, title: str = "Welder") -> Source:
    posting = RawPosting(posting_id="1", title=title, listing_url="https://example.com/1", sections=sections)
    return Source(posting=posting, text=text)


def sections_of(text: str) -> Sections:
    return find_sections(source(text))


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("What You'll Do", "responsibilities"),
        ("WHAT YOU WILL DO:", "responsibilities"),
        ("**Responsibilities**", "responsibilities"),
        ("🚀 Your mission", "responsibilities"),
        ("3. Key Responsibilities", "responsibilities"),
        ("In this role, you will...", "responsibilities"),
        ("Deine Aufgaben", "responsibilities"),
        ("Vos missions :", "responsibilities"),
        ("Funciones", "responsibilities"),
        ("Wat ga je doen?", "responsibilities"),
        ("Principais atividades", "responsibilities"),
        ("Requirements", "must_have"),
        ("Who you are", "must_have"),
        ("You have", "must_have"),
        ("Minimum Qualifications (required)", "must_have"),
        ("Dein Profil (m/w/d)", "must_have"),
        ("Profil recherché", "must_have"),
        ("Requisitos", "must_have"),
        ("Wat wij vragen", "must_have"),
        ("Nice to haves", "preferred"),
        ("Bonus points", "preferred"),
        ("Preferred Qualifications", "preferred"),
        ("Ideally, you", "preferred"),
        ("Perks & Benefits", "benefits"),
        ("What we offer", "benefits"),
        ("Das bieten wir", "benefits"),
        ("Avantages", "benefits"),
        ("Oferecemos", "benefits"),
        ("About Larkspur", "about_company"),
        ("About the role", "about_role"),
        ("Equal Opportunity", "boilerplate"),
    ],
)
def test_headings_are_known_in_every_shape(heading: str, kind: str) -> None:
    found = match_heading(heading, before_list=True)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "line",
    [
        "You have worked with welders in a shipyard and know the trade inside out.",
        "Education assistance for you and for every member of your family",
        "We offer a place where people grow.",
        "",
        "!!!",
    ],
)
def test_sentences_are_no_headings(line: str) -> None:
    assert match_heading(line, before_list=False) is None


def test_a_heading_may_carry_its_text() -> None:
    found = match_heading("Requirements: 3+ years of Java", before_list=False)
    assert found == ("must_have", "3+ years of Java")
    assert find_kind("Requirements.", sure=True) is None


def test_lists_go_where_their_headings_say() -> None:
    found = sections_of(
        "About us\nWe weld.\n\nYour tasks\n- Weld pipes\n- Check seams\n\nYou bring\n- 3 years of TIG welding\n"
        "- A crane license is a plus\n\nWe offer\n- Health insurance\n\nWe are an equal opportunity employer."
    )
    assert found.responsibilities == ("Weld pipes", "Check seams")
    assert found.must_have == ("3 years of TIG welding",)
    assert found.preferred == ("A crane license is a plus",)
    assert found.benefits == ("Health insurance",)
    assert found.boilerplate == ("We are an equal opportunity employer.",)
    assert ("responsibilities", "Your tasks") in found.headings


def test_subheadings_keep_the_kind_above_them() -> None:
    found = sections_of(
        "Responsibilities\nReporting\n- Prepare the monthly report\nTeam\n- Coach two analysts\n- Hire a third"
    )
    assert found.responsibilities == ("Prepare the monthly report", "Coach two analysts", "Hire a third")


def test_lists_without_headings_speak_for_themselves() -> None:
    found = sections_of(
        "Bolt Inc\n- Install cables\n- Repair switchboards\n- Train apprentices\n\nText\n\n"
        "- 3 years of experience\n- Valid driver's license"
    )
    assert found.responsibilities == ("Install cables", "Repair switchboards", "Train apprentices")
    assert found.must_have == ("3 years of experience", "Valid driver's license")


def test_headings_of_the_ats_are_headings() -> None:
    text = "Stuff you'd get up to\n- Weld pipes\n- Check seams\nThe fun bit\n- Free lunch\n- Paid holidays"
    stated = (RawSection(heading="Stuff you'd get up to", html=""), RawSection(heading="The fun bit", html=""))
    found = find_sections(source(text, *stated))
    assert found.responsibilities == ("Weld pipes", "Check seams")
    assert found.benefits == ("Free lunch", "Paid holidays")


def test_lines_without_bullets_are_items() -> None:
    found = sections_of("Responsibilities:\nWeld pipes\nCheck seams\nBenefits:\nHealth insurance\nPaid vacation")
    assert found.responsibilities == ("Weld pipes", "Check seams")
    assert found.benefits == ("Health insurance", "Paid vacation")


def test_prose_is_read_sentence_by_sentence() -> None:
    posting = source(
        "We are hiring a welder. You will weld pipes for ships. You must have two years of experience. "
        "We offer health insurance, paid vacation and a pension."
    )
    found = find_sections(posting)
    assert find_responsibilities(posting, found).value == ("You will weld pipes for ships.",)
    assert find_benefits(posting, found).value == ("health insurance", "paid vacation", "a pension")
    assert found.must_have == ("You must have two years of experience.",)


def test_one_line_postings_are_cut() -> None:
    text = (
        "We build boats. " * 45
        + "Responsibilities: • Weld pipes • Check seams Requirements: • 3 years of experience • A license"
    )
    found = sections_of(text)
    assert found.responsibilities == ("Weld pipes", "Check seams")
    assert found.must_have == ("3 years of experience", "A license")


def test_pay_ranges_and_introductions_are_no_benefits() -> None:
    posting = source(
        "Benefits\nHere is what you get:\n- Dental insurance\n- Dental insurance\n- Salary range: $50,000 - $60,000"
    )
    found = find_benefits(posting, find_sections(posting))
    assert found.value == ("Dental insurance",)
    assert {rejected.why for rejected in found.rejected} == {"base pay, not a benefit", "said before"}
    assert (found.rule, found.origin, found.span) == ("heading", "text", "Benefits")


def test_nothing_is_found_in_nothing() -> None:
    posting = source("")
    assert find_sections(posting) == Sections()
    assert find_responsibilities(posting, Sections()).value == ()
    assert find_benefits(posting, Sections()).rule == ""


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Lead a team of five", "responsibilities"),
        ("Proactively identify risks", "responsibilities"),
        ("Betreuung unserer Kunden", "responsibilities"),
        ("5+ years in sales", "must_have"),
        ("401(k) with match", "benefits"),
        ("Blue", ""),
    ],
)
def test_a_line_votes_by_its_words(line: str, kind: str) -> None:
    assert vote(line) == kind


def test_cues_are_whole_words() -> None:
    assert "benefit" not in read_cues("a cryptograph")  # pto
    assert "benefit" in read_cues("PTO, from day one")
    assert expand_braces("a {b,c} {d,}") == ["a b d", "a b ", "a c d", "a c "]


def test_duties_are_told_apart_from_promises() -> None:
    assert tells_duty("You'll own the roadmap.")
    assert not tells_duty("You'll get a laptop.")
    assert not tells_duty("Join our team of welders in Reno today.")


def test_abbreviations_end_no_sentence() -> None:
    text = "We use e.g. Python. You report to Dr. Who in the U.S. office. Start now!"
    assert split_sentences(text) == [
        "We use e.g. Python.",
        "You report to Dr. Who in the U.S. office.",
        "Start now!",
    ]


def test_a_label_and_its_text_are_one_item() -> None:
    lines = split_lines("- Quality review:\nCompare the notes with the signed documents.\n- Training")
    assert [line.text for line in lines] == [
        "Quality review: Compare the notes with the signed documents.",
        "Training",
    ]


def run_all(text: str) -> None:
    posting = source(text)
    found = find_sections(posting)
    find_responsibilities(posting, found)
    find_benefits(posting, found)
    find_qualifications(posting, found)
    summary = find_summary(posting, found).value
    assert summary is None or 40 <= len(summary) <= 500


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(max_size=400)
    | st.lists(
        st.sampled_from(
            [
                "Requirements:",
                "- ",
                "You will ",
                "degree in ",
                "BS, ",
                "certified ",
                "(",
                "preferred; ",
                "\n",
                "•",
                "$",
                "İ",
                "Go, ",
                "a plus. ",
                "We offer ",
            ]
        ),
        max_size=60,
    ).map("".join)
)
def test_no_text_breaks_it(text: str) -> None:
    run_all(text)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "- ",
        "x, ",
        "You will lead. ",
        "(",
        "Bachelor's degree in ",
        "Certified Aa ",
        "A ",
        "• ",
        "We offer a, b, ",
        "İ",
        "Aa: ",
        "\n- a",
    ],
)
def test_long_texts_take_linear_time(piece: str) -> None:
    started = time.process_time()
    run_all(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 5


def test_headings_of_markdown_and_of_unknown_words_part_a_posting() -> None:
    found = sections_of(
        "# Requirements\nThree years of SQL\n## Contratação\nCLT\n### Das gibt's bei uns obendrauf:\n- 30 Tage Urlaub"
    )
    assert found.must_have == ("Three years of SQL",)
    assert found.benefits == ("30 Tage Urlaub",)


def test_a_labelled_line_is_no_item_of_a_list_without_bullets() -> None:
    found = sections_of("Benefits:\nDental insurance\nWork location: In person\nPaid time off")
    assert found.benefits == ("Dental insurance", "Paid time off")


def test_an_introduction_of_a_list_is_no_duty() -> None:
    found = sections_of(
        "Responsibilities\nYou join a team of six.\nYour tasks may include:\nWeld frames\nRead drawings"
    )
    assert [line for line in found.responsibilities if not line.endswith(":")] == ["Weld frames", "Read drawings"]


@pytest.mark.parametrize(
    ("line", "language", "is_task"),
    [
        ("Garantir o bom funcionamento da loja", "pt", True),
        ("Refonte du site", "fr", True),
        ("Anleitung von Auszubildenden", "de", True),
        ("Opstellen van beleid", "nl", True),
        ("Ter experiência em vendas", "pt", False),
        ("Formation en comptabilité", "fr", False),
        ("Erfahrung von Vorteil", "de", False),
        ("Refonte du site", "en", False),
    ],
)
def test_tasks_have_a_form(line: str, language: str, is_task: bool) -> None:
    assert names_task(line, language) is is_task


def test_a_poured_text_is_cut_before_known_headings_only() -> None:
    text = (
        "Acme makes chairs. What you will do: Build agentic AI Solutions: Help to develop our platform. Preferred Skills: "
        "Cloud: AWS or Azure. " + "x" * 600
    )
    lines = [line.text for line in split_lines(text)]
    assert lines[1].startswith("What you will do: Build agentic AI Solutions: Help")
    assert lines[2].startswith("Preferred Skills: Cloud: AWS")


@pytest.mark.parametrize(
    ("language", "tasks", "heading", "items", "kind"),
    [
        (
            "en",
            "Open the shop|Keep the bar clean",
            "The stuff that matters",
            "One year in a bar|Food card",
            "must_have",
        ),
        ("en", "Assess patients|Plan care", "You'll be great if you", "Hold an RN license|Are calm", "must_have"),
        ("en", "Assess patients|Plan care", "We'll", "Match your 401(k)|Pay for courses", "benefits"),
        (
            "en",
            "Assess patients|Plan care",
            "Night shifts",
            "Watch the monitors|Crash cart checks",
            "responsibilities",
        ),
        ("de", "Wartung von Anlagen|Montage von Pumpen", "Ihr Rucksack", "Lehre|SPS|Fleiß", "must_have"),
        ("de", "Wartung von Anlagen|Montage von Pumpen", "Was uns ausmacht, hier", "Urlaub|Jobrad", "benefits"),
        ("fr", "Assurer le suivi|Réaliser les devis", "Tes pépites", "3 ans d'expérience|Permis B", "must_have"),
        ("es", "Realizar informes|Diagnosticar averías", "Y nosotros", "Seguro médico|Comedor", "benefits"),
        (
            "pt",
            "Elaborar relatórios|Apoiar as auditorias",
            "Contigo vem",
            "Inglês|Experiência com SAP",
            "must_have",
        ),
        (
            "nl",
            "Storingen oplossen aan machines|Onderhouden van pompen",
            "Jouw rugzak",
            "VCA|Rijbewijs",
            "must_have",
        ),
    ],
)
def test_a_list_without_verbs_after_the_tasks_is_none_of_them(
    language: str, tasks: str, heading: str, items: str, kind: str
) -> None:
    names = {"de": "Aufgaben", "fr": "Missions", "es": "Funciones", "pt": "Atividades", "nl": "Taken"}
    lists = [tasks.split("|"), items.split("|")]
    done, listed = ("\n".join(f"- {item}" for item in each) for each in lists)
    text = f"{names.get(language, 'Responsibilities')}\n{done}\n\n{heading}\n{listed}"
    posting = source(text).posting
    sections = find_sections(Source(posting=posting, text=text, language=language))
    assert getattr(sections, kind)[-len(lists[1]) :] == tuple(lists[1])
    assert sections.responsibilities[: len(lists[0])] == tuple(lists[0])
    assert (len(sections.responsibilities) > len(lists[0])) == (kind == "responsibilities")


@pytest.mark.parametrize(
    ("text", "language", "offered"),
    [
        (
            "The State offers: dental coverage, paid vacation, and a pension.",
            "en",
            "dental coverage|paid vacation|a pension",
        ),
        ("Perks | Free lunch | Gym | 401(k)", "en", "Free lunch|Gym|401(k)"),
        ("Benefits: Dental | Vision | PTO", "en", "Dental|Vision|PTO"),
        ("Perks\nFree lunch, gym, PTO", "en", "Free lunch|gym|PTO"),
        ("We\n- pay weekly\n- cover your training", "en", "pay weekly|cover your training"),
        (
            "Daar staat tegenover: 25 vakantiedagen, pensioen, een fiets",
            "nl",
            "25 vakantiedagen|pensioen|een fiets",
        ),
        ("Unsere Extras für dich: Jobrad, Kantine, 30 Tage Urlaub", "de", "Jobrad|Kantine|30 Tage Urlaub"),
        (
            "Et vous ?\n- Bac pro\n\nEt nous ?\n- Une voiture\n- Un salaire fixe",
            "fr",
            "Une voiture|Un salaire fixe",
        ),
        ("Package: £40,000 - £45,000\nWe are a small firm in Leeds.", "en", ""),
        ("DUTIES: Sort mail. WE OFFER: Medical; dental; PTO.", "en", "Medical|dental|PTO"),
    ],
)
def test_benefits_stand_behind_many_kinds_of_labels(text: str, language: str, offered: str) -> None:
    given = Source(posting=source(text).posting, text=text, language=language)
    assert find_benefits(given, find_sections(given)).value == tuple(filter(None, offered.split("|")))
