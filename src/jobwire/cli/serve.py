"""`jobwire serve`: the feed over HTTP."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing

import click
import uvicorn

from jobwire.api.protocol import uvicorn_options
from jobwire.cli.opening import data_option, open_store
from jobwire.cli.output import err
from jobwire.settings import Settings


@click.command("serve")
@click.option("--host", metavar="ADDRESS", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=int, metavar="N", help="Port to listen on. [default: 8080]")
@click.option("--workers", type=int, metavar="N", help="Processes; as many as there are cores. [default: 1]")
@click.option("--public-url", metavar="URL", help="URL by which clients reach this server, behind a proxy.")
@click.option("--replica", metavar="URL", help="Read from this PostgreSQL replica; keys stay in --store.")
@click.option("--rate-limits-url", metavar="URL", help="redis://... that counts rate limits, not the store.")
@data_option
def serve(settings: Settings) -> None:
    """Serve the feed over HTTP until Ctrl-C or SIGTERM; requests under way are finished first.

    \b
    jobwire serve --port 8080
    jobwire serve --store postgresql://localhost/jobwire --workers 4 --host 0.0.0.0
    """
    with closing(open_store(settings, must_exist=False)) as store:
        active = store.counts().active
    where = f"{active:,} active jobs on http://{settings.host}:{settings.port}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn ends first, then hands the signal on
    run_server(settings, lambda: err.print(f"Serving {where}", markup=False))


class AnnouncingServer(uvicorn.Server):
    """Says when it really listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()


def run_server(settings: Settings, listening: Callable[[], None]) -> None:
    """Run uvicorn until it is stopped: in this process, or with several workers that read the environment."""
    from jobwire.asgi import make_app

    if settings.workers == 1:
        config = uvicorn.Config(make_app(settings), host=settings.host, port=settings.port, **uvicorn_options())
        AnnouncingServer(config, listening).run()
        return
    listening()
    os.environ.update(_as_environment(settings))
    metrics = settings.data / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)  # of processes that are no more
    metrics.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics.absolute())
    uvicorn.run(
        "jobwire.asgi:app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        **uvicorn_options(),
    )


def _as_environment(settings: Settings) -> dict[str, str]:
    """What the workers need to come to the same settings."""
    values = {
        "DATA": str(settings.data),
        "STORE": settings.store,
        "REPLICA": settings.replica,
        "WORKERS": str(settings.workers),
        "PUBLIC_URL": settings.public_url,
        "RATE_LIMITS_URL": settings.rate_limits_url,
        "LOG": settings.log,
    }
    return {f"JOBWIRE_{name}": value for name, value in values.items() if value}
