"""What the employer requires and what it prefers: education, certifications, hard and soft skills."""

from __future__ import annotations

import re

from jobwire.enrich.credentials import LIST_GLUE, Span, find_certifications, find_education
from jobwire.enrich.cues import read_cues
from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.sections import Sections
from jobwire.enrich.skills import distinct_skills, find_skills
from jobwire.model.job import QualificationBucket, Qualifications, Skill

MAX_SKILLS = 60
"""In a bucket; a posting with more lists the whole catalogue of its vendor."""
_SPAN_CHARS = 200
_MAX_REJECTED = 5
_CLAUSE_CHARS = 60
_BEFORE_CHARS = 18
_CLAUSE_END = re.compile(r"[;,.)](?=\s|$)|\s[–—-]\s")
_CLAUSE_BREAK = re.compile(r"[;.](?=\s)|\s\(|\s[–—-]\s")


class _Bucket:
    """One bucket while it is filled. Names are kept once, in the order of the text."""

    def __init__(self) -> None:
        self.education: dict[str, str] = {}
        self.certifications: dict[str, str] = {}
        self.texts: list[str] = []
        self.blocked: list[Span] = []
        self.size = 0

    def add_text(self, text: str, blocked: list[Span]) -> None:
        self.blocked += [Span(self.size + start, self.size + end) for start, end in blocked]
        self.texts.append(text)
        self.size += len(text) + 1

    def build(self, seen: set[str]) -> QualificationBucket:
        skills: list[Skill] = distinct_skills(find_skills("\n".join(self.texts), self.blocked), seen)
        return QualificationBucket(
            education=tuple(self.education.values()),
            certifications=tuple(self.certifications.values()),
            skills=tuple(skills[:MAX_SKILLS]),
        )


def find_qualifications(source: Source, sections: Sections) -> Finding[Qualifications]:
    """Must-have against preferred by heading and by the words of the line; a skill in both is a must-have."""
    must, preferred = _Bucket(), _Bucket()
    rule = "requirement-line"
    for line in sections.must_have:
        _read_line(line, must, preferred, is_preferred=False)
    for line in sections.preferred:
        _read_line(line, must, preferred, is_preferred=True)
    if not sections.must_have and not sections.preferred:
        rule = "role-text"
        for line in (*sections.about_role, *sections.responsibilities):
            _read_line(line, must, preferred, is_preferred=False)
    for key in must.certifications.keys() & preferred.certifications.keys():
        del preferred.certifications[key]
    seen = {source.posting.company_name or ""}  # what the employer is called is no skill
    found = Qualifications(must_have=must.build(seen), preferred=preferred.build(seen))
    if found == Qualifications():
        return Finding(value=found)
    rejected = [
        Rejected(value=line[:_SPAN_CHARS], why="boilerplate") for line in sections.boilerplate[:_MAX_REJECTED]
    ]
    return Finding(value=found, rule=rule, origin="text", span=_first_words(sections), rejected=tuple(rejected))


def _read_line(line: str, must: _Bucket, preferred: _Bucket, *, is_preferred: bool) -> None:
    """Put the credentials and the text of one line where its heading, or its own words, say."""
    education = find_education(line)
    certifications = [span for span in find_certifications(line) if not _overlaps(span, education)]
    says = {span: _clause_says(line, span) for span in education} | _read_clauses(line, certifications)
    # "Bachelor's degree, CPA preferred": the line came here by the word behind its last part only.
    default = is_preferred and not ("preferred" in says.values() and len(says) > 1)
    for span, word in says.items():
        bucket = preferred if word == "preferred" or (default and word != "required") else must
        kept = bucket.education if span in education else bucket.certifications
        phrase = line[span.start : span.end].strip(" ,.;")
        kept.setdefault(phrase.lower(), phrase)
    cut = len(line) if is_preferred else _preferred_from(line)
    blocked = list(says)
    (preferred if is_preferred else must).add_text(line[:cut], [span for span in blocked if span.start < cut])
    if cut < len(line):
        preferred.add_text(line[cut:], [Span(s - cut, e - cut) for s, e in blocked if s >= cut])


def _read_clauses(line: str, spans: list[Span]) -> dict[Span, str]:
    """What is said of each certification; those of one list share it: `CISSP, CISM or CISA preferred`."""
    says: dict[Span, str] = {}
    after, word = len(line), ""
    for span in reversed(spans):
        is_listed = bool(word) and LIST_GLUE.fullmatch(line, span.end, after)
        word = _clause_says(line, span) or (word if is_listed else "")
        says[span], after = word, span.start
    return {span: says[span] for span in spans}


def _clause_says(line: str, span: Span) -> str:
    """What the words right behind (or before) a credential say of it: required, preferred or nothing."""
    start = span.end + (line[span.end : span.end + 1] == ")")
    end = _CLAUSE_END.search(line, start)
    behind = line[start : min(end.start() if end else len(line), span.end + _CLAUSE_CHARS)]
    before = line[max(0, span.start - _BEFORE_CHARS) : span.start]
    for words in (behind, before):
        cues = read_cues(words)
        if "preferred" in cues:
            return "preferred"
        if "required" in cues:
            return "required"
    return ""


def _preferred_from(line: str) -> int:
    """Where in a must-have line a last clause begins that is only preferred; its length if none does."""
    cue = read_cues(line).get("preferred")
    if cue is None:
        return len(line)
    breaks = [found.start() for found in _CLAUSE_BREAK.finditer(line) if found.start() < cue]
    return breaks[-1] if breaks and breaks[-1] >= _BEFORE_CHARS else len(line)


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _first_words(sections: Sections) -> str:
    heading = next((text for kind, text in sections.headings if kind in ("must_have", "preferred")), "")
    lines = sections.must_have or sections.preferred
    return (heading or (lines[0] if lines else ""))[:_SPAN_CHARS]
