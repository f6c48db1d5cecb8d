"""The answers that belong to no table: companyinfo, the key of callbacks, /system/info. They can't be written to."""

from __future__ import annotations

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import no_endpoint
from integrations.connectwise.sandbox.instance import Instance


def companyinfo(instance: Instance, host: str) -> Record:
    """Where a company's API lives. Asked for without authentication; an unknown company is answered with null."""
    return {
        "CompanyName": instance.name,
        "Codebase": f"{instance.codebase}/",
        "VersionCode": instance.codebase.replace("_", ".", 1),
        "VersionNumber": "v4.6.99999",
        "CompanyID": instance.keys.company_id,
        "IsCloud": True,
        "SiteUrl": host,
    }


def callback_key(instance: Instance | None, key_id: str) -> Record:
    """What callbacks are signed with. Asked for without authentication, too; raises 404 on another company or id."""
    if instance is None or key_id.lower() != instance.callback_key_id:
        raise no_endpoint()
    return {"signing_key": instance.signing_key}


def system_info(instance: Instance) -> Record:
    return {
        "version": f"{instance.codebase.replace('_', '.', 1)}.99999",
        "isCloud": True,
        "serverTimeZone": instance.time_zone,
        "licenseBits": [],
        "cloudRegion": "NA",
    }


SINGLES = {"system/info": system_info}
