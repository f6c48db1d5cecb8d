"""Sales orders, their statuses and the lines seen on them. Invoices are not kept."""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import companies, orders, setup

MODULE = "Sales / Sales Orders"

ENTITIES = (
    Entity(
        path="sales/orders/statuses",
        name="OrderStatus",
        module="System / Table Setup",
        setup=True,
        href="status",
        unique=("name",),
        after=(setup.one_default("OrderStatus"),),
        fields=declare("""
            name!:str(50) defaultFlag:bool inactiveFlag:bool sortOrder:int closedFlag:bool emailTemplate:ref
        """),
    ),
    Entity(
        path="sales/orders",
        name="Order",
        module=MODULE,
        custom=True,
        refer=("identifier",),
        href="salesOrder",
        links=(
            ("products_href", "procurement/products?conditions=salesOrder/id={id}"),
            ("documents_href", "system/documents?recordType=SalesOrder&recordId={id}"),
        ),
        label=("id",),
        actions=(
            Action("GET", "sales/orders/{id}/financialrecap", orders.financial_recap, right="inquire"),
            Action("POST", "sales/orders/{id}/convertToServiceTicket", orders.order_to_ticket),
        ),
        prepare=(orders.order_defaults, orders.order_totals),
        check=(companies.company_takes_new_records,),
        fields=declare("""
            company!:ref(Company) contact:ref(Contact) phone:str phoneExt:str email:str site:ref(CompanySite)
            status!:ref(OrderStatus,active) opportunity:ref(Opportunity) orderDate:date dueDate:date
            billingTerms:ref(BillingTerm) taxCode:ref(TaxCode) poNumber:str(50) location:ref(Location)
            department:ref(Department) salesRep!:ref(Member,active) notes:str billClosedFlag:bool billShippedFlag:bool
            restrictDownpaymentFlag:bool description:str topCommentFlag:bool bottomCommentFlag:bool
            shipToCompany:ref(Company) shipToContact:ref(Contact) shipToSite:ref(CompanySite)
            billToCompany:ref(Company) billToContact:ref(Contact) billToSite:ref(CompanySite) ~productIds:ints
            ~documentIds:ints ~invoiceIds:ints ~configIds:ints ~total:num ~taxTotal:num currency:ref(Currency)
            companyLocation:ref(Location) ~subTotal:num
        """),
    ),
    Entity(
        path="sales/orders/{salesOrder}/lineitems",
        name="SalesOrdersLineItem",
        module=MODULE,
        verbs=frozenset({"GET"}),  # a line comes with its product and has that one's id
        refer=(),
        fields=declare("""
            purchaseOrderNumber:str(100) salesOrder!:ref(Order) billStatus:str quantity:int quantityCancelled:int
        """),
    ),
)
