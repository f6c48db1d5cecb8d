"""The way out: hostile addresses get no connection at all, honest ones get exactly the address that was checked."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from integrations.connectwise.client import Client, Connection
from integrations.core import errors, http

PUBLIC = "93.184.215.14"


class Spy(httpcore.AsyncNetworkBackend):
    """Counts the connections asked for; goes to `aim` instead of where it was told, or nowhere."""

    def __init__(self, aim: tuple[str, int] | None = None) -> None:
        self.aim = aim
        self.asked: list[tuple[str, int]] = []
        self._real = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.asked.append((host, port))
        if self.aim is None:
            raise httpcore.ConnectError("the spy connects to nothing")
        return await self._real.connect_tcp(*self.aim, timeout, local_address, socket_options)


class Names:
    """A name server under the attacker's thumb: answers from a script, the real one for everything else."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        script = self.answers.get(host)
        if script is None:
            return await http.resolve(host, port)
        return script.pop(0) if len(script) > 1 else script[0]


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[object]]]:
    """Something on this machine that must never be reached."""
    reached: list[object] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], reached


INWARD = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.7",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "192.88.99.1",
    "168.63.129.16",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2001:0:7f00:1::1",
    "2001:db8::1",
    "3fff::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "5f00::1",
    "100::1",
]
OUTWARD = [PUBLIC, "8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111", "2a00:1450:4001::8a"]

SPELT = [
    "https://127.0.0.1:{port}/",
    "https://127.1:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0x7f.1:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://017700000001:{port}/",
    "https://0:{port}/",
    "https://0.0.0.0:{port}/",
    "https://localhost:{port}/",
    "https://LOCALHOST.:{port}/",
    "https://[::1]:{port}/",
    "https://[::]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://[fe80::1%25lo]:{port}/",
    "https://user:word@127.0.0.1:{port}/",
    "https://na.myconnectwise.net@127.0.0.1:{port}/",
    "https://na.myconnectwise.net:secret@public.example:{port}/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://１２７.0.0.1:{port}/",
    "https://127。0。0。1:{port}/",
    "https://ⓛocalhost:{port}/",
    "http://127.0.0.1:{port}/",
    "http://public.example:{port}/",
    "http://na.myconnectwise.net/",
    "https://public.example:22/",
    "https://public.example:25/",
    "https://public.example:1/",
    "https://inside.example:{port}/",
    "https://mixed.example:{port}/",
    "https://metadata.example/",
    "https://disguised.example:{port}/",
    "https://nowhere.example:{port}/",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "unix:///var/run/docker.sock",
    "ws://127.0.0.1:{port}/",
    "https:///nobody",
    "https://%31%32%37.0.0.1:{port}/",
    "https://127.0.0.1%00.example:{port}/",
]


@pytest.mark.parametrize("address", INWARD)
def test_addresses_that_lead_inward(address: str) -> None:
    assert not http.is_public(address)


@pytest.mark.parametrize("address", OUTWARD)
def test_addresses_that_lead_outward(address: str) -> None:
    assert http.is_public(address)


async def test_no_hostile_url_gets_a_connection() -> None:
    """Every spelling of "this machine" and every private address behind an honest-looking name: 0 connections."""
    spy = Spy()
    answers: dict[str, list[list[str]]] = {
        "public.example": [[PUBLIC]],
        "inside.example": [["127.0.0.1"]],
        "mixed.example": [[PUBLIC, "127.0.0.1"]],
        "metadata.example": [["169.254.169.254"]],
        "disguised.example": [["::ffff:127.0.0.1"]],
        "nowhere.example": [[]],
    }
    names = Names(answers | {f"inward{number}.example": [[address]] for number, address in enumerate(INWARD)})
    async with listener() as (port, reached):
        hostile = [url.format(port=port) for url in SPELT]
        hostile += [f"https://inward{number}.example:{port}/" for number in range(len(INWARD))]
        assert len(hostile) >= 80
        async with http.open_client(transport=http.GuardedTransport(resolve=names, inner=spy)) as client:
            for url in hostile:
                try:
                    request = client.build_request("GET", url)
                except (httpx.InvalidURL, UnicodeError):
                    continue
                with pytest.raises(errors.RemoteError) as caught:
                    await http.exchange(client, request, seconds=5)
                assert caught.value.surely_not_done, url
        assert spy.asked == []
        assert reached == []


async def test_no_hostile_site_gets_a_connection() -> None:
    """The same through the door that users have: the site field. Honest names lead nowhere here, so it needs no net."""

    async def resolver(host: str, port: int) -> Sequence[str]:
        return [] if host.endswith((".example", ".net")) else await http.resolve(host, port)

    async with listener() as (port, reached):
        for url in SPELT:
            typed = url.format(port=port)
            for text in (typed, typed.split("://")[-1].strip("/")):
                connection = Connection(text, "acme", "public", "private", "client")
                transport = http.GuardedTransport(resolve=resolver, inner=(spy := Spy()))
                try:
                    client = Client(connection, timeout=1, transport=transport)
                except ValueError:
                    continue
                with pytest.raises(errors.RemoteError):
                    await client.discover()
                assert spy.asked == [], text
                await client.aclose()
        assert reached == []


async def test_a_name_that_changes_its_mind_wins_nothing() -> None:
    """DNS rebinding: resolved once for each connection, and connected to that very answer."""
    spy, names = Spy(), Names({"rebind.example": [[PUBLIC], ["127.0.0.1"]]})
    async with http.open_client(transport=http.GuardedTransport(resolve=names, inner=spy)) as client:
        for expected in (errors.TryLater, errors.Unauthorized):
            with pytest.raises(expected):
                await http.exchange(client, client.build_request("GET", "https://rebind.example/"), seconds=5)
    assert names.asked == ["rebind.example", "rebind.example"]
    assert spy.asked == [(PUBLIC, 443)]


async def test_the_next_address_is_tried_when_one_is_dead() -> None:
    spy, names = Spy(), Names({"two.example": [[PUBLIC, "8.8.8.8"]]})
    async with http.open_client(transport=http.GuardedTransport(resolve=names, inner=spy)) as client:
        with pytest.raises(errors.TryLater) as caught:
            await http.exchange(client, client.build_request("GET", "https://two.example/"), seconds=5)
    assert spy.asked == [(PUBLIC, 443), ("8.8.8.8", 443)]
    assert caught.value.surely_not_done


def certificate_for(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for `name`, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(cert_file, key_file)
    return serving, ssl.create_default_context(cafile=str(cert_file))


@pytest.mark.parametrize("certified", ["na.example", "other.example"])
async def test_tls_and_host_keep_the_name_though_the_address_is_connected_to(certified: str, tmp_path: Path) -> None:
    serving, trusting = certificate_for(certified, tmp_path)
    indicated: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: indicated.append(name)
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving)
    spy = Spy(aim=("127.0.0.1", server.sockets[0].getsockname()[1]))
    transport = http.GuardedTransport(resolve=Names({"na.example": [[PUBLIC]]}), tls=trusting, inner=spy)
    async with server, http.open_client(transport=transport) as client:
        request = client.build_request("GET", "https://na.example/x")
        if certified == "na.example":
            assert (await http.exchange(client, request, seconds=5)).body == b"{}"
            assert b"host: na.example\r\n" in heads[0].lower()
        else:
            with pytest.raises(errors.TryLater) as caught:
                await http.exchange(client, request, seconds=5)
            assert caught.value.surely_not_done
            assert heads == []
    assert spy.asked == [(PUBLIC, 443)]
    assert indicated == ["na.example"]


async def test_loopback_and_plain_http_need_the_development_setting() -> None:
    async with listener() as (port, reached), http.open_client(allow_loopback=True) as client:
        with pytest.raises(errors.TryLater):
            await http.exchange(client, client.build_request("GET", f"http://127.0.0.1:{port}/"), seconds=5)
        assert len(reached) == 1
        for url in (f"http://10.0.0.1:{port}/", f"http://public.example:{port}/", "https://10.0.0.1/"):
            with pytest.raises(errors.Unauthorized):
                await http.exchange(client, client.build_request("GET", url), seconds=5)
    assert len(reached) == 1


async def test_nothing_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listener() as (port, reached):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        transport = http.GuardedTransport(resolve=Names({"na.example": [[PUBLIC]]}), inner=(spy := Spy()))
        async with http.open_client(transport=transport) as client:
            with pytest.raises(errors.TryLater):
                await http.exchange(client, client.build_request("GET", "https://na.example/"), seconds=5)
        assert spy.asked == [(PUBLIC, 443)]
        assert reached == []


def test_addresses_are_judged_by_the_whole_block() -> None:
    """Samples across every private block, so that no boundary is off by one."""
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10"):
        network = ipaddress.ip_network(block)
        for address in (network[0], network[1], network[-2], network[-1]):
            assert not http.is_public(str(address))
            assert not http.is_public(f"::ffff:{address}")
            assert not http.is_public(str(ipaddress.IPv6Address((0x64FF9B << 96) | int(address))))
