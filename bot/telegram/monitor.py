"""What a machine that looks after the bot asks it, on a port of its own: is it alive, is it ready, how does it do."""

from collections.abc import Callable

from aiohttp import web

from bot.store import State
from bot.telegram.metrics import Metrics

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def monitor(metrics: Metrics, store: Callable[[], State], is_ready: Callable[[], bool]) -> web.Application:
    """Return the web application with `/healthz`, `/readyz` and `/metrics`.

    `/healthz` is 200 as long as people get answers, with or without the store: balance the load by it. `/readyz` is 503
    too where the store is away: wake a person by it.

    Args:
        metrics: The figures.
        store: Returns how the store does.
        is_ready: Returns whether updates are taken: not before Telegram was reached, and not while the bot stops.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="answering\n") if is_ready() else web.Response(text="not answering\n", status=503)

    async def readyz(_request: web.Request) -> web.Response:
        state = store()
        told = {
            "ready": is_ready(),
            "store": "answers" if state.answers else "away",
            "away_since": state.away_since,
            "backlog": state.backlog,
            "trouble": "" if state.answers else state.last_error,
        }
        return web.json_response(told, status=200 if is_ready() and state.answers else 503)

    async def figures(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": METRICS_TYPE})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", figures)
    return app
