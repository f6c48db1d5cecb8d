"""The entities this sandbox keeps, one file an area of the API. To grow it, declare another one here.

No behaviour in this package: what an entity does beyond the protocol is named in its declaration and lives in
`manners/`.
"""

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.tables import (
    companies,
    contacts,
    documents,
    finance,
    forecast,
    orders,
    procurement,
    purchasing,
    sales,
    service,
    system,
    tickets,
    warehouses,
)

ENTITIES: tuple[Entity, ...] = (
    *system.ENTITIES,
    *companies.ENTITIES,
    *contacts.ENTITIES,
    *documents.ENTITIES,
    *sales.ENTITIES,
    *forecast.ENTITIES,
    *orders.ENTITIES,
    *finance.ENTITIES,
    *service.ENTITIES,
    *tickets.ENTITIES,
    *warehouses.ENTITIES,
    *procurement.ENTITIES,
    *purchasing.ENTITIES,
)
BY_NAME: dict[str, Entity] = {entity.name: entity for entity in ENTITIES}
