"""The feed as most people would write it: FastAPI, SQLAlchemy's ORM with eager loading, a response model."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import JSON, Engine, ForeignKey, Text, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

PAGE = 1_000


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[Any] = {dict[str, Any]: JSON, list[Any]: JSON, str: Text}


class Company(Base):
    __tablename__ = "companies"
    id: Mapped[str] = mapped_column(primary_key=True)
    rest: Mapped[dict[str, Any]]


class Job(Base):
    __tablename__ = "jobs"
    n: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str]
    title: Mapped[str]
    normalized_title: Mapped[str | None]
    description: Mapped[str | None]
    summary: Mapped[str | None]
    listing_url: Mapped[str | None]
    apply_url: Mapped[str | None]
    employment_type: Mapped[str | None]
    workplace_type: Mapped[str | None]
    experience_level: Mapped[str | None]
    source: Mapped[str]
    created_at: Mapped[str]
    updated_at: Mapped[str]
    date_posted: Mapped[str | None]
    valid_through: Mapped[str | None]
    is_work_auth_required: Mapped[bool | None]
    is_h1b_sponsor: Mapped[bool | None]
    is_clearance_required: Mapped[bool | None]
    locations: Mapped[list[Any]]
    compensation: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    qualifications: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    responsibilities: Mapped[list[Any]]
    benefits: Mapped[list[Any]]
    company_id: Mapped[str] = mapped_column(ForeignKey("companies.id"))
    company: Mapped[Company] = relationship()


class LocationOut(BaseModel):
    location: str
    city: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class PayOut(BaseModel):
    min: float | None = None
    max: float | None = None
    currency: str | None = None
    period: Literal["hour", "day", "week", "month", "year"] | None = None


class SkillOut(BaseModel):
    name: str
    type: Literal["hard", "soft"]


class QualificationsOut(BaseModel):
    education: list[str]
    certifications: list[str]
    skills: list[SkillOut]


class BothOut(BaseModel):
    must_have: QualificationsOut
    preferred: QualificationsOut


class JobOut(BaseModel):
    id: str
    title: str
    normalized_title: str | None
    description: str | None
    summary: str | None
    listing_url: str | None
    apply_url: str | None
    employment_type: str | None
    workplace_type: str | None
    experience_level: str | None
    source: str
    created_at: str
    updated_at: str
    date_posted: str | None
    valid_through: str | None
    is_work_auth_required: bool | None
    is_h1b_sponsor: bool | None
    is_clearance_required: bool | None
    locations: list[LocationOut]
    compensation: PayOut | None
    qualifications: BothOut | None
    responsibilities: list[str]
    benefits: list[str]
    company: dict[str, Any]


class PageOut(BaseModel):
    jobs: list[JobOut]
    next_cursor: str | None
    has_more: bool


def connect(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def fill(url: str, pages: Iterator[list[dict[str, Any]]]) -> None:
    """Put jobs, as the feed shows them, into new tables."""
    engine = connect(url)
    Base.metadata.create_all(engine)
    columns, n = set(Job.__table__.columns.keys()), 0
    for page in pages:
        with Session(engine) as db:
            for job in page:
                n += 1
                if not db.get(Company, job["company"]["id"]):
                    db.add(Company(id=job["company"]["id"], rest=job["company"]))
                    db.flush()
                kept = {name: value for name, value in job.items() if name in columns}
                db.add(Job(n=n, company_id=job["company"]["id"], **kept))
            db.commit()
    engine.dispose()


def make_app(url: str) -> FastAPI:
    """`GET /?after=n`: a page of 1,000 jobs behind the n-th."""
    engine = connect(url)
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(engine) as db:
            yield db

    @app.get("/", response_model=PageOut)
    def feed(db: Annotated[Session, Depends(session)], after: int = 0) -> dict[str, Any]:
        query = select(Job).options(joinedload(Job.company)).where(Job.n > after).order_by(Job.n).limit(PAGE)
        rows = db.scalars(query).all()
        jobs = [
            {name: getattr(row, name) for name in JobOut.model_fields if name != "company"}
            | {"company": {**row.company.rest, "id": row.company.id}}
            for row in rows
        ]
        more = len(rows) == PAGE
        return {"jobs": jobs, "next_cursor": str(rows[-1].n) if more else None, "has_more": more}

    return app
