"""Which board a URL or a page belongs to: every shape that people paste, and none of the look-alikes."""

from __future__ import annotations

import pytest

from jobwire.collect.ats import ATSS, get_ats

GUID = "8759d8d9-b6f5-49b5-b817-f3c4f69a25ed"
ORACLE = "hcbt.fa.em2.oraclecloud.com"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://acme.teamtailor.com", "teamtailor:acme"),
        ("HTTPS://ACME.TEAMTAILOR.COM:443/jobs/123-cook?promotion=1", "teamtailor:acme"),
        ("https://acme.na.teamtailor.com/jobs.rss", "teamtailor:acme/na"),
        ("https://acme.bamboohr.com/careers/42", "bamboohr:acme"),
        ("http://acme.bamboohr.com/jobs/embed2.php?departmentId=0", "bamboohr:acme"),
        ("acme.bamboohr.com/careers", "bamboohr:acme"),
        ("https://acme-co.breezy.hr/p/a1b2-cook/apply", "breezy:acme-co"),
        ("https://acme.breezy.hr/json?verbose=true", "breezy:acme"),
        ("https://ats.rippling.com/en-GB/acme-limited/jobs", "rippling:acme-limited"),
        ("https://ats.rippling.com/embed/acme/jobs?s=1", "rippling:acme"),
        ("https://ats.us1.rippling.com/acme/jobs/0d5ad5b6", "rippling:acme"),
        ("https://api.rippling.com/platform/api/ats/v1/board/acme/jobs", "rippling:acme"),
        ("https://acme.pinpointhq.com/en/postings/1f0c", "pinpoint:acme"),
        ("https://acme.pinpointhq.com/postings.json).", "pinpoint:acme"),
        ("https://acme.applytojob.com/apply/jobs/details/oVX1rAxJJi?&", "jazzhr:acme"),
        ("https://acme.theresumator.com/apply", "jazzhr:acme"),
        ("https://join.com/companies/acme/123-cook", "join:acme"),
        ("https://join.com/de/companies/acme?page=2", "join:acme"),
        ("https://jobs.gem.com/acme-com/am9iLTE", "gem:acme-com"),
        ("https://api.gem.com/job_board/v0/acme-com/job_posts/", "gem:acme-com"),
        ("https://jobs.jobvite.com/careers/acme/job/oAbc1fwX", "jobvite:acme"),
        ("https://jobs.jobvite.com/acme/search?p=1", "jobvite:acme"),
        ("https://www.comeet.com/jobs/acme/B1.00E/cook/23.45A", "comeet:B1.00E"),
        ("https://www.comeet.co/careers-api/2.0/company/b1.00e/positions?token=X", "comeet:B1.00E"),
        ("https://careers-acme.icims.com/jobs/8214/clerk/job?in_iframe=1", "icims:careers-acme"),
        ("https://acme.jibeapply.com/jobs?page=2", "jibe:acme"),
        (f"https://{ORACLE}/hcmUI/CandidateExperience/en/sites/CX_1/job/3001", "oracle:hcbt/CX_1"),
        (f"https://{ORACLE}/hcmUI/CandidateExperience/#en/sites/CX_1/requisitions", "oracle:hcbt/CX_1"),
        (
            (
                f"https://{ORACLE}/hcmRestApi/resources/latest/recruitingCEJobRequisitions"
                "?onlyData=true&finder=findReqs;siteNumber=CX_1,limit=200"
            ),
            "oracle:hcbt/CX_1",
        ),
        ("https://x.fa.oraclecloud12.com/hcmUI/CandidateExperience/en/sites/A/jobs", "oracle:x/A"),
        ("https://x.fa.oraclecloud.eu/hcmUI/CandidateExperience/en/sites/A", "oracle:x/A"),
        ("https://acme.jobs.hr.cloud.sap/job/x/1-en_US", "successfactors:acme"),
        ("https://career55.sapsf.eu/career?company=acme&career_ns=job_listing", "successfactors:acme"),
        ("https://acme.eightfold.ai/careers?pid=1&domain=acme.com", "eightfold:acme"),
        ("https://careers.acme.com/careers/search?query=*&domain=acme.com", "eightfold:careers.acme.com"),
        ("https://careers.acme.com/us/en/search-results?from=10", "phenom:careers.acme.com"),
        (f"https://recruiting.paylocity.com/recruiting/jobs/All/{GUID}/Acme-Inc", f"paylocity:{GUID}"),
        (f"https://recruiting.paylocity.com/Recruiting/v2/api/feed/jobs/{GUID.upper()}", f"paylocity:{GUID}"),
        (f"https://recruiting2.ultipro.com/SUN1002SUN/JobBoard/{GUID}/?q=&o=1", f"ukg:SUN1002SUN/{GUID}"),
        (
            f"https://recruiting.ultipro.ca/PRO5001PROA/JobBoard/{GUID}/OpportunityDetail?opportunityId=1",
            f"ukg:PRO5001PROA/{GUID}",
        ),
    ],
)
def test_a_url_of_the_board_names_it(url: str, key: str) -> None:
    found = [board for ats in ATSS if (board := ats.find_in_url(url)) is not None]
    assert [board.key for board in found] == [key]
    assert get_ats(found[0].ats).find_in_url(get_ats(found[0].ats).board_url(found[0])) is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not a url",
        "mailto:jobs@acme.breezy.hr",
        "https://www.breezy.hr/features",
        "https://breezy.hr",
        "https://assets-cdn.breezy.hr/breezy-portal/x.js",
        "https://acme.breezy.hr.evil.com/json",
        "https://evil.com/acme.breezy.hr/",
        "https://evil.com/?next=https://acme.breezy.hr/",
        "https://evil.com\\@acme.breezy.hr/",
        "https://acme.breezy.hr@evil.com/",
        "https://evilbamboohr.com/careers",
        "https://www.bamboohr.com/careers/",
        "https://acme.bamboohr.com/login.php",
        "https://www.teamtailor.com/en/",
        "https://a.b.c.teamtailor.com/jobs",
        "https://ats.rippling.com/",
        "https://www.rippling.com/acme/jobs",
        "https://evil.com/ats.rippling.com/acme/jobs",
        "https://join.com/",
        "https://join.com/companies",
        "https://join.com.evil.com/companies/acme",
        "https://www.gem.com/acme",
        "https://jobs.jobvite.com/",
        "https://jobs.jobvite.com/support",
        "https://www.comeet.com/jobs/acme",
        "https://www.comeet.com/jobs/acme/not-a-uid",
        "https://www.icims.com/jobs/search",
        "https://notoraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1",
        "https://x.fa.oraclecloudevil.com/hcmUI/CandidateExperience/en/sites/CX_1",
        "https://x.fa.em2.oraclecloud.com/hcmUI/faces/FndOverview",
        "https://career5.successfactors.eu/login",
        "https://eightfold.ai/careers",
        "https://careers.acme.com/careers?domain=other.com",
        "https://careers.acme.com/careers",
        "https://recruiting.paylocity.com/recruiting/jobs/Details/123",
        "https://recruiting.ultipro.com/ACM1001/JobBoard/not-a-guid",
        f"https://recruiting.ultipro.com.evil.com/ACM1001/JobBoard/{GUID}",
        "https://" + "a" * 5_000 + ".breezy.hr/",
    ],
)
def test_other_urls_name_none_of_them(url: str) -> None:
    assert [board for ats in ATSS if (board := ats.find_in_url(url)) is not None] == []


@pytest.mark.parametrize(
    ("name", "html", "token"),
    [
        ("teamtailor", '<script src="https://scripts.teamtailor-cdn.com/x.js"></script>', "jobs.acme.example"),
        ("jibe", '<link href="https://assets.jibecdn.com/prod/x.css">', "jobs.acme.example"),
        ("successfactors", '<link href="https://rmkcdn.successfactors.com/x.css">', "jobs.acme.example"),
        ("eightfold", '<script>window._EF_GROUP_ID = "acme.example";</script>', "jobs.acme.example"),
        (
            "phenom",
            '<script src="https://cdn.phenompeople.com/x.js"></script><p data-ph-id="1">',
            "jobs.acme.example",
        ),
        ("breezy", '<script src="//acme.breezy.hr/embed/js/inline.js"></script>', "acme"),
        ("rippling", '{"url":"https:\\/\\/ats.rippling.com\\/acme\\/jobs"}', "acme"),
        (
            "comeet",
            "<script>load('https://www.comeet.co/careers-api/2.0/company/67.007/positions?token=A1')</script>",
            "67.007",
        ),
        (
            "icims",
            '<iframe src="https://careers-acme.icims.com/jobs/intro?in_iframe=1"></iframe>',
            "careers-acme",
        ),
        ("oracle", '{"apiBaseUrl":"https://ibqb.fa.ocs.oraclecloud.com","siteNumber":"CX_1"}', "ibqb"),
        ("paylocity", f'<a href="https://recruiting.paylocity.com/recruiting/jobs/All/{GUID}/x">', GUID),
    ],
)
def test_a_page_that_carries_the_marks_names_its_board(name: str, html: str, token: str) -> None:
    boards = get_ats(name).find_in_page("https://jobs.acme.example/careers", f"<html><body>{html}</body></html>")
    assert [board.token for board in boards] == [token]


def test_an_embedded_board_comes_before_a_linked_one() -> None:
    html = (
        '<a href="https://investor.breezy.hr/">Our investor</a> <a href="https://investor.breezy.hr/p/1">hires</a>'
        '<iframe src="https://acme.breezy.hr/"></iframe>'
    )
    boards = get_ats("breezy").find_in_page("https://acme.example/", html)
    assert [board.token for board in boards] == ["acme", "investor"]


def test_an_eightfold_site_on_its_own_domain_keeps_the_domain_it_states() -> None:
    html = '<script>window._EF_GROUP_ID = "acme.example"; var domain = "acme.example";</script>'
    (board,) = get_ats("eightfold").find_in_page("https://jobs.acme.example/careers", html)
    assert board.url == "https://jobs.acme.example/careers?domain=acme.example"
