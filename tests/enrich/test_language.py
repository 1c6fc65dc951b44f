"""Languages by statement, script and small words."""

from __future__ import annotations

import pytest

from jobwire.enrich.language import detect_language, find_language
from jobwire.model.raw import RawPosting


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We are looking for an engineer who will work with our team."),
        ("de", "Wir suchen einen Entwickler für unser Team und bieten dir eine Stelle mit Zukunft."),
        ("fr", "Nous recherchons un développeur pour notre équipe à Lyon avec de l'expérience dans le web."),
        ("es", "Buscamos una persona para nuestro equipo en Madrid que trabaje con los clientes."),
        ("nl", "Wij zoeken een ontwikkelaar voor ons team in Utrecht met veel ervaring."),
        ("pt", "Procuramos uma pessoa para a nossa equipe em Lisboa com experiência em vendas."),
        ("ja", "エンジニアを募集しています"),
        ("zh", "我们正在寻找工程师"),
        ("ru", "Мы ищем разработчика в команду"),
        (None, "Python Kubernetes AWS"),
        (None, ""),
    ],
)
def test_language_of_a_text(language: str | None, text: str) -> None:
    assert detect_language(text) == language


def test_the_stated_language_comes_first() -> None:
    posting = RawPosting(posting_id="1", title="x", listing_url="", language="DE")
    finding = find_language(posting, "We are looking for an engineer who will work with our team.")
    assert (finding.value, finding.origin) == ("de", "ats:language")
