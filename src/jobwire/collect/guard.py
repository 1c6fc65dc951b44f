"""Which addresses may be fetched: public ones, and those that the operator allows by name (invariant 7)."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from jobwire.errors import BoardBlocked

_HINT = "Allow the host by name (--allow-host) if it is meant to be reached."


def is_public(address: str) -> bool:
    """Whether an IP address literal is one of the public internet."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def check_url(url: str, allowed: Collection[str]) -> str:
    """The host of `url`. Raises BoardBlocked: no http(s), no host, credentials in it, a private address."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError as error:
        raise BoardBlocked(f"Not a usable URL: {url[:200]!r}.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise BoardBlocked(f"Only http and https URLs are fetched, not {url[:200]!r}.")
    if parts.username is not None or parts.password is not None:
        raise BoardBlocked(f"A URL with credentials in it is not fetched: host {host}.")
    if host in allowed or f"{host}:{port}" in allowed:
        return host
    if _is_address(host) and not is_public(host):
        raise BoardBlocked(f"{host} is a private address.", hint=_HINT)
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        raise BoardBlocked(f"{host} is a private name.", hint=_HINT)
    return host


def _is_address(host: str) -> bool:
    """Also the odd spellings that a resolver would accept as an address (decimal, octal, short forms)."""
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        try:
            socket.inet_aton(host)
        except (OSError, UnicodeError):
            return False
    return True


class GuardedResolver(AbstractResolver):
    """Resolves names and refuses private answers, at the moment of connecting: rebinding finds no gap."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = allowed
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host in self._allowed or f"{host}:{port}" in self._allowed:
            return found
        public = [result for result in found if is_public(result["host"])]
        if found and not public:
            raise BoardBlocked(f"{host} resolves to a private address.", hint=_HINT)
        return public

    async def close(self) -> None:
        await self._inner.close()
