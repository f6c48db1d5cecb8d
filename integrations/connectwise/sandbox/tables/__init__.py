"""The entities this sandbox keeps, one file an area of the API. To grow it, declare another one here.

No behaviour in this package: what an entity does beyond the protocol is named in its declaration and lives in
`manners.py`.
"""

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.tables import companies, contacts, finance, procurement, sales, system

ENTITIES: tuple[Entity, ...] = (
    *system.ENTITIES,
    *companies.ENTITIES,
    *contacts.ENTITIES,
    *sales.ENTITIES,
    *finance.ENTITIES,
    *procurement.ENTITIES,
)
BY_NAME: dict[str, Entity] = {entity.name: entity for entity in ENTITIES}
