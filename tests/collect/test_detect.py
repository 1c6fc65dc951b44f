"""Detection: what URLs and pages say of themselves, and who pretends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from jobwire.collect.ats import ATSS
from jobwire.collect.detect import detect_page, detect_url

BOARDS = Path(__file__).parents[2].parent / "shared" / "samples" / "boards.csv"
UUID = "0a1b2c3d-1111-4222-8333-444455556666"

URLS = [
    ("https://boards.greenhouse.io/acme", "greenhouse:acme"),
    ("http://BOARDS.GREENHOUSE.IO/acme/", "greenhouse:acme"),
    ("boards.greenhouse.io/acme/jobs/4012345?gh_jid=4012345#app", "greenhouse:acme"),
    ("https://job-boards.greenhouse.io/acme?error=true", "greenhouse:acme"),
    ("https://job-boards.eu.greenhouse.io/acme/jobs/77", "greenhouse:acme"),
    ("https://boards.greenhouse.io/embed/job_board?for=acme&b=https%3A%2F%2Facme.com", "greenhouse:acme"),
    ("https://boards.greenhouse.io/embed/job_board/js?for=acme", "greenhouse:acme"),
    ("https://boards.greenhouse.io/embed/job_app?for=acme&amp;token=4012345", "greenhouse:acme"),
    ("https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true", "greenhouse:acme"),
    ("https://api.greenhouse.io/v1/boards/acme/embed/jobs", "greenhouse:acme"),
    ("https://boards.greenhouse.io:443/acme", "greenhouse:acme"),
    ("https://user:secret@boards.greenhouse.io/acme", "greenhouse:acme"),
    ("https://boards.greenhouse.io/css", "greenhouse:css"),
    ("(https://boards.greenhouse.io/acme).", "greenhouse:acme"),
    ("//boards.greenhouse.io/acme", "greenhouse:acme"),
    ("https://job-boards.greenhouse.io/en-US/acme/jobs/77", "greenhouse:acme"),
    ("https://jobs.lever.co/Acme-2", "lever:Acme-2"),
    ("https://jobs.lever.co/fr-FR/acme", "lever:acme"),
    ("https://jobs.lever.co/en", "lever:en"),
    (f"https://jobs.lever.co/acme/{UUID}/apply?lever-source=x", "lever:acme"),
    ("https://jobs.eu.lever.co/acme", "lever:acme"),
    ("https://api.lever.co/v0/postings/acme?mode=json", "lever:acme"),
    (f"https://api.eu.lever.co/v0/postings/acme/{UUID}", "lever:acme"),
    ("https://jobs.ashbyhq.com/Acme%20Inc.", "ashby:Acme%20Inc."),
    ("https://jobs.ashbyhq.com/Acme Inc", "ashby:Acme%20Inc"),
    (f"https://jobs.ashbyhq.com/acme.ai/{UUID}/application?utm_source=x", "ashby:acme.ai"),
    ("https://jobs.ashbyhq.com/acme/embed?version=2", "ashby:acme"),
    ("https://api.ashbyhq.com/posting-api/job-board/acme?includeCompensation=true", "ashby:acme"),
    ("https://acme.wd5.myworkdayjobs.com/en-US/Careers", "workday:acme/Careers"),
    ("https://acme.wd5.myworkdayjobs.com/Careers/job/Berlin/Cook_R-1/apply", "workday:acme/Careers"),
    ("ACME.WD103.MYWORKDAYJOBS.COM/fr-FR/Careers/", "workday:acme/Careers"),
    ("https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/jobs", "workday:acme/Careers"),
    ("https://wd3.myworkdaysite.com/recruiting/acme/External", "workday:acme/External"),
    ("https://wd3.myworkdaysite.com/en-US/recruiting/acme/External/job/X/Y_1", "workday:acme/External"),
    ("https://careers.smartrecruiters.com/Acme1", "smartrecruiters:Acme1"),
    ("https://jobs.smartrecruiters.com/Acme1/743999671674844-cook?trid=1", "smartrecruiters:Acme1"),
    ("https://api.smartrecruiters.com/v1/companies/Acme1/postings/1", "smartrecruiters:Acme1"),
    (f"https://jobs.smartrecruiters.com/oneclick-ui/company/Acme1/publication/{UUID}", "smartrecruiters:Acme1"),
    ("https://www.smartrecruiters.com/Acme1/743999671674844-cook", "smartrecruiters:Acme1"),
    ("https://apply.workable.com/acme-1/j/DD136DD7E7/apply/", "workable:acme-1"),
    ("https://apply.workable.com/api/v1/widget/accounts/acme?details=true", "workable:acme"),
    ("https://apply.workable.com/api/v3/accounts/acme/jobs", "workable:acme"),
    ("https://acme.workable.com/jobs/123", "workable:acme"),
    ("https://acme.recruitee.com/o/cook?source=x", "recruitee:acme"),
    ("https://acme.recruitee.com/api/offers/", "recruitee:acme"),
    ("https://acme-gmbh.jobs.personio.de/job/1?language=de", "personio:acme-gmbh"),
    ("acme.jobs.personio.com/xml", "personio:acme"),
]

NOT_BOARDS = [
    "https://evil.com/boards.greenhouse.io/acme",
    "https://boards.greenhouse.io.evil.com/acme",
    "https://evilboards.greenhouse.io.co/acme",
    "https://boards.greenhouse.io@evil.com/acme",
    "https://evil.com\\@boards.greenhouse.io/acme",
    "https://evil.com#@boards.greenhouse.io/acme",
    "https://evil.com?u=https://boards.greenhouse.io/acme",
    "https://notlever.co/acme",
    "https://jobs.lever.co.evil.com/acme",
    "https://myworkdayjobs.com.evil.com/acme",
    "https://evilmyworkdayjobs.com/acme",
    "https://boards.greenhouse.io/",
    "https://boards.greenhouse.io/embed/job_app?token=4012345",
    "https://www.greenhouse.io/customers",
    "https://app.greenhouse.io/people/1",
    "https://www.smartrecruiters.com/recruiting-software/",
    "https://jobs.smartrecruiters.com/sr-jobs/job-list",
    "https://www.lever.co/careers",
    "https://jobs.lever.co",
    "https://www.ashbyhq.com/careers",
    "https://apply.workable.com/j/DD136DD7E7",
    "https://jobs.workable.com/company/abc",
    "https://www.workable.com/pricing",
    "https://www.recruitee.com/",
    "https://www.personio.de/preise",
    "https://www.acme.example/en/sites/berlin",
    "https://careers.acme.example/en/sites/berlin/our-offices",
    "https://careers.acme.example/sites/berlin",
    "https://careers.acme.example/careers?pid=12&domain=acme.com",
    "https://www.linkedin.com/jobs/view/123",
    "https://www.indeed.com/viewjob?jk=1",
    "https://en.wikipedia.org/wiki/Greenhouse",
    "https://www.glassdoor.com/job-listing/x",
    "mailto:jobs@acme.recruitee.com",
    "javascript:location='https://jobs.lever.co/acme'",
    "ftp://jobs.lever.co/acme",
    "https://jobs.lever.co:port/acme",
    "https://[jobs.lever.co]/acme",
    "greenhouse",
    "",
    "https://" + "a" * 100_000,
]


@pytest.mark.parametrize(("url", "key"), URLS)
def test_a_url_tells_its_board(url: str, key: str) -> None:
    board = detect_url(url)
    assert board is not None and board.key == key


@pytest.mark.parametrize("url", NOT_BOARDS)
def test_nobody_is_fooled(url: str) -> None:
    assert detect_url(url) is None


def test_the_region_and_the_host_are_kept() -> None:
    eu, workday = detect_url("https://jobs.eu.lever.co/acme"), detect_url("https://acme.wd5.myworkdayjobs.com/X")
    assert eu is not None and eu.host == "jobs.eu.lever.co"
    assert workday is not None and workday.host == "acme.wd5.myworkdayjobs.com"


def test_an_embedded_board_comes_before_linked_ones() -> None:
    html = """
      <a href="https://jobs.lever.co/investor">Our investor</a> <a href="https://jobs.lever.co/investor">hires</a>
      <div id="grnhse_app"></div>
      <script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>
    """
    found = detect_page("https://acme.example/careers", html)
    assert [evidence.board.key for evidence in found] == ["greenhouse:acme", "lever:investor"]
    assert "embedded" in found[0].why and "linked" in found[1].why


@pytest.mark.parametrize(
    ("html", "key"),
    [
        ('<script>window.x = {"urlToken":"acme","host":"boards.greenhouse.io"}</script>', "greenhouse:acme"),
        (
            '<script>Grnhse.Settings={boardToken:"acme"}; s.src="//boards.greenhouse.io/x.js"</script>',
            "greenhouse:acme",
        ),
        (
            """<script>s.src="https://boards.greenhouse.io/embed/job_board/js?for="+'acme';</script>""",
            "greenhouse:acme",
        ),
        ('<script>{"url":"https:\\/\\/jobs.ashbyhq.com\\/Acme%20Inc\\/embed"}</script>', "ashby:Acme%20Inc"),
        (
            """<script src="//static.smartrecruiters.com/w.js"></script><script>w({company_code: 'Acme1'})</script>""",
            "smartrecruiters:Acme1",
        ),
        ('<iframe src="https://acme.jobs.personio.de/?language=en"></iframe>', "personio:acme"),
        ('<a href="https://acme.wd1.myworkdayjobs.com/en-US/Ext">Jobs</a>', "workday:acme/Ext"),
        ('<script src="https://cdn.recruiteecdn.com/x.js"></script>', "recruitee:careers.acme.example"),
        ('<script>COMEET.init({"token": "X", "company-uid": "a7.00c"})</script>', "comeet:A7.00C"),
        ('<script src="//app.jazz.co/widgets/basic/create/acme"></script>', "jazzhr:acme"),
    ],
)
def test_a_page_names_its_board(html: str, key: str) -> None:
    found = detect_page("https://careers.acme.example/", f"<html><body>{html}</body></html>")
    assert [evidence.board.key for evidence in found] == [key]


def test_a_page_without_a_board_names_none() -> None:
    html = '<a href="https://www.linkedin.com/company/x">in</a><a href="https://evil.com/jobs.lever.co/x">no</a>'
    assert detect_page("https://acme.example/", html) == []


def test_a_page_that_states_a_posting_is_a_board_of_its_own() -> None:
    html = '<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook"}</script>'
    found = detect_page("https://acme.example/jobs/cook", html)
    assert [evidence.board.ats for evidence in found] == ["generic"]


def test_a_page_with_an_ats_behind_it_is_no_board_of_its_own() -> None:
    html = (
        '<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook"}</script>'
        '<a href="https://acme.example/a">a</a><a href="https://jobs.lever.co/acme">Jobs</a>'
    )
    found = detect_page("https://acme.example/jobs/cook", html)
    assert [evidence.board.key for evidence in found] == ["lever:acme"]


def test_a_hostile_page_is_read_in_linear_time() -> None:
    for html in ("src=" * 300_000, "//lever.co" * 100_000, "greenhouse.io/" + "a" * 1_000_000, "<" * 500_000):
        detect_page("https://acme.example/", html)


@pytest.mark.skipif(not BOARDS.is_file(), reason="the samples are not here")
def test_real_boards_are_recognised_from_their_url() -> None:
    names = {ats.name for ats in ATSS}
    renamed = {"oracle_hcm": "oracle"}
    misses, total = [], 0
    for row in csv.DictReader(BOARDS.open(encoding="utf-8", newline="")):
        ats = renamed.get(row["ats"], row["ats"])
        if ats not in names:
            continue
        total += 1
        config = json.loads(row["config"] or "{}")
        token = next((config[name] for name in ("token", "slug", "company", "org") if name in config), None)
        board = detect_url(row["board_url"])
        right = board is not None and board.ats == ats
        if right and token and ats not in ("comeet", "oracle"):
            right = board is not None and board.token.lower() == str(token).lower()
        if not right:
            misses.append(f"{ats} {row['board_url']} {row['config'][:80]}")
    assert total > 200
    assert len(misses) <= total * 0.05, "\n".join(misses)
