"""The entity tables: their notation, their coherence, and the vendor's specification where that is at hand."""

from typing import Any

import pytest

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.fields import Field, declare
from integrations.connectwise.sandbox.tables import BY_NAME, ENTITIES
from tests.connectwise import spec

SCHEMAS = {
    "Currency": "Finance.Currency",
    "CompanyTypeAssociation": "Company.CompanyTypeAssociation",
    "ContactTypeAssociation": "Company.ContactTypeAssociation",
}
# Where this sandbox knows better than the specification, and why.
STRICTER = {
    ("Contact", "firstName"): "required: a real tenant answers 400 without it",
    ("ContactCommunicationItem", "value"): "limited to 250 as in the sub-resource",
    ("ContactCommunicationItem", "extension"): "limited to 15 as in the sub-resource",
}
IN_SPEC = [entity for entity in ENTITIES if entity.name != "Country"]


def test_the_notation_says_everything_about_a_field() -> None:
    fields = declare(
        "name!:str(9) ~a^:date +b:refs(Company) -c:str d:int(1..5)=2 e:enum(X|Y)=X f:bool g:ref(Member,active) "
        "h:ref(BoardStatus,active,within=g) i:ref(CatalogItem,as=identifier+serializedFlag)"
    )
    assert fields["name"] == Field("name", "str", required=True, limit=9)
    assert fields["a"] == Field("a", "date", required_on_update=True, read_only=True)
    assert fields["b"] == Field("b", "refs", post_only=True, target="Company")
    assert fields["c"] == Field("c", "str", write_only=True)
    assert fields["d"] == Field("d", "int", low=1, high=5, default=2)
    assert fields["e"] == Field("e", "enum", choices=("X", "Y"), default="X")
    assert fields["f"] == Field("f", "bool", default=False)
    assert fields["g"] == Field("g", "ref", target="Member", active_only=True)
    assert fields["h"] == Field("h", "ref", target="BoardStatus", active_only=True, within="g")
    assert fields["i"] == Field("i", "ref", target="CatalogItem", parts=("identifier", "serializedFlag"))
    assert list(declare("u{1..3}:str(5)")) == ["u1", "u2", "u3"]


@pytest.mark.parametrize("token", ["name", "name:text", "na me:str", "name:str(", "?name:str"])
def test_a_token_that_cannot_be_read_is_refused(token: str) -> None:
    with pytest.raises(ValueError):
        declare(token)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_what_a_table_refers_to_exists(entity: Entity) -> None:
    assert {field.target for field in entity.linked} <= set(BY_NAME)
    names = set(entity.fields)
    assert set(entity.unique) <= names
    assert set(entity.label) <= names | {"id"} or not entity.refer
    assert not entity.parent_field or entity.parent_field in names
    assert not entity.parent_key or entity.parent_key in {other.path for other in ENTITIES}


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    if not spec.folder():
        pytest.skip("the vendor's specification is not beside the project")
    return dict(spec.document()["components"]["schemas"])


def _kind(schema: dict[str, Any]) -> str:
    """The kind of field a property of the specification asks for: "object" for anything with a schema of its own."""
    if "$ref" in schema:
        return "object"
    if "enum" in schema:
        return "enum"
    if schema.get("type") == "array":
        items = schema["items"]
        return "list" if "$ref" in items else {"integer": "ints", "string": "strs"}[items["type"]]
    if schema.get("type") == "string":
        return {"date-time": "date", "uuid": "uuid"}.get(schema.get("format", ""), "str")
    return {"integer": "int", "number": "num", "boolean": "bool"}[schema["type"]]


KINDS = {"ref": "object", "any": "object", "item": "object", "refs": "list", "items": "list"}


@pytest.mark.parametrize("entity", IN_SPEC, ids=lambda entity: entity.name)
def test_fields_are_those_of_the_specification(entity: Entity, schemas: dict[str, Any]) -> None:
    schema = schemas[SCHEMAS.get(entity.name, entity.name)]
    properties = {
        name: one for name, one in schema["properties"].items() if name not in ("id", "_info", "customFields")
    }
    assert set(entity.fields) == set(properties)
    assert entity.custom == ("customFields" in schema["properties"])
    required = set(schema.get("required", ()))
    for name, one in properties.items():
        field = entity.fields[name]
        assert KINDS.get(field.kind, field.kind) == _kind(one), name
        assert list(field.choices) == one.get("enum", []), name
        if (entity.name, name) not in STRICTER:
            assert field.limit == one.get("maxLength"), name
            assert field.required == (name in required), name
        assert field.required_on_update == bool(one.get("x-required-on-updates")), name
