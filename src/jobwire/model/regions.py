"""States of the USA and provinces of Canada by the postal codes that addresses use for them."""

from __future__ import annotations

_US = """
al=alabama ak=alaska az=arizona ar=arkansas ca=california co=colorado ct=connecticut de=delaware
dc=district_of_columbia fl=florida ga=georgia hi=hawaii id=idaho il=illinois in=indiana ia=iowa ks=kansas
ky=kentucky la=louisiana me=maine md=maryland ma=massachusetts mi=michigan mn=minnesota ms=mississippi
mo=missouri mt=montana ne=nebraska nv=nevada nh=new_hampshire nj=new_jersey nm=new_mexico ny=new_york
nc=north_carolina nd=north_dakota oh=ohio ok=oklahoma or=oregon pa=pennsylvania pr=puerto_rico
ri=rhode_island sc=south_carolina sd=south_dakota tn=tennessee tx=texas ut=utah vt=vermont va=virginia
wa=washington wv=west_virginia wi=wisconsin wy=wyoming
"""
_CA = """
ab=alberta bc=british_columbia mb=manitoba nb=new_brunswick nl=newfoundland_and_labrador ns=nova_scotia
nt=northwest_territories nu=nunavut on=ontario pe=prince_edward_island qc=quebec sk=saskatchewan yt=yukon
"""


def _read(table: str) -> dict[str, str]:
    pairs = (entry.split("=") for entry in table.split())
    return {code: name.replace("_", " ") for code, name in pairs}


_BY_COUNTRY = {"us": _read(_US), "ca": _read(_CA)}
_ANYWHERE = _BY_COUNTRY["us"] | _BY_COUNTRY["ca"]


def spell_region(country: str, region: str) -> str:
    """The name for a code, else the text as it is. Both are folded; an empty country is any."""
    return (_BY_COUNTRY.get(country, {}) if country else _ANYWHERE).get(region, region)
