"""Nginx as the door: basic authentication beside Mien's own keys and sign-in, and TLS."""

import base64
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from asking import call
from asking import problem
from front_stack import STYLE
from front_stack import Stack
from needs import absent
from servers import free_port

pytestmark = pytest.mark.processes

GALLERIES = "/api/v1/galleries"
BASIC = {"Authorization": "Basic " + base64.b64encode(b"club:swordfish").decode()}
WRONG = {"Authorization": "Basic " + base64.b64encode(b"club:guess").decode()}


@pytest.fixture(scope="module")
def openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        absent("no openssl is installed, which makes certificates and passwords")
    return found


@pytest.fixture(scope="module")
def node(stack: Stack) -> str:
    return stack.gunicorn("one")


@pytest.fixture(scope="module")
def passwords(stack: Stack, openssl: str) -> Path:
    made = subprocess.run(
        [openssl, "passwd", "-apr1", "swordfish"], capture_output=True, text=True, check=True
    )
    path = stack.folder / "passwords"
    path.write_text(f"club:{made.stdout}")
    path.chmod(0o644)
    return path


@pytest.fixture(scope="module")
def whole(stack: Stack, node: str, passwords: Path) -> str:
    return stack.nginx("--upstream", node, "--basic-auth", str(passwords))


@pytest.fixture(scope="module")
def api_only(stack: Stack, node: str, passwords: Path) -> str:
    return stack.nginx(
        "--upstream", node, "--basic-auth", str(passwords), "--basic-auth-on", "/api/"
    )


def test_the_whole_site_can_ask_for_a_password_first(whole: str, stack: Stack) -> None:
    for headers in ({}, WRONG, {"X-API-Key": stack.home.key}):
        answer = call(whole, GALLERIES, headers=headers)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="Mien"'
    assert call(whole, "/sign-in").status == 401
    assert call(whole, STYLE).status == 200
    assert call(whole, "/healthz").status == 200


def test_behind_the_password_keys_and_sign_in_work_as_ever(whole: str, stack: Stack) -> None:
    problem(call(whole, GALLERIES, headers=BASIC), 401, "not_authenticated")
    both = {**BASIC, "X-API-Key": stack.home.key}
    assert call(whole, GALLERIES, headers=both).status == 200
    assert "Sign in" in call(whole, "/sign-in", headers=BASIC).text


def test_the_password_is_not_told_to_mien(whole: str) -> None:
    seen = call(whole, "/api/test/echo", headers=BASIC).json
    assert "Authorization" not in seen["headers"]


def test_a_part_can_ask_and_no_other_way_leads_into_it(api_only: str, stack: Stack) -> None:
    assert call(api_only, "/sign-in").status == 200
    for path in (GALLERIES, "/%61pi/v1/galleries", "/x/../api/v1/galleries", "//api/v1/galleries"):
        answer = call(api_only, path, headers={"X-API-Key": stack.home.key})
        assert answer.status == 401, path
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="Mien"'
    both = {**BASIC, "X-API-Key": stack.home.key}
    assert call(api_only, GALLERIES, headers=both).status == 200


@pytest.fixture(scope="module")
def tls(stack: Stack, node: str, openssl: str) -> tuple[str, int]:
    """An encrypted site: the address of HTTP, and the port of HTTPS."""
    certificate, key = stack.folder / "cert.pem", stack.folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out",
         str(certificate)],
        capture_output=True, check=True,
    )  # fmt: skip
    port = free_port()
    address = stack.nginx(
        "--upstream", node, "--server-name", "localhost", "--tls-cert", str(certificate),
        "--tls-key", str(key), "--listen-tls", f"127.0.0.1:{port}",
    )  # fmt: skip
    return address.replace("127.0.0.1", "localhost"), port


def curl(*arguments: str) -> str:
    """What curl prints of headers and body."""
    found = shutil.which("curl")
    if found is None:
        absent("no curl is installed, which speaks HTTP/2")
    command = [found, "-sS", "-i", "--insecure", "--max-time", "10", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_http_leads_to_https(tls: tuple[str, int]) -> None:
    address, port = tls
    answer = call(address, "/people?q=x", method="POST")
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://localhost:{port}/people?q=x"
    plain = curl(f"http://localhost:{port}/people")
    assert plain.startswith("HTTP/1.1 308 ")
    assert f"https://localhost:{port}/people" in plain


def test_https_speaks_http2_and_mien_knows_that_it_is_encrypted(tls: tuple[str, int]) -> None:
    _, port = tls
    answer = curl(
        "--http2", "-H", "X-Forwarded-Proto: http", f"https://localhost:{port}/api/test/echo"
    )
    assert answer.startswith("HTTP/2 200")
    assert '"scheme":"https"' in answer
    assert f'"host":"localhost:{port}"' in answer
    assert answer.lower().count("strict-transport-security: max-age=31536000") == 1
    for path in (STYLE, "/metrics"):
        own = curl("--http2", f"https://localhost:{port}{path}").lower()
        assert own.count("strict-transport-security: max-age=31536000") == 1
    signing_in = curl(f"https://localhost:{port}/sign-in")
    assert "set-cookie: __host-mien_form" in signing_in.lower()
    assert "; secure" in signing_in.lower()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_only_modern_encryption_is_spoken(tls: tuple[str, int], version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    raw = socket.create_connection(("127.0.0.1", tls[1]), 5)
    with context.wrap_socket(raw, server_hostname="localhost") as connection:
        cipher = connection.cipher()
    assert cipher is not None
    assert "GCM" in cipher[0] or "CHACHA20" in cipher[0]


def test_another_name_is_shown_no_certificate(tls: tuple[str, int]) -> None:
    context = ssl.create_default_context()
    raw = socket.create_connection(("127.0.0.1", tls[1]), 5)
    with raw, pytest.raises(ssl.SSLError, match=r"(?i)unrecognized"):
        context.wrap_socket(raw, server_hostname="evil.example")


@pytest.mark.parametrize(("version", "spoken"), [("1", False), ("1_1", False), ("1_2", True)])
def test_old_encryption_is_refused(
    tls: tuple[str, int], openssl: str, version: str, spoken: bool
) -> None:
    done = subprocess.run(
        [openssl, "s_client", "-connect", f"127.0.0.1:{tls[1]}", "-servername", "localhost",
         f"-tls{version}", "-cipher", "ALL:@SECLEVEL=0"],
        capture_output=True, input=b"", timeout=10, check=False,
    )  # fmt: skip
    assert (b"Cipher is ECDHE" in done.stdout) == spoken, done.stdout
