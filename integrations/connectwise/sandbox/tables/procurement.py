"""The product catalog, its setup tables, and the products put on opportunities, tickets and sales orders. Purchasing is
in `purchasing.py`, what lies in stock in `warehouses.py`.
"""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import forecast, orders, procurement, recurring, setup, stamps
from integrations.connectwise.sandbox.tables import warehouses

SETUP = "System / Table Setup"

ENTITIES = (
    Entity(
        path="procurement/categories",
        name="Category",
        module=SETUP,
        setup=True,
        href="category",
        unique=("name",),
        after=(setup.one_default("Category"),),
        fields=declare("""
            name!:str(50) inactiveFlag:bool priceLevelXref:str(10) integrationXref:str(50) locationIds:ints
            defaultFlag:bool addAllLocations:bool removeAllLocations:bool
        """),
    ),
    Entity(
        path="procurement/subcategories",
        also=("procurement/categories/{category}/subcategories",),
        shown=(("procurement/categories/{category}/subcategories", ("id", "name", "inactiveFlag", "_info")),),
        name="SubCategory",
        module=SETUP,
        setup=True,
        href="subcategory",
        after=(setup.one_default("SubCategory"),),
        fields=declare("""
            name!:str(50) inactiveFlag:bool integrationXref:str(50) defaultFlag:bool category!:ref(Category)
        """),
    ),
    Entity(
        path="procurement/types",
        name="ProductType",
        module=SETUP,
        setup=True,
        href="type",
        unique=("name",),
        prepare=(stamps.connectwise_id,),
        after=(setup.one_default("ProductType"),),
        fields=declare("""
            name!:str(50) inactiveFlag:bool typeXref:enum(InventoryPart|NonInventoryPart|OtherCharge|Service)
            defaultFlag:bool ~connectWiseId:str
        """),
    ),
    Entity(
        path="procurement/unitOfMeasures",
        name="UnitOfMeasure",
        module=SETUP,
        setup=True,
        href="uom",
        unique=("name",),
        after=(setup.one_default("UnitOfMeasure"),),
        fields=declare("name!:str(50) inactiveFlag:bool defaultFlag:bool uomScheduleXref:str(31)"),
    ),
    Entity(
        path="procurement/manufacturers",
        name="Manufacturer",
        module=SETUP,
        setup=True,
        href="manufacturer",
        unique=("name",),
        fields=declare("name!:str(50) inactiveFlag:bool"),
    ),
    Entity(
        path="procurement/catalog",
        name="CatalogItem",
        module="Procurement / Product Catalog",
        custom=True,
        refer=("identifier", "name"),
        label=("description",),
        href="catalog",
        unique=("identifier",),
        by_identifier=True,
        callback="productcatalog",
        links=(
            ("components_href", "procurement/catalog/{id}/components"),
            ("inventory_href", "procurement/catalog/{id}/inventory"),
        ),
        actions=(
            *warehouses.ACTIONS,
            Action("POST", "procurement/catalog/{id}/pricing", procurement.catalog_pricing, right="inquire"),
            Action("POST", "procurement/catalog/{id}/copy", procurement.copy_of_catalog_item),
        ),
        prepare=(procurement.catalog_defaults,),
        check=(procurement.recurring_item_says_how_often, procurement.category_takes_new_items),
        fields=declare("""
            identifier!:str(75) description!:str(60) inactiveFlag:bool subcategory!:ref(SubCategory,active)
            type!:ref(ProductType,active)
            productClass:enum(Agreement|Bundle|Inventory|NonInventory|Service)=NonInventory
            serializedFlag:bool serializedCostFlag:bool phaseProductFlag:bool unitOfMeasure:ref(UnitOfMeasure,active)
            minStockLevel:int price:num=0 cost:num=0
            priceAttribute:enum(FixedFee|NotToExceed|OverrideRate|TimeAndMaterials) taxableFlag:bool dropShipFlag:bool
            specialOrderFlag:bool customerDescription!:str(6000)
            manufacturer:ref(Manufacturer,active) manufacturerPartNumber:str(50)
            vendor:ref(Company) vendorSku:str(50) notes:str integrationXRef:str(50) sla:ref entityType:ref
            recurringFlag:bool recurringRevenue:num recurringCost:num recurringOneTimeFlag:bool
            recurringBillCycle:ref(BillingCycle) recurringCycleType:enum(ContractYear|CalendarYear)
            calculatedPriceFlag:bool calculatedCostFlag:bool category:ref(Category) ~calculatedPrice:num
            ~calculatedCost:num billableOption:enum(Billable|DoNotBill|NoCharge|NoDefault)=Billable
            ~connectWiseID:str agreementType:ref markupPercentage:num markupFlag:bool autoUpdateUnitCostFlag:bool
            autoUpdateUnitPriceFlag:bool
        """),
    ),
    Entity(
        path="procurement/catalog/{parentCatalogItem}/components",
        name="CatalogComponent",
        module="Procurement / Product Catalog",
        refer=(),
        prepare=(procurement.component_defaults,),
        check=(procurement.component_is_another_item,),
        fields=declare("""
            sequenceNumber:int quantity!:num catalogItem!:ref(CatalogItem,active) hidePriceFlag:bool
            hideItemIdentifierFlag:bool hideDescriptionFlag:bool hideQuantityFlag:bool hideExtendedPriceFlag:bool
            ~parentCatalogItem:ref(CatalogItem) price:num cost:num
        """),
    ),
    # Only ever part of a product: no path leads here.
    Entity(
        path="",
        name="ProductRecurring",
        module="Procurement / Products",
        refer=(),
        fields=declare("""
            recurringRevenue:num recurringCost:num startDate:str ~endDate:str billCycleId:int
            billCycle:ref(BillingCycle) cycles:int cycleType:enum(ContractYear|CalendarYear) agreementType:ref
        """),
    ),
    Entity(
        path="procurement/products",
        name="ProductItem",
        module="Procurement / Products",
        custom=True,
        label=("description",),
        href="product",
        prepare=(
            procurement.product_defaults,
            procurement.product_is_cancelled,
            procurement.product_totals,
            recurring.line_of_a_recurring_item,
        ),
        check=(
            procurement.product_belongs_somewhere,
            procurement.product_keeps_its_item,
            recurring.line_says_how_often,
            procurement.product_cancels_what_there_is,
            setup.location_and_department_exist,
        ),
        after=(procurement.bundle_brings_its_components, forecast.product_in_forecast, orders.product_on_order),
        remove=(procurement.product_on_an_order_stays,),
        gone=(forecast.product_left_forecast, orders.product_left_order),
        actions=(Action("POST", "procurement/products/{id}/detach", procurement.detach_product, status=204),),
        fields=declare("""
            catalogItem!:ref(CatalogItem) description:str(2000) sequenceNumber:num quantity:num=1
            unitOfMeasure:ref(UnitOfMeasure) price:num cost:num ~extPrice:num ~extCost:num discount:num ~margin:num
            ~agreementAmount:num
            priceMethod:enum(FlatRateForRange|PercentMarkupFromCost|PercentMarkdownFromPrice|PricePerUnit)
            billableOption!:enum(Billable|DoNotBill|NoCharge) agreement:ref locationId^:int ~location:ref(Location)
            businessUnitId^:int ~businessUnit:ref(Department,as=name) vendor:ref(Company) vendorSku:str(50)
            taxableFlag:bool=none dropshipFlag:bool specialOrderFlag:bool phaseProductFlag:bool cancelledFlag:bool
            quantityCancelled:num
            cancelledReason:str(100) customerDescription^:str(6000) internalNotes:str(1000) productSuppliedFlag:bool
            subContractorShipToId:int subContractorAmountLimit:num recurring:item(ProductRecurring)
            sla:ref entityType:ref ticket:ref(Ticket) project:ref phase:ref salesOrder:ref(Order)
            opportunity:ref(Opportunity) invoice:ref warehouseId:int
            warehouseIdObject:ref(Warehouse) warehouseBinId:int warehouseBinIdObject:ref(WarehouseBin)
            calculatedPriceFlag:bool
            calculatedCostFlag:bool ~forecastDetailId:int ~cancelledBy:int ~cancelledDate:date ~warehouse:str
            ~warehouseBin:str purchaseDate:date taxCode:ref(TaxCode) integrationXRef:str listPrice:num
            serialNumberIds:ints serialNumbers:strs ~company:ref(Company) forecastStatus:ref(OpportunityStatus)
            ~productClass:enum(Agreement|Bundle|Inventory|NonInventory|Service) needToPurchaseFlag:bool
            ~needToOrderQuantity:int minimumStockFlag:bool shipSet:str(10) ~calculatedPrice:num ~calculatedCost:num
            invoiceGrouping:ref poApprovedFlag:bool ~uom:str addComponentsFlag:bool ignorePricingSchedulesFlag:bool
            asioSubscriptionsID:uuid bypassForecastUpdate:bool ~wonCost:num ~wonPrice:num ~wonQuantity:num
        """),
    ),
    Entity(
        path="procurement/products/{parentProductItem}/components",
        name="ProductComponent",
        module="Procurement / Products",
        refer=(),
        prepare=(procurement.component_defaults,),
        fields=declare("""
            sequenceNumber^:int quantity!:num catalogItem!:ref(CatalogItem) hidePriceFlag:bool
            hideItemIdentifierFlag:bool hideDescriptionFlag:bool hideQuantityFlag:bool hideExtendedPriceFlag:bool
            vendor:ref(Company) ~parentProductItem:ref(ProductItem) productItem:ref(ProductItem) price:num cost:num
        """),
    ),
)
