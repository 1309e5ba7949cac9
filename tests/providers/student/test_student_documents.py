"""Documents of leads: links that are pasted, sizes, names, redirects, and where the token goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from student_wire import House, serving

from providers.download import Download
from providers.errors import AuthFailed, FieldError, Rejected, Unavailable, UnexpectedResponse
from providers.student import DEMO_API_TOKEN, PROVIDER, documents
from providers.student.documents import in_link
from providers.student.models import DownloadDocument

LINK = (
    "https://public-gateway.student.com/api/v1/download/lead/document"
    "?documentId=eyJ0eXBlIjoiVXBsb2FkRmlsZSIsImlkIjo1NjAzfQ&referenceId=HB723157607"
)
"""The document's own."""


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serving() as made:
        yield made


@pytest.fixture
async def document(house: House) -> str:
    await house.system.arrive(referenceId="HB1")
    return house.system.attach("HB1", "passport.pdf", b"%PDF-1.7 passport")


async def fetch(house: House, **given: Any) -> Download:
    action = PROVIDER.action("download-document")
    assert action is not None
    found = await action.run(house.api(), action.params.model_validate(given))
    assert isinstance(found, Download)
    return found


# ------------------------------------------------------------------------------------------- what is given


def test_the_documents_own_link_fills_both_ids() -> None:
    made = DownloadDocument(url=LINK)
    assert made.documentId == "eyJ0eXBlIjoiVXBsb2FkRmlsZSIsImlkIjo1NjAzfQ"
    assert made.referenceId == "HB723157607"


def test_a_link_may_stand_beside_the_ids_that_it_holds() -> None:
    made = DownloadDocument(url=f"  {LINK}\n", referenceId="HB723157607")
    assert made.documentId == "eyJ0eXBlIjoiVXBsb2FkRmlsZSIsImlkIjo1NjAzfQ"


@pytest.mark.parametrize("field", ["documentId", "referenceId"])
def test_a_link_of_another_lead_is_refused_on_the_field(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DownloadDocument.model_validate({"url": LINK, field: "another"})
    assert [e["loc"] for e in refused.value.errors()] == [(field,)]


def test_without_a_link_both_ids_are_asked_for() -> None:
    with pytest.raises(ValidationError) as refused:
        DownloadDocument()
    assert [e["loc"] for e in refused.value.errors()] == [("documentId",), ("referenceId",)]
    with pytest.raises(ValidationError) as refused:
        DownloadDocument(documentId="x")
    assert [e["loc"] for e in refused.value.errors()] == [("referenceId",)]
    assert DownloadDocument(documentId="x", referenceId="y").url is None


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("passport.pdf", "not a link of student.com"),
        ("ftp://public-gateway.student.com/x", "not a link of student.com"),
        ("https://user:pass@public-gateway.student.com/api/v1/download/lead/document?x", "not a link of student.com"),
        ("https://[::1", "not a link"),
        ("https://public-gateway.student.com:x/", "not a link"),
        ("https://public-gateway.student.com/graphql?documentId=a&referenceId=b", "path"),
        ("https://public-gateway.student.com/api/v1/download/lead/document/../x?documentId=a&referenceId=b", "path"),
        (LINK.partition("&")[0], "should hold"),
        (LINK.replace("documentId", "id"), "should hold"),
        (LINK.partition("?")[0], "should hold"),
        (f"{LINK}&referenceId=HB2", "twice"),
    ],
)
def test_a_link_of_another_shape_is_refused_with_a_sentence(link: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DownloadDocument(url=link)
    (error,) = refused.value.errors()  # and no complaint that the ids are missing
    assert error["loc"] == ("url",)
    assert says in error["msg"]


def test_escaped_and_bare_signs_of_base64_are_the_same_id() -> None:
    for written in ("a%2Bb%2Fc%3D%3D", "a+b/c=="):
        assert in_link(LINK.replace("eyJ0eXBlIjoiVXBsb2FkRmlsZSIsImlkIjo1NjAzfQ", written)).documentId == "a+b/c=="


@pytest.mark.parametrize("host", ["student.com.evil.example", "evilstudent.com", "example.com", "10.0.0.1"])
async def test_a_link_of_another_host_is_refused_and_nobody_is_asked(house: House, host: str, document: str) -> None:
    link = LINK.replace("public-gateway.student.com", host)
    with pytest.raises(Rejected) as refused:
        await fetch(house, url=link)
    assert refused.value.errors == (FieldError("This is a link of another site, not of student.com.", "url"),)
    assert house.system.requests == []


@pytest.mark.parametrize("host", ["public-gateway.student.com", "public-gateway.dandythrust.com", "127.0.0.1"])
async def test_of_a_good_link_only_the_ids_are_used(house: House, host: str, document: str) -> None:
    link = house.system.link("HB1", document).replace("public-gateway.student.com", host)
    found = await fetch(house, url=link)
    assert found.path.read_bytes() == b"%PDF-1.7 passport"
    assert len(house.system.requests) == 1


# ---------------------------------------------------------------------------------------------- the file


async def test_a_document_comes_with_its_name_and_goes_when_it_is_done_with(house: House, document: str) -> None:
    found = await fetch(house, documentId=document, referenceId="HB1")
    assert (found.name, found.size) == ("passport.pdf", 17)
    assert found.path.read_bytes() == b"%PDF-1.7 passport"
    ((method, path),) = house.system.requests
    assert method == "GET"
    assert path == f"{documents.PATH}?documentId={document}&referenceId=HB1"
    folder = found.path.parent
    found.discard()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="..\\\\..\\\\boot.ini"', "boot.ini"),
        ("attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf", "résumé.pdf"),
        ("attachment; filename*=UTF-8''gnp%E2%80%AE.exe", "gnp.exe"),
        ("attachment", "document HB1"),
        ("", "document HB1"),
    ],
)
async def test_names_are_cleaned(house: House, disposition: str, name: str) -> None:
    await house.system.arrive(referenceId="HB1")
    document = house.system.attach("HB1", "x.pdf", b"x", disposition)
    assert (await fetch(house, documentId=document, referenceId="HB1")).name == name


async def test_ids_of_any_text_arrive_whole(house: House) -> None:
    reference = "HB/1 é&x=1#?"
    await house.system.arrive(referenceId=reference)
    document = house.system.attach(reference, "x.pdf", b"x")
    assert (await fetch(house, documentId=document, referenceId=reference)).size == 1


async def test_a_redirect_to_another_host_is_followed_without_the_token(house: House, document: str) -> None:
    house.system.fault("redirect")
    found = await fetch(house, documentId=document, referenceId="HB1")
    assert found.path.read_bytes() == b"%PDF-1.7 passport"
    ((headers),) = house.system.elsewhere
    assert not {"x-api-token", "apitoken", "authorization", "cookie"} & {name.lower() for name in headers}
    assert DEMO_API_TOKEN not in str(headers)


@pytest.mark.parametrize(
    ("fault", "failure", "says"),
    [
        ("redirect-loop", UnexpectedResponse, "redirects again and again"),
        ("huge", Rejected, "larger than 20 MB"),
        ("endless", Rejected, "larger than 20 MB"),
        ("401", AuthFailed, ""),
        ("unauthenticated", AuthFailed, ""),
        ("500", Unavailable, "HTTP 500"),
        ("429", Unavailable, "HTTP 429"),
        ("refuse", Unavailable, "broke the connection"),
    ],
)
async def test_what_goes_wrong_leaves_nothing_behind_and_then_it_works(
    house: House, document: str, fault: str, failure: type[Exception], says: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    async def no_sleep(_seconds: float) -> None:
        pass

    house.system.fault(fault, 8 if fault in ("redirect-loop", "500", "429", "refuse") else 1)
    monkeypatch.setattr("providers.http.asyncio.sleep", no_sleep)
    with pytest.raises(failure) as caught:
        await fetch(house, documentId=document, referenceId="HB1")
    told = " ".join(e.message for e in caught.value.errors) if isinstance(caught.value, Rejected) else str(caught.value)
    assert says in told
    assert list(tmp_path.iterdir()) == []
    house.system.clear_faults()
    assert (await fetch(house, documentId=document, referenceId="HB1")).size == 17


async def test_a_document_of_another_lead_or_a_forbidden_one_is_refused_in_words(house: House, document: str) -> None:
    await house.system.arrive(referenceId="HB2")
    with pytest.raises(Rejected) as refused:
        await fetch(house, documentId=document, referenceId="HB2")
    assert [e.message for e in refused.value.errors] == ["Document not found"]
    with pytest.raises(Rejected) as refused:
        await fetch(house, documentId=document, referenceId="HB3")
    assert [e.field for e in refused.value.errors] == ["referenceId"]
    house.system.forbid("HB1")
    with pytest.raises(Rejected) as refused:
        await fetch(house, documentId=document, referenceId="HB1")
    assert [e.field for e in refused.value.errors] == ["referenceId"]


async def test_a_file_of_exactly_the_limit_is_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1000)
    await house.system.arrive(referenceId="HB1")
    document = house.system.attach("HB1", "x.pdf", b"x" * 1000)
    assert (await fetch(house, documentId=document, referenceId="HB1")).size == 1000
    larger = house.system.attach("HB1", "x.pdf", b"x" * 1001)
    with pytest.raises(Rejected):
        await fetch(house, documentId=larger, referenceId="HB1")
