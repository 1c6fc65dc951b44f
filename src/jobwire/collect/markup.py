"""XML from strangers: no document types, no entities, names without their namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, XMLParser

from jobwire.collect.protocol import Response
from jobwire.errors import BoardBroken

_ENCODING = re.compile(rb"""^<\?xml[^>]{0,100}?encoding=["']([\w.-]{1,40})["']""")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_xml(response: Response, *roots: str) -> Element:
    """The root of an XML answer, called one of `roots`. Raises BoardBroken (not well-formed, HTML, a DOCTYPE)."""
    text = _NOT_XML.sub("", _decode(response)).strip()
    if "<!DOCTYPE" in text[:1_000] or "<!ENTITY" in text:
        raise BoardBroken(f"{response.url} answered a document with a DOCTYPE where a plain feed is expected.")
    parser = XMLParser(encoding="utf-8")  # noqa: S314 - no entity is declared, and the encoding is ours
    try:
        parser.feed(text.encode("utf-8", "replace"))
        root: Element = parser.close()
    except (ParseError, ValueError, RecursionError) as error:
        raise BoardBroken(f"{response.url} answered XML that is not well-formed: {error}.") from error
    name = root.tag.rsplit("}", 1)[-1] if isinstance(root.tag, str) else ""
    if roots and name not in roots:
        raise BoardBroken(f"{response.url} answered XML of another kind: {name[:40]!r}.")
    return root


def find_elements(root: Element, name: str) -> Iterator[Element]:
    """All descendants called `name`, whatever their namespace."""
    return (node for node in root.iter() if isinstance(node.tag, str) and node.tag.rsplit("}", 1)[-1] == name)


def find_field(node: Element, *names: str) -> str | None:
    """Stripped text of the first child called one of `names` that has any."""
    for name in names:
        for child in node:
            if isinstance(child.tag, str) and child.tag.rsplit("}", 1)[-1] == name:
                text = "".join(child.itertext()).strip()
                if text:
                    return text
    return None


def _decode(response: Response) -> str:
    declared = _ENCODING.match(response.body[:200].lstrip())
    if declared and "charset" not in response.headers.get("content-type", "").lower():
        try:
            return response.body.decode(declared.group(1).decode(), "replace")
        except LookupError:
            pass
    return response.text
