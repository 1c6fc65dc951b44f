"""Names and codes of countries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.model.countries import COUNTRY_NAMES, find_country, fold_name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        ("usa", "US"),
        ("U.S.", "US"),
        ("United States of America", "US"),
        ("the United States", "US"),
        ("Estados Unidos", "US"),
        ("Vereinigte Staaten", "US"),
        ("UK", "GB"),
        ("gb", "GB"),
        ("England", "GB"),
        ("Great Britain", "GB"),
        ("Royaume-Uni", "GB"),
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("Alemanha", "DE"),
        ("Duitsland", "DE"),
        ("DEU", "DE"),
        ("Holland", "NL"),
        ("The Netherlands", "NL"),
        ("Korea, Republic of", "KR"),
        ("Korea", "KR"),
        ("UAE", "AE"),
        ("Czech Republic", "CZ"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("cote d’ivoire", "CI"),
        ("Viet Nam", "VN"),
        ("日本", "JP"),
        ("中国", "CN"),
        ("Russian Federation", "RU"),
        ("Österreich", "AT"),
        ("  Méxique ", "MX"),
        ("CA", "CA"),
        ("Brasil", "BR"),
    ],
)
def test_a_country_is_found_by_code_name_or_alias(text: str, code: str) -> None:
    assert find_country(text) == code


@pytest.mark.parametrize("text", ["", "  ", "...", "Berlin, Germany", "Remote", "EMEA", "the", "XX", "Atlantis"])
def test_what_is_not_a_country_is_none(text: str) -> None:
    assert find_country(text) is None


def test_every_country_is_found_by_its_own_code_and_name() -> None:
    assert len(COUNTRY_NAMES) == 250  # 249 of ISO 3166-1 and Kosovo
    for code, name in COUNTRY_NAMES.items():
        assert find_country(code) == find_country(code.lower()) == code
        assert find_country(name.upper()) == code


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    code = find_country(text)
    assert code is None or code in COUNTRY_NAMES
    assert fold_name(fold_name(text)) == fold_name(text) or "the " in fold_name(text)
