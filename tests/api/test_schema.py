"""The schema itself: as committed, described throughout, and of one habit."""

from enum import Enum
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_specified_directive,
    validate_schema,
)

from api.scalars import described
from api.schema import schema, sdl

ROOT = Path(__file__).parents[2]


def test_the_committed_schema_is_this_one():
    assert (ROOT / "schema.graphql").read_text("utf-8") == sdl(), "run `quotewright schema > schema.graphql`"


def test_the_committed_schema_is_valid():
    assert validate_schema(build_schema(sdl())) == []


def types(*kinds):
    for type_ in schema.core.type_map.values():
        if not type_.name.startswith("__") and (not kinds or isinstance(type_, kinds)):
            yield type_


def test_everything_has_a_description():
    bare = [type_.name for type_ in types() if not type_.description]
    for type_ in types(GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType):
        for name, field in type_.fields.items():
            bare += [] if field.description else [f"{type_.name}.{name}"]
            arguments = getattr(field, "args", {})
            bare += [f"{type_.name}.{name}({key}:)" for key, value in arguments.items() if not value.description]
    for type_ in types(GraphQLEnumType):
        bare += [f"{type_.name}.{name}" for name, value in type_.values.items() if not value.description]
    assert bare == []


def test_mutations_take_one_input_and_give_one_nullable_payload():
    for name, field in schema.core.mutation_type.fields.items():
        capital = name[0].upper() + name[1:]
        payload = field.type
        assert isinstance(payload, GraphQLObjectType), f"{name}: nullable, so that one failure hides no other"
        assert payload.name == f"{capital}Payload"
        assert is_non_null_type(payload.fields["userErrors"].type)
        assert all(not is_non_null_type(record.type) for key, record in payload.fields.items() if key != "userErrors")
        if field.args:
            [(key, argument)] = field.args.items()
            assert (key, get_named_type(argument.type).name) == ("input", f"{capital}Input")
            assert is_non_null_type(argument.type)


def test_a_change_can_say_which_version_it_is_of():
    # Settings are no records: the last word holds.
    changes = [type_ for type_ in types(GraphQLInputObjectType) if type_.name.startswith("Update")]
    bare = {type_.name for type_ in changes if "version" not in type_.fields and "ConnectWise" not in type_.name}
    assert bare == set()


def test_lists_take_the_same_arguments_everywhere():
    for name, field in schema.core.query_type.fields.items():
        if "after" in field.args:
            assert "filter" in field.args, name
            filter = get_named_type(field.args["filter"].type)
            assert isinstance(filter, GraphQLInputObjectType)
            assert {"and", "or", "not", "id"} <= set(filter.fields), name


def test_lists_of_records_at_the_root_are_connections():
    for name, field in schema.core.query_type.fields.items():
        if {"first", "after", "last", "before"} & set(field.args):
            connection = get_named_type(field.type)
            assert connection.name.endswith("Connection"), name
            assert set(field.args) >= {"first", "after", "last", "before"}
            assert set(connection.fields) == {"edges", "nodes", "pageInfo", "totalCount"}


def test_every_record_is_a_node_of_its_models_name():
    node = schema.core.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    names = {type_.name for type_ in schema.core.get_possible_types(node)}
    assert names == set(schema.models)
    # Clients cache by `id`: whatever else has one would be mixed up.
    others = [type_ for type_ in types(GraphQLObjectType) if "id" in type_.fields and type_.name not in names]
    assert [type_.name for type_ in others if not type_.fields["id"].deprecation_reason] == []


def test_a_field_without_a_resolver_of_its_own_is_an_attribute_of_the_model():
    """What compiled reads are to be built on: names are written once, in the model."""
    for type_ in types(GraphQLObjectType):
        origin = type_.extensions["strawberry-definition"].origin
        model = getattr(origin, "model", None)
        if model is None:
            continue
        for name, field in type_.fields.items():
            ours = field.extensions["strawberry-definition"]
            if ours.base_resolver is None:
                assert hasattr(model, ours.python_name), f"{type_.name}.{name}"
            if "relationship" in ours.metadata:
                relationship = ours.metadata["relationship"]
                assert getattr(model, ours.python_name).property is relationship.property, f"{type_.name}.{name}"
                assert is_list_type(field.type.of_type if is_non_null_type(field.type) else field.type) == (
                    relationship.property.uselist
                )
            if "amount" in ours.metadata:
                assert hasattr(model, ours.metadata["amount"])


def test_no_directive_but_those_of_the_specification():
    assert all(is_specified_directive(directive) for directive in schema.core.directives)


@pytest.mark.parametrize("name", ["DateTime", "Date", "Decimal"])
def test_scalars_are_ours(name):
    assert schema.core.type_map[name].description


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"RED": "Hot."}, r"Color\.BLUE has no description.*BLUE=.*described\(Color"),
        ({"RED": "", "BLUE": "", "GREEN": ""}, "no value GREEN"),
    ],
)
def test_a_value_without_a_description_is_named(values, complaint):
    class Color(Enum):
        RED, BLUE = "RED", "BLUE"

    with pytest.raises(ValueError, match=complaint):
        described(Color, "A color.", **values)
