"""Calls on our own transport: what they carry, how they fail, and what the failure says."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.local_telegram import Fault, LocalTelegram, Person
from bot.telegram.transport import NotTakenError, NotTakenInTimeError, Transport
from tests.conversation import greeted

TOKEN = "7:secret"
QUICK = 0.05
"""Seconds after which a test gives up waiting for what never comes."""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def make_bot(url: str, transport: Transport, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{url}/bot", request=transport, get_updates_request=Transport(connections=1))


@pytest.fixture
async def local() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram() as running:
        yield running


@pytest.fixture
async def bot(local: LocalTelegram) -> AsyncIterator[Bot]:
    async with make_bot(local.url, Transport(), local.token) as running:
        yield running


@pytest.fixture
async def anna(local: LocalTelegram) -> Person:
    return await greeted(local)


@asynccontextmanager
async def silent_server(says: bytes = b"") -> AsyncIterator[int]:
    """Run a server that takes connections, reads nothing, and says at most this; give its port."""
    done = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(says)
        await done.wait()
        writer.transport.abort()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        done.set()


@asynccontextmanager
async def answering(answer: Callable[[web.Request], web.Response]) -> AsyncIterator[str]:
    """Run a server that gives one answer to everything; give its address."""

    async def take(request: web.Request) -> web.Response:
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def failed(url: str, transport: Transport | None = None) -> NetworkError:
    """Make a call that must fail, and return how."""
    async with transport or Transport() as running:
        with pytest.raises(NetworkError) as caught:
            await make_bot(url, running).send_message(1, "x")
        return caught.value


# --- what is carried -------------------------------------------------------------------------------------------------


async def test_texts_and_structures_arrive_as_they_were_given(local: LocalTelegram, bot: Bot, anna: Person) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Eis 🧊", callback_data="i")]])
    text = "ä & = + % 🧊 “quoted”\n\\" + "x" * 4000
    await bot.send_message(anna.id, text, reply_markup=keyboard, disable_notification=True)
    heard = await anna.hears()
    assert (heard.text, heard.buttons) == (text, ["Eis 🧊"])
    assert local.calls("sendMessage")[-1].parameters["disable_notification"] is True


async def test_a_file_is_sent_with_the_rest_of_its_call() -> None:
    posted: list[object] = []

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        photo = form["photo"]
        assert isinstance(photo, web.FileField)
        posted.extend([form["chat_id"], form["caption"], photo.filename, photo.content_type, photo.file.read()])
        chat = {"id": 1, "type": "private"}
        return web.json_response({"ok": True, "result": {"message_id": 2, "date": 0, "chat": chat}})

    app = web.Application(client_max_size=2**24)
    app.router.add_post("/{path:.*}", take)
    picture = bytes(range(256)) * 10_000
    async with TestServer(app) as server, Transport() as transport:
        bot = make_bot(str(server.make_url("")).rstrip("/"), transport)
        assert isinstance(await bot.send_photo(1, picture, caption="ä", filename="back.png"), Message)
    assert posted == ["1", "ä", "back.png", "image/png", picture]


async def test_what_a_file_holds_can_be_fetched() -> None:
    async with answering(lambda _: web.Response(body=b"\x00\xff")) as url, Transport() as transport:
        assert await transport.retrieve(f"{url}/file") == b"\x00\xff"


async def test_connections_are_kept_and_used_again() -> None:
    peers: set[object] = set()

    def answer(request: web.Request) -> web.Response:
        assert request.transport
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": True})

    async with answering(answer) as url, Transport() as transport:
        for _ in range(3):
            await make_bot(url, transport).log_out()
    assert len(peers) == 1


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with answering(answer) as url:
        await failed(url)
    assert len(asked) == 1


async def test_cookies_are_not_kept() -> None:
    cookies: list[str | None] = []

    def answer(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        return web.json_response({"ok": True, "result": True}, headers={"Set-Cookie": "who=me"})

    async with answering(answer) as url, Transport() as transport:
        for _ in range(2):
            await transport.post(f"{url.replace('127.0.0.1', 'localhost')}/x")
    assert cookies == [None, None]


# --- how long it lasts -----------------------------------------------------------------------------------------------


async def test_it_can_be_opened_and_closed_twice_and_opened_again(local: LocalTelegram) -> None:
    transport = Transport()
    await transport.shutdown()
    for _ in range(2):
        await transport.initialize()
        await transport.initialize()
        assert (await make_bot(local.url, transport, local.token).get_me()).is_bot
        await transport.shutdown()
        await transport.shutdown()
    with pytest.raises(NetworkError, match="not initialized"):
        await transport.post(local.url)


def test_python_telegram_bot_is_told_the_read_timeout() -> None:
    assert Transport(read_timeout=7).read_timeout == 7


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def test_telegram_s_refusals_are_those_of_the_bot_api(local: LocalTelegram, bot: Bot, anna: Person) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(5, "x")
    local.fail(Fault("429", retry_after=7))
    with pytest.raises(RetryAfter, match="7"):
        await bot.send_message(anna.id, "x")
    with pytest.raises(InvalidToken):
        async with make_bot(local.url, Transport()):
            pass


WORDS = {"500": "Internal Server Error", "502": "Bad Gateway", "drop": "connection broke", "timeout": "in time"}
FAULTS = [Fault(kind, took_effect=took) for kind in ("500", "502", "drop", "timeout") for took in (False, True)]


@pytest.mark.parametrize(
    "fault", FAULTS, ids=lambda fault: f"{fault.kind} {'after' if fault.took_effect else 'before'}"
)
async def test_what_may_have_taken_effect_is_not_called_not_taken(
    local: LocalTelegram, bot: Bot, anna: Person, fault: Fault
) -> None:
    local.fail(fault)
    with pytest.raises(NetworkError, match=WORDS[fault.kind]) as caught:
        await bot.send_message(anna.id, "x", read_timeout=QUICK if fault.kind == "timeout" else None)
    assert not isinstance(caught.value, NotTakenError)
    assert isinstance(caught.value, TimedOut) == (fault.kind == "timeout")
    assert len(local.sent(anna.id)) == fault.took_effect
    assert await bot.send_message(anna.id, "again")


async def test_a_closed_port_has_taken_nothing() -> None:
    error = await failed(f"http://127.0.0.1:{unused_port()}")
    assert isinstance(error, NotTakenError)
    assert not isinstance(error, TimedOut)
    assert "127.0.0.1" in str(error)


async def test_a_connection_that_is_not_made_in_time_has_taken_nothing() -> None:
    async with silent_server() as port:
        error = await failed(f"https://127.0.0.1:{port}", Transport(connect_timeout=QUICK))
    assert isinstance(error, NotTakenInTimeError)


async def test_a_call_that_finds_no_free_connection_in_time_has_not_been_taken(
    local: LocalTelegram, anna: Person
) -> None:
    async with make_bot(local.url, Transport(connections=1), local.token) as bot:
        gate = asyncio.Event()
        local.fail(Fault("timeout", until=gate))
        first = asyncio.create_task(bot.send_message(anna.id, "first"))
        await anna.hears()
        with pytest.raises(NotTakenInTimeError, match="too many"):
            await bot.send_message(anna.id, "second", pool_timeout=QUICK)
        gate.set()
        await first
        await bot.send_message(anna.id, "third", pool_timeout=QUICK)
    assert [message.formatted.text for message in local.sent(anna.id)] == ["first", "third"]


async def test_as_many_calls_are_on_their_way_as_it_has_connections(
    local: LocalTelegram, bot: Bot, anna: Person
) -> None:
    gate, many = asyncio.Event(), 101
    local.fail(Fault("timeout", until=gate, times=many))
    calls = [asyncio.create_task(bot.send_message(anna.id, "x")) for _ in range(many)]
    await local.until(anna.id, lambda: len(local.sent(anna.id)) == many or None, "all calls to come in")
    gate.set()
    await asyncio.gather(*calls)


async def test_a_call_that_can_t_be_sent_in_time_may_have_been_taken() -> None:
    async with silent_server() as port, Transport(write_timeout=QUICK) as transport:
        with pytest.raises(TimedOut) as caught:
            await make_bot(f"http://127.0.0.1:{port}", transport).send_document(1, bytes(2**25))
    assert not isinstance(caught.value, NotTakenError)


async def test_an_answer_of_something_between_is_told_from_telegram_s() -> None:
    async with answering(lambda request: web.Response(status=502, text=f"<p>{request.path}")) as url:
        error = await failed(url)
    assert "status 502, text/plain in place of JSON" in str(error)
    assert not isinstance(error, NotTakenError)


async def test_an_answer_that_breaks_off_may_have_been_taken() -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with answering(lambda _: web.Response(body=b"no gzip", headers=headers)) as url:
        error = await failed(url)
    assert "connection broke" in str(error)
    assert not isinstance(error, NotTakenError)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://127.0.0.1:99999", "http://", "nonsense"])
async def test_an_address_that_can_t_be_one(url: str) -> None:
    error = await failed(url)
    assert isinstance(error, NotTakenError)
    assert "address" in str(error)


# --- proxies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy"])
async def test_a_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    asked: list[str] = []

    def answer(request: web.Request) -> web.Response:
        asked.append(request.headers["Host"])
        return web.json_response({"ok": True, "result": True})

    async with answering(answer) as proxy:
        monkeypatch.setenv(name, proxy)
        async with Transport() as transport:
            await make_bot("http://telegram.example", transport).log_out()
    assert asked == ["telegram.example"]


async def test_some_addresses_are_asked_without_the_proxy(
    monkeypatch: pytest.MonkeyPatch, local: LocalTelegram
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    async with make_bot(local.url, Transport(), local.token) as bot:
        assert await bot.get_webhook_info()


async def test_a_proxy_that_refuses_has_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(lambda _: web.Response()) as no_proxy:  # to CONNECT it says 404
        monkeypatch.setenv("https_proxy", no_proxy)
        error = await failed("https://telegram.example")
    assert isinstance(error, NotTakenError)
    assert "the proxy refuses with status 404" in str(error)


# --- the token -------------------------------------------------------------------------------------------------------


async def test_no_failure_tells_the_token(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, "aiohttp.access")  # the lines of the server
    errors = [
        await failed(f"http://127.0.0.1:{unused_port()}"),
        await failed("ftp://x"),
        await failed("http://x:99999"),
    ]
    async with silent_server() as port:
        errors.append(await failed(f"https://127.0.0.1:{port}", Transport(connect_timeout=QUICK)))
        errors.append(await failed(f"http://127.0.0.1:{port}", Transport(read_timeout=QUICK)))
    async with silent_server(says=b"rubbish\r\n\r\n") as port:
        errors.append(await failed(f"http://127.0.0.1:{port}"))
    async with answering(lambda request: web.Response(status=502, text=request.path)) as url:
        errors.append(await failed(url))
        monkeypatch.setenv("https_proxy", url)
        errors.append(await failed("https://telegram.example"))
    assert len(errors) == 8
    told = [*map(repr, errors), *("".join(traceback.format_exception(error)) for error in errors), caplog.text]
    assert "secret" not in "\n".join(told)
