"""`POST /api/career-sites/feed`: career sites, one row per company, in the order of their log."""

from __future__ import annotations

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.filters import SITE_GROUPS, SITE_TIMES
from jobwire.api.scan import read_site_scan
from jobwire.api.server import Server
from jobwire.model.wire import close_company

LARGEST = 50
FIELDS = ("batch_size", "cursor", "founded_after", *SITE_TIMES, *SITE_GROUPS)


def get_career_sites(server: Server, call: Call) -> Answer:
    """One page of career sites."""
    scan = read_site_scan(call.body_fields(FIELDS), server.store.cursor_key, largest=LARGEST)
    page = server.sandbox.cut_sites(call.caller, server.store.site_page(scan.filters, scan.seq, scan.batch_size))
    charge = server.charge(call, "career_sites", "sites", [seq for seq, _, _ in page.rows])
    rows = page.rows[: charge.granted]
    cut = len(rows) < len(page.rows)
    end = b'],"next_cursor":null,"has_more":false}'
    more = cut or not page.end
    if more:
        cursor = scan.cursor(rows[-1][0] if cut else page.seq, server.store.cursor_key)
        end = b'],"next_cursor":"%b","has_more":true}' % cursor.encode()
    bodies = b",".join(close_company(opened, company_id, call.base_url) for _, company_id, opened in rows)
    return Answer(
        body=b'{"career_sites":[' + bodies + end,
        headers={"X-Has-More": "true" if more else "false", **charge.headers},
        rows=len(rows),
        hold=charge.hold,
    )
