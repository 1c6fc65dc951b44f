"""Rebuild enrich/data/role_words.txt: the nouns that job titles end in, from O*NET's lists of titles.

usage: build_role_words.py "Alternate Titles.txt" "Sample of Reported Titles.txt" > role_words.txt
The files are part of the O*NET database in text form (https://www.onetcenter.org/database.html).
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

AT_LEAST = 3
NOT_ROLES = """
out up off medicine intelligence police tier lead intern apprentice trainee staff rn md np boss girl
hand crew team work working training support service services sales operations engineering marketing
management in of and for the to other level art arts science sciences education health nursing security
design system systems care fire air driving down over hop head chief i ii iii iv cdl cna lpn emt ot pt
ma ba it hr qa plant dental medical general special senior junior surgery pediatrics psychiatry research
law music history english food room shop floor line store office station side day night field force
corps press jack artillery cap charge corporal comic extra grip gyn novice tech admin osteopathy peace
rat registered technicians workers page monk monkey pilot-in water paper power computer tower number
career center order consumer customer weather border timber development equipment treatment environment
management enforcement government payment investment procurement assessment placement employment
recruitment retirement improvement engagement talent content client event experience senior commercial
interior exterior labor color motor rubber leather lumber copper paper silver fiber laser summer winter
copper border floor door maintenance
"""
"""Last words of titles that name no person: fields, particles, bits of phrases."""


def read_last_words(path: Path) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in path.read_text("utf-8").splitlines()[1:]:
        title = re.sub(r"\([^)]*\)", "", line.split("\t")[1]).strip().lower()
        words = re.findall(r"[a-z]+", title)
        if words and "," not in title:
            counted[words[-1]] += 1
    return counted


def main() -> None:
    counted: Counter[str] = Counter()
    for name in sys.argv[1:]:
        counted += read_last_words(Path(name))
    words = (word for word, times in counted.items() if times >= AT_LEAST and len(word) > 2)
    print("\n".join(sorted(set(words) - set(NOT_ROLES.split()))))


if __name__ == "__main__":
    main()
