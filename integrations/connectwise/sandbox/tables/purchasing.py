"""Purchase orders with their line items and notes, and the setup tables around them. Nothing is sent to a vendor."""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import notes, purchasing, receiving, setup, stamps

SETUP = "System / Table Setup"
MODULE = "Procurement / Purchase Orders"
_LINES = "procurement/purchaseorders/{id}/lineitems"

ENTITIES = (
    Entity(
        path="procurement/purchaseorderstatuses",
        name="PurchaseOrderStatus",
        module=SETUP,
        setup=True,
        href="status",
        unique=("name",),
        prepare=(stamps.connectwise_id,),
        after=(
            setup.one_default("PurchaseOrderStatus"),
            setup.one_default("PurchaseOrderStatus", flag="defaultClosedFlag"),
        ),
        fields=declare("""
            name!:str(50) defaultFlag:bool closedFlag:bool inactiveFlag:bool defaultClosedFlag:bool sortOrder:int
            emailTemplate:ref ~connectWiseId:str
        """),
    ),
    Entity(
        path="procurement/shipmentmethods",
        name="ShipmentMethod",
        module=SETUP,
        setup=True,
        href="shipmentMethod",
        unique=("name",),
        after=(setup.one_default("ShipmentMethod"),),
        fields=declare("name!:str(50) defaultFlag:bool trackingUrl:str(200)"),
    ),
    Entity(
        path="procurement/purchaseorders",
        name="PurchaseOrder",
        module=MODULE,
        custom=True,
        label=("poNumber",),
        href="purchaseOrder",
        unique=("poNumber",),
        callback="purchaseorder",
        levels=(("status", "status"), ("vendor", "vendorCompany"), ("company", "customerCompany"),
                ("purchaseorder", "id")),
        links=(
            ("lineitems_href", "procurement/purchaseorders/{id}/lineitems"),
            ("notes_href", "procurement/purchaseorders/{id}/notes"),
            ("documents_href", "system/documents?recordType=PurchaseOrder&recordId={id}"),
        ),
        actions=(
            Action("DELETE", _LINES, purchasing.drop_lines, status=204),
            Action("POST", _LINES + "/bulk", purchasing.add_lines, status=207),
            Action("PUT", _LINES + "/bulk", purchasing.replace_lines, status=207),
            Action("DELETE", _LINES + "/bulk", purchasing.drop_many_lines, status=207),
            Action("POST", "procurement/purchaseorders/{id}/copy", purchasing.copy_order),
        ),
        prepare=(purchasing.order_defaults, purchasing.order_closing, purchasing.order_totals),
        check=(setup.location_and_department_exist,),
        after=(purchasing.lines_follow_their_order,),
        fields=declare("""
            businessUnitId:int ~businessUnit:ref(Department,as=name) cancelReason:str ~closedFlag:bool ~closedBy:str
            customerCity:str customerCompany:ref(Company) customerContact:ref(Contact) customerCountry:ref(Country)
            customerExtension:str customerName:str customerPhone:str customerSite:ref(CompanySite)
            customerSiteName:str customerState:str customerStreetLine1:str customerStreetLine2:str customerZip:str
            ~dateClosed:date dropShipCustomerFlag:bool ~enteredBy:str freightCost:num freightPackingSlip:str
            freightTaxTotal:num internalNotes:str locationId:int ~location:ref(Location) poDate^:date
            poNumber^:str(50) salesTax:num shipmentDate:date shipmentMethod:ref(ShipmentMethod)
            shippingInstructions:str status!:ref(PurchaseOrderStatus,active) ~subTotal:num taxCode:ref(TaxCode)
            taxFreightFlag:bool taxPoFlag:bool terms!:ref(BillingTerm) ~total:num trackingNumber:str(50)
            updateShipmentInfo:bool updateVendorOrderNumber:bool vendorCompany!:ref(Company)
            vendorContact:ref(Contact) vendorInvoiceDate:date vendorInvoiceNumber:str(50) vendorOrderNumber:str(50)
            vendorSite:ref(CompanySite) warehouse:ref(Warehouse,active) warehouseContact:ref(Contact)
            currency:ref(Currency)
        """),
    ),
    Entity(
        path="procurement/purchaseorders/{purchaseOrderId}/lineitems",
        name="PurchaseOrderLineItem",
        module=MODULE,
        custom=True,
        refer=(),
        prepare=(purchasing.line_defaults, receiving.line_is_received, purchasing.line_is_cancelled),
        check=(receiving.receipt_is_possible, purchasing.line_bin_is_in_its_warehouse),
        after=(receiving.rest_of_the_line, receiving.goods_are_stocked, purchasing.order_follows_its_lines),
        fields=declare("""
            backorderedFlag:bool ~canceledBy:str canceledFlag:bool canceledReason:str(100) closedFlag:bool
            ~dateCanceled:date ~dateCanceledUtc:date description!:str(6000) displayInternalNotesFlag:bool
            expectedShipDate:date internalNotes:str(1000) lineNumber!:int packingSlip:str(50)
            product!:ref(CatalogItem,as=identifier+serializedFlag) ~purchaseOrderId:int ~purchaseOrderNumber:str(50)
            quantity!:num
            receivedQuantity:int serialNumbers:str shipDate:date shipmentMethod:ref(ShipmentMethod) tax:num
            trackingNumber:str(50) unitCost:num unitOfMeasure!:ref(UnitOfMeasure) vendorOrderNumber:str(50)
            vendorSku:str(50) warehouse:ref(Warehouse,active) warehouseBin:ref(WarehouseBin,active,within=warehouse)
            shipSet:str(10) dateReceived:date
            receivedStatus:enum(Waiting|FullyReceived|PartiallyReceiveCancelRest|PartiallyReceiveCloneRest)=Waiting
            ~extCost:num expectedArrivalDate:date ~isDetachAvailable:bool ~batchedFlag:bool ~unbatchedRecId:int
            ~salesOrder:refs(Order)
        """),
    ),
    Entity(
        path="procurement/purchaseorders/{purchaseHeaderRecID}/notes",
        name="PurchaseOrderNote",
        module=MODULE,
        refer=(),
        prepare=(notes.note_author,),
        fields=declare("~purchaseHeaderRecID:int text:str type:ref(CompanyNoteType) flagged:bool ~enteredBy:str"),
    ),
)  # fmt: skip
