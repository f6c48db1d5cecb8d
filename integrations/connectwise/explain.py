"""ConnectWise's refusals in words for people: what happened, what to change, and where. Decides nothing."""

from domain.sync.models import ErrorKind
from integrations.core import errors
from integrations.core.provider import Problem, Record

_PLACE = {"location": "opportunities.locationId", "businessunit": "opportunities.departmentId"}
# Kind of record -> a field that ConnectWise complained about -> the setting that filled it.
_SETTINGS = {
    "organization": {"status": "organizations.companyStatusId", "types": "organizations.companyTypeId"},
    "contact": {"typeids": "organizations.contactTypeId"},
    "catalog_item": {
        "type": "products.productTypeId",
        "productclass": "products.productClass",
        "category": "products.defaultCategoryId or categoryMap",
        "subcategory": "products.defaultSubcategoryId or categoryMap",
        "recurringbillcycle": "products.billingCycleId",
    },
    "quote": {
        **_PLACE,
        "stage": "opportunities.newStageId, wonStageId or lostStageId",
        "status": "opportunities.newStatusId, wonStatusId or lostStatusId",
        "type": "opportunities.typeId",
        "probability": "opportunities.probabilityId",
        "primarysalesrep": "opportunities.defaultMemberId",
    },
    "quote_line": {**_PLACE, "catalogitem": "products.catchAllItemId"},
}
_RELATED = {
    "catalog_item": "catalog item",
    "organization": "company",
    "contact": "contact",
    "quote": "opportunity",
    "quote_line": "product line",
}


def explain(error: errors.RemoteError, record: Record) -> Problem:
    """The sentence for `error`, met while `record` was written."""
    thing = _RELATED.get(record.mapping.kind, record.mapping.remote_kind)
    code = error.code or None
    if isinstance(error, errors.Forbidden):
        right = error.right or "the records concerned"
        return Problem(
            ErrorKind.UNAUTHORIZED,
            f"ConnectWise doesn't let its API member write {record.title}: a right is missing. Give “{right}” to the"
            " security role of the API member (System > Security Roles in ConnectWise), then retry.",
            setting=right,
            remote_code=code,
            remote_text=error.text,
        )
    if isinstance(error, errors.Exists):
        return Problem(
            ErrorKind.CONFLICT,
            f"ConnectWise already has a {thing} like {record.title}: {error.text} Change the account number here or the"
            " record there so that they differ, or give both the same name so that they are linked; then retry.",
            remote_code=code,
            remote_text=error.text,
        )
    if isinstance(error, errors.Missing):
        return Problem(
            ErrorKind.CONFLICT,
            f"The {thing} of {record.title} is not in ConnectWise any more ({error.text}). Restore it there, then"
            " retry.",
            remote_code=code,
            remote_text=error.text,
        )
    field = (error.field or "").split("/")[0].removesuffix("Id").removesuffix("ID")
    setting = _SETTINGS.get(record.mapping.kind, {}).get(field.casefold())
    item = getattr(record.local, "item_root", None)
    if item and field.casefold() == "catalogitem":
        return Problem(
            ErrorKind.CONFLICT,
            f"ConnectWise refuses the catalog item of {record.title}: {error.text} If it is inactive, make it active"
            " there. If it was deleted, another one is made now. Then retry.",
            remote_code=code,
            remote_text=error.text,
            look_at=item,
        )
    if setting:
        return Problem(
            ErrorKind.UNMAPPED,
            f"ConnectWise refuses the {field} of {record.title}: {error.text} Choose another {setting} from the live"
            " choices, then retry.",
            setting=setting,
            remote_code=code,
            remote_text=error.text,
        )
    named = f" (field {error.field})" if error.field else ""
    return Problem(
        ErrorKind.REJECTED,
        f"ConnectWise refuses {record.title}{named}: {error.text} Change the record here, then retry.",
        remote_code=code,
        remote_text=error.text,
    )


def explain_reading(error: errors.RemoteError, things: str) -> Problem:
    """The sentence for `error`, met while `things` (a plural) were read."""
    code = error.code or None
    if isinstance(error, errors.Forbidden):
        right = error.right or "the records concerned"
        return Problem(
            ErrorKind.UNAUTHORIZED,
            f"ConnectWise doesn't let its API member read {things}: a right is missing. Give “{right}” to the security"
            " role of the API member (System > Security Roles in ConnectWise). It goes on by itself then.",
            setting=right,
            remote_code=code,
            remote_text=error.text,
        )
    return Problem(
        ErrorKind.REJECTED,
        f"ConnectWise refuses to show {things}: {error.text} It is tried again by itself.",
        remote_code=code,
        remote_text=error.text,
    )
