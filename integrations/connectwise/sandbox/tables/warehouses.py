"""Warehouses, their bins, and what lies in them."""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import setup, stock

SETUP = "System / Table Setup"

ENTITIES = (
    Entity(
        path="procurement/warehouses",
        name="Warehouse",
        module=SETUP,
        setup=True,
        href="warehouse",
        refer=("name", "lockedFlag"),
        unique=("name",),
        after=(setup.one_default("Warehouse", flag="overallDefaultFlag"),),
        fields=declare("""
            name!:str(50) company:ref(Company) location!:ref(Location) contact:ref(Contact)
            department!:ref(Department) manager:ref(Member) site:ref(CompanySite) locationXref:str(10)
            locationDefaultFlag:bool overallDefaultFlag:bool inactiveFlag:bool lockedFlag:bool currency:ref(Currency)
        """),
    ),
    Entity(
        path="procurement/warehouseBins",
        name="WarehouseBin",
        module=SETUP,
        setup=True,
        href="warehouseBin",
        prepare=(stock.bin_defaults,),
        check=(stock.bin_name_is_new_in_its_warehouse,),
        after=(setup.one_default("WarehouseBin", "warehouse"),),
        fields=declare("""
            name!:str(50) warehouse!:ref(Warehouse) location:ref(Location) department:ref(Department)
            minQuantity:num maxQuantity:num overflowBin:ref(WarehouseBin) manager:ref(Member) length:num width:num
            height:num weight:num defaultFlag:bool inactiveFlag:bool ~quantityOnHand:int company:ref(Company)
            transferBin:ref(WarehouseBin)
        """),
    ),
    Entity(
        path="procurement/warehouseBins/{warehouseBin}/inventoryOnHand",
        also=("procurement/catalog/{catalogItem}/inventory",),
        name="InventoryOnHand",
        module="Procurement / Inventory Adjustments",
        verbs=frozenset({"GET"}),  # what is received or adjusted changes it
        refer=(),
        fields=declare("""
            catalogItem:ref(CatalogItem) warehouse:ref(Warehouse) warehouseBin:ref(WarehouseBin) onHand:int
            serialNumbers:refs
        """),
    ),
)

# Of the catalog item: the first id in the path is its identifier, or its number.
ACTIONS = (Action("GET", "procurement/catalog/{id}/quantityOnHand", stock.quantity_on_hand, right="inquire"),)
