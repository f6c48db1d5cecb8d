"""Installing and connecting ConnectWise, its choices and settings: through GraphQL, with a real worker that answers."""

import json
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select, text

from api.ask import Asker, open_pool
from domain.context import Actor
from domain.integration_settings import service as integrations
from domain.integration_settings.models import Integration
from domain.outbox import Lane
from domain.sync.models import ExternalLink, SyncError
from tests.api.conftest import a_quote, an_organization
from tests.api.worker import working

CANARY = "CANARY"
INPUT = {"site": "https://cw.test", "companyId": "acme", "publicKey": f"{CANARY}-pub", "privateKey": f"{CANARY}-good"}
INSTALL = """mutation {
  installApp(input: {app: CONNECTWISE}) { app { key name status installed description } userErrors { code } }
}"""
CONNECT = """mutation ($input: ConnectConnectWiseInput!) {
  connectConnectWise(input: $input) {
    connectWise { status site companyId connectedAt remoteVersion } userErrors { code field message }
  }
}"""
STATUS = "{ connectWise { status site companyId connectedAt } apps { status installed } }"
SETTINGS = """{ connectWise { settings {
  organizations { enabled companyTypeId companyStatusId contactTypeId takeOverTypeIds takeOverStatusIds firstLinkWins }
  opportunities { enabled newStageId newStatusId locationId departmentId typeId defaultMemberId probabilityId
    wonStageId wonStatusId lostStageId lostStatusId syncOrdersWithoutQuote }
  products { catchAllItemId }
} } }"""


def saving(kind: str) -> str:
    return f"""mutation ($input: UpdateConnectWise{kind}SyncInput!) {{
      updateConnectWise{kind}Sync(input: $input) {{
        connectWise {{ settings {{ organizations {{ enabled companyTypeId takeOverTypeIds firstLinkWins }}
          opportunities {{ enabled }} products {{ catchAllItemId }} }} }}
        userErrors {{ code field message }}
      }}
    }}"""


ORGANIZATIONS = {
    "enabled": True,
    "companyTypeId": 1,
    "companyStatusId": 2,
    "contactTypeId": 3,
    "takeOverTypeIds": [4, 4, 5],
    "takeOverStatusIds": [6],
}
CHOICES = [
    {"id": 1, "name": "Prospect", "active": True, "recommended": True},
    {"id": 2, "name": "Vendor", "active": False, "recommended": False},
]


class Answers:
    """The worker's jobs: they look at the database as the real ones do."""

    def __init__(self, db) -> None:
        self.db = db
        self.asked: list[tuple] = []
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        """Happens once, after keys were found good and before anybody hears of it."""

    async def try_connection(self, tenant_id, provider):
        self.asked.append(("try_connection", tenant_id, provider))
        from uuid import UUID

        async with self.db.transaction(Actor.system(UUID(tenant_id))) as ctx:
            keys = await integrations.keys_in_use(ctx, provider, candidate=True)
        if keys.private_key.endswith("good"):
            meanwhile, self.meanwhile = self.meanwhile, None
            if meanwhile is not None:
                await meanwhile()
            return {"ok": True, "version": "v2025.1"}
        return {"ok": False, "code": "INVALID", "message": "ConnectWise refuses these keys.", "field": ["privateKey"]}

    async def choices(self, tenant_id, provider, kind, refresh):
        self.asked.append(("choices", tenant_id, provider, kind, refresh))
        if kind == "MEMBERS":
            return {"ok": False, "code": "UNAVAILABLE", "message": "ConnectWise does not answer.", "field": []}
        return {"ok": True, "choices": CHOICES}


@pytest.fixture
async def answers(db, redis_url):
    answers = Answers(db)
    async with working(redis_url, try_connection=answers.try_connection, choices=answers.choices):
        yield answers


@pytest.fixture
async def asker(redis_url):
    pool = open_pool(redis_url)
    yield Asker(pool, patience=5)
    await pool.aclose()


async def stored(msp) -> Integration | None:
    async with msp.transaction() as ctx:
        return await ctx.session.scalar(select(Integration))


async def test_an_app_is_installed_once(ask):
    [app] = (await ask("{ apps { key name description status installed setupGuideUrl } }"))["apps"]
    assert (app["key"], app["status"], app["installed"]) == ("CONNECTWISE", "NOT_INSTALLED", False)
    for _ in range(2):
        app = (await ask(INSTALL))["installApp"]["app"]
        assert (app["status"], app["installed"]) == ("INSTALLED", True)
    assert (await ask(STATUS))["connectWise"] == {
        "status": "INSTALLED", "site": None, "companyId": None, "connectedAt": None
    }  # fmt: skip


async def test_good_keys_connect_and_every_sync_stays_off(ask, msp, answers):
    await ask(INSTALL)
    answer = (await ask(CONNECT, input=INPUT))["connectConnectWise"]
    assert answer["userErrors"] == []
    assert answer["connectWise"].pop("connectedAt")
    assert answer["connectWise"] == {
        "status": "CONNECTED", "site": "https://cw.test", "companyId": "acme", "remoteVersion": "v2025.1"
    }  # fmt: skip
    assert answers.asked == [("try_connection", str(msp.id), "CONNECTWISE")]
    settings = (await ask(SETTINGS))["connectWise"]["settings"]
    assert (settings["organizations"]["enabled"], settings["opportunities"]["enabled"]) == (False, False)
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(select(Lane.provider)) == "CONNECTWISE"


async def test_bad_keys_are_told_by_their_field_and_forgotten(ask, msp, answers):
    await ask(INSTALL)
    answer = (await ask(CONNECT, input={**INPUT, "privateKey": "bad"}))["connectConnectWise"]
    assert answer == {
        "connectWise": None,
        "userErrors": [
            {"code": "INVALID", "field": ["privateKey"], "message": "ConnectWise refuses these keys."}
        ],
    }  # fmt: skip
    assert (await ask(STATUS))["connectWise"]["status"] == "INSTALLED"
    assert ((await stored(msp)).candidate, (await stored(msp)).sealed) == (None, None)


async def test_bad_new_keys_leave_the_connection_in_use_alone(ask, msp, answers):
    await ask(INSTALL)
    await ask(CONNECT, input=INPUT)
    before = (await stored(msp)).sealed
    await ask(CONNECT, input={**INPUT, "privateKey": "bad"})
    assert (await ask(STATUS))["connectWise"]["status"] == "CONNECTED"
    assert ((await stored(msp)).candidate, (await stored(msp)).sealed) == (None, before)


@pytest.mark.parametrize("others", ["bad", f"{CANARY}-2-good"])
async def test_keys_that_nobody_tried_never_connect(ask, msp, answers, others):
    """Another administrator's keys come between the trying of mine and the answer."""
    await ask(INSTALL)

    async def propose():
        keys = integrations.Keys("https://cw.test", "other", "pub", others)
        async with msp.transaction() as ctx:
            await integrations.propose(ctx, "CONNECTWISE", keys)

    answers.meanwhile = propose
    answer = (await ask(CONNECT, input=INPUT))["connectConnectWise"]
    assert [error["code"] for error in answer["userErrors"]] == ["CONFLICT"]
    assert (await ask(STATUS))["connectWise"]["status"] == "INSTALLED"
    row = await stored(msp)
    assert row.sealed is None
    assert row.candidate, "theirs are still to be tried"


async def test_of_two_who_connect_at_once_one_does(ask, answers):
    await ask(INSTALL)
    theirs = {**INPUT, "companyId": "other"}
    second: list[dict] = []

    async def connect():
        second.append((await ask(CONNECT, input=theirs))["connectConnectWise"])

    answers.meanwhile = connect
    first = (await ask(CONNECT, input=INPUT))["connectConnectWise"]
    assert [error["code"] for error in first["userErrors"]] == ["CONFLICT"]
    assert second[0]["userErrors"] == []
    assert (await ask(STATUS))["connectWise"]["companyId"] == "other"


async def test_without_a_worker_the_keys_are_forgotten_too(http, ask, msp, asker):
    asker._patience = 0.3
    await ask(INSTALL)
    answer = (await ask(CONNECT, input=INPUT))["connectConnectWise"]
    assert [error["code"] for error in answer["userErrors"]] == ["UNAVAILABLE"]
    assert "try again" in answer["userErrors"][0]["message"]
    assert (await stored(msp)).candidate is None


async def test_what_is_wrong_before_anything_is_tried(ask, answers):
    answer = (await ask(CONNECT, input=INPUT))["connectConnectWise"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("NOT_FOUND", [])]
    await ask(INSTALL)
    answer = (await ask(CONNECT, input={**INPUT, "site": " "}))["connectConnectWise"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("REQUIRED", ["site"])]
    assert answers.asked == []


async def test_another_company_needs_a_word_about_the_old_links(ask, msp, answers):
    await ask(INSTALL)
    await ask(CONNECT, input=INPUT)
    async with msp.transaction() as ctx:
        link = {"provider": "CONNECTWISE", "subject": "quote:1", "root": "quote:1", "remote_kind": "opportunity"}
        ctx.session.add(ExternalLink(**link, remote_id="7"))
    other = {**INPUT, "companyId": "other"}
    answer = (await ask(CONNECT, input=other))["connectConnectWise"]
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("REQUIRED", ["oldLinks"])]
    answer = (await ask(CONNECT, input={**other, "oldLinks": "FORGET"}))["connectConnectWise"]
    assert answer["connectWise"]["companyId"] == "other"
    async with msp.transaction() as ctx:
        assert await ctx.session.scalar(select(ExternalLink)) is None


async def test_disconnecting_forgets_the_keys_and_keeps_the_settings(ask, msp, answers):
    await ask(INSTALL)
    await ask(CONNECT, input=INPUT)
    await ask(saving("Product"), input={"catchAllItemId": 9})
    answer = await ask("mutation { disconnectConnectWise { connectWise { status } userErrors { code } } }")
    assert answer["disconnectConnectWise"] == {"connectWise": {"status": "INSTALLED"}, "userErrors": []}
    assert (await stored(msp)).sealed is None
    assert (await ask(SETTINGS))["connectWise"]["settings"]["products"] == {"catchAllItemId": 9}


async def test_a_sync_without_its_choices_is_refused_naming_each(ask):
    await ask(INSTALL)
    answer = await ask(saving("Organization"), input={"enabled": True, "companyTypeId": 1})
    answer = answer["updateConnectWiseOrganizationSync"]
    assert answer["connectWise"] is None
    assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [
        ("REQUIRED", [name])
        for name in ("companyStatusId", "contactTypeId", "takeOverTypeIds", "takeOverStatusIds")
    ]  # fmt: skip
    answer = (await ask(saving("Opportunity"), input={"enabled": True}))["updateConnectWiseOpportunitySync"]
    assert len(answer["userErrors"]) == 11
    settings = (await ask(SETTINGS))["connectWise"]["settings"]
    assert settings["organizations"]["companyTypeId"] is None


async def test_settings_are_saved_changed_and_emptied(ask):
    await ask(INSTALL)
    answer = (await ask(saving("Organization"), input=ORGANIZATIONS))["updateConnectWiseOrganizationSync"]
    assert answer["connectWise"]["settings"]["organizations"] == {
        "enabled": True, "companyTypeId": 1, "takeOverTypeIds": [4, 5], "firstLinkWins": "CONNECTWISE"
    }  # fmt: skip
    change = {"companyTypeId": 8, "firstLinkWins": "QUOTEWRIGHT"}
    answer = (await ask(saving("Organization"), input=change))["updateConnectWiseOrganizationSync"]
    assert answer["connectWise"]["settings"]["organizations"] == {
        "enabled": True, "companyTypeId": 8, "takeOverTypeIds": [4, 5], "firstLinkWins": "QUOTEWRIGHT"
    }  # fmt: skip
    emptied = {"enabled": None, "companyTypeId": None, "takeOverTypeIds": None, "firstLinkWins": None}
    answer = (await ask(saving("Organization"), input=emptied))["updateConnectWiseOrganizationSync"]
    assert answer["connectWise"]["settings"]["organizations"] == {
        "enabled": False, "companyTypeId": None, "takeOverTypeIds": [], "firstLinkWins": "CONNECTWISE"
    }  # fmt: skip


async def test_settings_of_an_app_that_is_not_installed_are_refused(ask):
    for kind in ("Organization", "Opportunity", "Product"):
        [answer] = (await ask(saving(kind), input={})).values()
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"]


KINDS = {
    "companyTypes": "COMPANY_TYPES",
    "companyStatuses": "COMPANY_STATUSES",
    "contactTypes": "CONTACT_TYPES",
    "opportunityStages": "OPPORTUNITY_STAGES",
    "opportunityStatuses": "OPPORTUNITY_STATUSES",
    "opportunityTypes": "OPPORTUNITY_TYPES",
    "probabilities": "PROBABILITIES",
    "locations": "LOCATIONS",
    "departments": "DEPARTMENTS",
    "members": "MEMBERS",
    "catalogItems": "CATALOG_ITEMS",
    "productTypes": "PRODUCT_TYPES",
    "billingCycles": "BILLING_CYCLES",
    "categories": "CATEGORIES",
    "subcategories": "SUBCATEGORIES",
}


async def test_choices_are_asked_live(ask, msp, answers):
    fields = " ".join(f"{name} {{ value name active recommended }}" for name in KINDS if name != "members")
    found = (await ask(f"{{ connectWise {{ choices {{ {fields} }} }} }}"))["connectWise"]["choices"]
    shown = [{"value": choice.pop("id"), **choice} for choice in map(dict, CHOICES)]
    assert found == dict.fromkeys([name for name in KINDS if name != "members"], shown)
    assert sorted(answers.asked) == sorted(
        ("choices", str(msp.id), "CONNECTWISE", kind, False) for kind in KINDS.values() if kind != "MEMBERS"
    )


async def test_choices_are_searched_and_refreshed(ask, answers):
    query = '{ connectWise { choices { companyTypes(search: " PROS ", refresh: true) { name } } } }'
    assert (await ask(query))["connectWise"]["choices"]["companyTypes"] == [{"name": "Prospect"}]
    assert answers.asked[0][-1] is True


async def test_a_list_that_can_not_be_read_hides_no_other(ask, answers):
    query = "{ connectWise { choices { companyTypes { id } members { id } } } }"
    answer = (await ask.post(query)).json()
    assert answer["data"]["connectWise"]["choices"]["companyTypes"] == [{"id": 1}, {"id": 2}]
    assert answer["data"]["connectWise"]["choices"]["members"] is None
    [error] = answer["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("ConnectWise does not answer.", "UNAVAILABLE")


async def test_a_new_setting_lets_what_waited_for_it_go_on(ask, msp, answers):
    await ask(INSTALL)
    await ask(CONNECT, input=INPUT)
    quote = await a_quote(ask)
    async with msp.transaction() as ctx:
        subject = await ctx.session.scalar(text("SELECT subject FROM sync_task WHERE subject LIKE 'quote:%'"))
        ctx.session.add(SyncError(provider="CONNECTWISE", subject=subject, root=subject, title="t", kind="UNMAPPED",
                                  message="m"))  # fmt: skip
        await ctx.session.execute(text("UPDATE sync_task SET due_at = NULL, done = wanted"))
    await ask(saving("Product"), input={"catchAllItemId": 9})
    async with msp.transaction() as ctx:
        due = await ctx.session.execute(text("SELECT subject FROM sync_task WHERE due_at IS NOT NULL"))
        assert due.scalars().all() == [subject]
    assert quote


async def test_keys_are_readable_nowhere(ask, msp, answers, caplog):
    """Not in an answer to anything, not in the schema, not in a table, not in a log."""
    await ask(INSTALL)
    await an_organization(ask)
    texts = [(await ask.post(CONNECT, {"input": INPUT})).text]
    texts.append((await ask.post(CONNECT, {"input": {**INPUT, "privateKey": f"{CANARY}-bad"}})).text)
    texts += [(await ask.post(query)).text for query in (STATUS, SETTINGS, "{ syncErrors { nodes { message } } }")]
    async with msp.transaction() as ctx:
        for table in ("integration", "integration_setting", "sync_task", "outbox", "lane", "sync_error"):
            rows = await ctx.session.execute(text(f"SELECT to_jsonb(t) FROM {table} t"))
            texts.append(json.dumps([row for (row,) in rows], default=str))
    assert (await stored(msp)).sealed
    assert CANARY not in "\n".join(texts)
    assert CANARY not in caplog.text


def test_the_schema_has_no_field_for_a_key():
    from graphql import GraphQLInputObjectType

    from api.schema import schema

    secret = {"privateKey", "publicKey", "sealed", "candidate", "hash", "token"}
    for type_ in schema.core.type_map.values():
        if not isinstance(type_, GraphQLInputObjectType) and not type_.name.startswith("__"):
            # Whoever makes one is shown it.
            shown = {"token"} if type_.name in ("CreateApiTokenPayload", "OfferLink") else set()
            assert not (secret - shown) & set(getattr(type_, "fields", {})), type_.name
