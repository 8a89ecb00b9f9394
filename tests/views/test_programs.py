"""What programs can ask for is told on a page of our own, and to programs as OpenAPI."""

from claims.api.site import api
from tests.views.test_claims import text_of


def test_every_operation_is_told_of_with_what_it_takes_and_answers(as_, zoe):
    page = text_of(as_(zoe).get("/help/programs/"))
    described = api.get_openapi_schema()
    for path, methods in described["paths"].items():
        for said in methods.values():
            assert path in page
            assert f'id="{said["operationId"].replace("_", "-")}"' in page
    for words in ("Idempotency-Key", "means_both", "quote_stands", "application/pdf", "“supports” | “refutes”"):
        assert words in page
    assert "<script>" not in page
    assert "style=" not in page


def test_the_description_is_served_from_here_to_whoever_asks(client, db):
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    said = answer.json()
    assert said["openapi"] == "3.1.0"
    assert said["paths"]["/api/cases/{code}/documents"]["post"]["x-scope"] == "write"
    assert said["components"]["securitySchemes"]["Bearer"] == {"type": "http", "scheme": "bearer"}
    assert "Set-Cookie" not in answer.headers


def test_no_operation_but_the_description_is_open(client, db):
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, said in methods.items():
            assert said["security"] == [{"Bearer": []}]
            filled = path.replace("{code}", "BY").replace("{extension}", "pdf")
            for name in ("number", "item", "id"):
                filled = filled.replace(f"{{{name}}}", "1")
            assert client.generic(method.upper(), filled).status_code == 401, path


def test_the_page_is_for_people_who_are_signed_in(client, db):
    assert client.get("/help/programs/").status_code == 302
