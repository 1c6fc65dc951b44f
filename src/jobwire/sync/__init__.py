"""Following a feed: the client, and the engine that keeps a database equal to it. Needs only the base install."""

from jobwire.sync.answers import LookbackExceeded, NotOffered, Stopped
from jobwire.sync.client import FeedClient, Profile, Retries
from jobwire.sync.engine import Estimate, Options, Sync
from jobwire.sync.page import ChangePage, ExpiredPage, JobPage, Removal, SitePage
from jobwire.sync.progress import Progress
from jobwire.sync.receipt import Receipt, exit_code
from jobwire.sync.sinks import open_sink
from jobwire.sync.sinks.base import Sink
from jobwire.sync.status import Status, read_status
from jobwire.sync.verify import Drift, verify

__all__ = [
    "ChangePage",
    "Drift",
    "Estimate",
    "ExpiredPage",
    "FeedClient",
    "JobPage",
    "LookbackExceeded",
    "NotOffered",
    "Options",
    "Profile",
    "Progress",
    "Receipt",
    "Removal",
    "Retries",
    "Sink",
    "SitePage",
    "Status",
    "Stopped",
    "Sync",
    "exit_code",
    "open_sink",
    "read_status",
    "verify",
]
