"""HTML answers: templates, the files beside them, and the policy that lets a page load nothing from elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import cache, wraps
from importlib.resources import files
from typing import Any

import jinja2

from jobwire import __version__
from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.problems import Problem, to_problem
from jobwire.api.server import Server
from jobwire.errors import JobwireError
from jobwire.model.countries import COUNTRY_NAMES
from jobwire.model.job import Compensation, Location

HTML = "text/html; charset=utf-8"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, nothing from another host."""
TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}
_FOLDER = files("jobwire.api.console")
Page = Callable[[Server, Call], Answer]


@cache
def read_asset(name: str) -> tuple[bytes, str]:
    """A static file and the short digest that names its version. Raises Problem if there is none."""
    path = _FOLDER / "static" / name
    if "/" in name or name.startswith(".") or not path.is_file():
        raise Problem("not_found", "There is no such file.")
    body = path.read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:10]


def asset(name: str) -> str:
    """The URL of a static file; it changes with its content, so it may be cached for ever."""
    return f"/static/{name}?v={read_asset(name)[1]}"


def get_asset(server: Server, call: Call) -> Answer:
    """`/static/{name}`."""
    name = call.params["name"]
    body, _ = read_asset(name)
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    return Answer(body=body, content_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def show(name: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Answer:
    """The template `name` with these values, as an answer."""
    text = _templates().get_template(name).render(values)
    return Answer(
        body=text.encode(),
        status=status,
        content_type=HTML,
        headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "DENY", **(headers or {})},
    )


def redirect(path: str, headers: dict[str, str] | None = None) -> Answer:
    """Go on at another page of this server, with GET."""
    return Answer(status=303, content_type=HTML, headers={"Location": path, **(headers or {})})


def readable(page: Page) -> Page:
    """The page, with failures as pages too."""

    @wraps(page)
    def answer(server: Server, call: Call) -> Answer:
        try:
            return page(server, call)
        except (Problem, JobwireError) as error:
            return show_problem(error)

    return answer


def readable_async(
    page: Callable[[Server, Call], Awaitable[Answer]],
) -> Callable[[Server, Call], Awaitable[Answer]]:
    """As `readable`, for a page that waits for something outside."""

    @wraps(page)
    async def answer(server: Server, call: Call) -> Answer:
        try:
            return await page(server, call)
        except (Problem, JobwireError) as error:
            return show_problem(error)

    return answer


def show_problem(error: Exception) -> Answer:
    """A failure, for a person."""
    problem = to_problem(error)
    return show("problem.html", status=problem.status, headers=problem.headers, problem=problem)


@cache
def _templates() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read_template),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.globals.update(asset=asset, version=__version__, operator=None)
    found.filters.update(
        number=format_number,
        age=format_age,
        ago=format_ago,
        when=format_when,
        day=format_day,
        pay=format_pay,
        place=format_place,
        size=format_size,
    )
    return found


def _read_template(name: str) -> str | None:
    path = _FOLDER / "templates" / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


# --- how values look ------------------------------------------------------------------------------------


def format_number(value: float | None) -> str:
    """1234567 -> 1,234,567; unknown is a dash."""
    if value is None:
        return "–"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def format_age(span: timedelta | None) -> str:
    """A span of time in one unit: 42 s, 5 min, 3 h, 12 d; unknown is a dash."""
    if span is None:
        return "–"
    seconds = abs(span.total_seconds())
    for limit, size, unit in ((90, 1, "s"), (5_400, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def format_ago(span: timedelta | None) -> str:
    """How long something is past: `just now`, `5 min ago`; what never was is `never`."""
    if span is None:
        return "never"
    return "just now" if span.total_seconds() < 5 else f"{format_age(span)} ago"


def format_when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "–"


def format_day(at: datetime) -> str:
    """`3 March 2026`"""
    return f"{at.day} {at:%B %Y}"


def format_place(place: Location) -> str:
    """`Lyon, Rhône, FR`; a country alone by its name; else as the employer wrote it."""
    parts = list(dict.fromkeys(part for part in (place.city, place.region, place.country) if part))
    if parts == [place.country]:
        return COUNTRY_NAMES.get(parts[0], parts[0])
    return ", ".join(parts) or place.location or ""


def format_pay(pay: Compensation | None) -> str:
    """`42,000 to 50,000 EUR a year`, as far as it is known."""
    if pay is None:
        return "–"
    bounds = [format_number(value) for value in dict.fromkeys((pay.min, pay.max)) if value is not None]
    period = pay.period and f"{'an' if pay.period == 'hour' else 'a'} {pay.period}"
    return " ".join(filter(None, (" to ".join(bounds), pay.currency, period)))


def format_size(count: int) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}"
        count = count // 1_000 if unit != "B" else round(count / 1_000)
    return f"{count:,} GB"
