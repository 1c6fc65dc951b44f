"""A JobPosting in a page's attributes is read like one in a script."""

from __future__ import annotations

from jobwire.collect.jsonld import find_postings
from jobwire.collect.microdata import find_items
from jobwire.model.raw import RawLocation, RawPay

URL = "https://careers.acme.example/jobs/cook-4711"
PAGE = """<!DOCTYPE html><html><head><title>Cook</title></head><body>
<div itemscope itemtype="http://schema.org/JobPosting">
  <h1 itemprop="title"> Cook &amp;
    Baker </h1>
  <meta itemprop="datePosted" content="2026-08-04">
  <time itemprop="validThrough" datetime="2026-09-30">end of September</time>
  <a itemprop="url" href="/jobs/cook-4711?utm_source=x">Link</a>
  <div><span itemprop="employmentType">FULL_TIME</span>, <span itemprop="employmentType">PART_TIME</span></div>
  <div itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization">
    <span itemprop="name">Acme</span><span itemscope><b itemprop="title">not this one</b></span>
  </div>
  <div itemprop="jobLocation" itemscope itemtype="http://schema.org/Place">
    <p itemprop="address" itemscope itemtype="http://schema.org/PostalAddress">
      <span itemprop="addressLocality">Lyon</span> <span itemprop="addressCountry">FR</span></p>
  </div>
  <div itemprop="jobLocation" itemscope><div itemprop="address" itemscope>
    <meta itemprop="addressLocality" content="Essen"></div></div>
  <div itemprop="baseSalary" itemscope itemtype="http://schema.org/MonetaryAmount">
    <meta itemprop="currency" content="EUR"><div itemprop="value" itemscope>
    <meta itemprop="minValue" content="3000"><meta itemprop="unitText" content="MONTH"></div></div>
  <div itemprop="description"><p>Cook <b>well</b>.</p></div>
</div></body></html>"""


def test_every_part_is_read() -> None:
    (posting,) = find_postings(PAGE, URL)
    assert (posting.title, posting.company_name) == ("Cook & Baker", "Acme")
    assert posting.description_html == "<p>Cook <b>well</b>.</p>"
    assert posting.locations == (RawLocation(city="Lyon", country="FR"), RawLocation(city="Essen"))
    assert posting.pay == (RawPay(min=3000, currency="EUR", period="MONTH"),)
    assert posting.employment_type == "FULL_TIME, PART_TIME"
    assert (str(posting.date_posted)[:10], str(posting.valid_through)[:10]) == ("2026-08-04", "2026-09-30")
    assert posting.posting_id == "/jobs/cook-4711"


def test_a_script_counts_for_more() -> None:
    script = '<script type="application/ld+json">{"@type": "JobPosting", "title": "Chef"}</script>'
    assert [posting.title for posting in find_postings(PAGE.replace("<body>", script), URL)] == ["Chef"]


def test_what_is_none_is_left_out() -> None:
    assert find_items(PAGE.replace("JobPosting", "Recipe")) == []
    assert find_postings(PAGE.replace('itemprop="title"', ""), URL) == []
    assert find_items("<div itemtype='schema.org/JobPosting' itemscope>" * 20_000) == [], "nested without end"
    wide = "<div itemscope itemtype='http://schema.org/JobPosting'>" + "<i itemprop='title'>x</i>" * 50_000
    assert len(find_items(wide)) == 1
