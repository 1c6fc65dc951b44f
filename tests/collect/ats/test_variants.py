"""Forms of the formats that other employers, regions and years answer with: read like the usual ones."""

from __future__ import annotations

import msgspec
from tests.collect.ats.conformance import play

from jobwire.collect.ats import get_ats
from jobwire.collect.protocol import Request, Response


def test_oracle_behind_a_career_host_is_read_from_its_pod() -> None:
    board = get_ats("oracle").find_in_url("https://careers.acme.example/en/sites/Acme/job/1")
    assert board is not None
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url)
        if "/sites/" in request.url:
            html = "<script>CX = {apiBaseUrl: \"https://tern.fa.ocs.oraclecloud.com:443\", siteNumber: 'CX_7'}</script>"
            return Response(status=200, url=request.url, body=html.encode())
        items = [{"TotalJobsCount": 1, "requisitionList": [{"Id": "1", "Title": "Cook"}]}]
        return Response(status=200, url=request.url, body=msgspec.json.encode({"items": items}))

    played = play(get_ats("oracle"), board, answer)
    assert played.ids == {"1"}
    assert asked[0] == "https://careers.acme.example/en/sites/Acme"
    assert all(url.startswith("https://tern.fa.ocs.oraclecloud.com/") and "CX_7" in url for url in asked[1:])
