"""Carries the bot's calls to Telegram: python-telegram-bot's requests on aiohttp, at a fraction of what httpx costs."""

import asyncio
from io import BytesIO
from urllib.request import getproxies, proxy_bypass

from aiohttp import (
    BytesPayload,
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    MultipartWriter,
    NonHttpUrlClientError,
    Payload,
    TCPConnector,
)
from aiohttp.abc import AbstractStreamWriter
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

JSON = "application/json"


class NotTakenError(NetworkError):
    """The call never got as far as Telegram: to make it again can't do anything twice.

    With any other NetworkError (TimedOut among them, but not BadRequest, which is an answer) Telegram may have carried
    the call out: it had been sent, or a part of it, and no answer came that says.
    """


class NotTakenInTimeError(NotTakenError, TimedOut):
    """The call never got as far as Telegram: no connection was free, or none could be made, in time."""


class Transport(BaseRequest):
    """Keeps connections to Telegram open and sends calls through them.

    All timeouts are in seconds, and None waits for good. Proxies are those of the environment (`HTTPS_PROXY`,
    `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`). What goes wrong is a NetworkError, where the call wasn't even sent a
    NotTakenError; the texts never hold the address of a call, since that holds the token.

    Args:
        connections: How many calls may be on their way at once.
        read_timeout: For which nothing may come from Telegram once a call was sent.
        write_timeout: For sending the whole of a call.
        connect_timeout: For making a connection.
        pool_timeout: For which a call waits for others to end where there are too many.
    """

    def __init__(
        self,
        connections: int = 256,
        *,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 20.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
    ) -> None:
        self._connections = asyncio.Semaphore(connections)
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        # aiohttp's own `trust_env` asks two threads at every call, and hands passwords of ~/.netrc to Telegram.
        self._proxies = getproxies()
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds for which nothing may come from Telegram, where a call doesn't say otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Be ready for calls. Nothing happens where it is."""
        if self._session is None:
            self._session = ClientSession(
                # The semaphore bounds connections: aiohttp can't tell waiting for a free one from making one.
                connector=TCPConnector(limit=0),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close all connections. Nothing happens where that is done."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(  # noqa: PLR0917 (python-telegram-bot's)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send a call and return the answer's status and body.

        Raises:
            NetworkError: There was no answer, or none of the Bot API's.
            RuntimeError: It isn't initialized.
        """
        if self._session is None:
            raise RuntimeError("the transport is not initialized: call initialize() first")
        limits = ClientTimeout(
            connect=_chosen(connect_timeout, self._connect_timeout), sock_read=_chosen(read_timeout, self._read_timeout)
        )
        body = _body(request_data, _chosen(write_timeout, self._write_timeout)) if request_data else None
        try:
            async with asyncio.timeout(_chosen(pool_timeout, self._pool_timeout)):
                await self._connections.acquire()
        except TimeoutError:
            raise NotTakenInTimeError("not sent: too many other calls are waiting for Telegram") from None
        try:
            return await self._exchange(self._session, url, method, body, limits)
        finally:
            self._connections.release()

    async def _exchange(
        self, session: ClientSession, url: str, method: str, body: Payload | None, limits: ClientTimeout
    ) -> tuple[int, bytes]:
        # aiohttp's errors may hold the address: none of them may be seen behind ours.
        try:
            address = URL(url)
            async with session.request(
                method, address, data=body, timeout=limits, proxy=self._proxy(address), allow_redirects=False
            ) as response:
                if method == "POST" and response.content_type != JSON:
                    raise NetworkError(
                        f"not the Bot API's answer, but something's between: status {response.status}, "
                        f"{response.content_type} in place of JSON"
                    )
                return response.status, await response.read()
        except ConnectionTimeoutError:
            raise NotTakenInTimeError("not sent: no connection to Telegram in time") from None
        except ClientConnectorError as error:
            raise NotTakenError(f"not sent: {error}") from None
        except ClientHttpProxyError as error:
            raise NotTakenError(f"not sent: the proxy refuses with status {error.status}") from None
        except (NonHttpUrlClientError, ValueError):
            raise NotTakenError("not sent: the address of the Bot API, or of the proxy, can't be used") from None
        except TimeoutError:
            raise TimedOut("no answer from Telegram in time") from None
        except (ClientError, OSError) as error:
            raise NetworkError(f"the connection broke before Telegram's answer ({type(error).__name__})") from None

    def _proxy(self, address: URL) -> str | None:
        proxy = self._proxies.get(address.scheme) or self._proxies.get("all")
        return proxy if proxy and not proxy_bypass(address.host or "") else None


class _InTime(Payload):
    """A body that must be sent within so many seconds; aiohttp has no such limit of its own."""

    seconds: float | None = None

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        async with asyncio.timeout(self.seconds):
            await super().write_with_length(writer, content_length)


class _Json(_InTime, BytesPayload):
    pass


class _Form(_InTime, MultipartWriter):
    pass


def _body(data: RequestData, seconds: float | None) -> Payload:
    body = _form(data) if data.contains_files else _Json(data.json_payload, content_type=JSON)
    body.seconds = seconds
    return body


def _form(data: RequestData) -> _Form:
    form = _Form("form-data")
    for name, value in data.json_parameters.items():
        form.append(value).set_content_disposition("form-data", name=name)
    for name, (file_name, content, mime_type) in data.multipart_data.items():
        # aiohttp writes a file piece by piece, but bytes at once, which would keep all else waiting.
        file = BytesIO(content) if isinstance(content, bytes) else content
        part = form.append(file, {"Content-Type": mime_type})
        part.set_content_disposition("form-data", name=name, filename=file_name)
    return form


def _chosen(given: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(given, DefaultValue) else given
