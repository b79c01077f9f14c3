import pytest

from mien.http.safe_redirects import safe_next


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/people",
        "/galleries/default/people?q=Ada&page=2",
        "/people?next=https://example.org/",
        "/people?q=a%2fb",
        "/people/%E2%82%AC",
    ],
)
def test_a_page_of_this_site_is_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "people",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/%2fevil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%252fevil.example",
        "%2f%2fevil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,hello",
        " //evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/%0d%0aSet-Cookie:%20a=b",
        "/%09/evil.example",
        "/people\x00",
        "/people?q=\r\n",
        "/\xa0/evil.example",
        "/" + "a" * 3000,
    ],
)
def test_everything_else_leads_home(path: str | None) -> None:
    assert safe_next(path) == "/"
    assert safe_next(path, otherwise="/account") == "/account"
