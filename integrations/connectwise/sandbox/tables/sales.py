"""Opportunities with their notes and contacts, and the setup tables around them. What they forecast is in
`forecast.py`, sales orders are in `orders.py`.
"""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import companies, conversion, notes, sales, setup, stamps
from integrations.connectwise.sandbox.tables import forecast

SETUP = "System / Table Setup"

ENTITIES = (
    Entity(
        path="sales/probabilities",
        name="SalesProbability",
        module=SETUP,
        setup=True,
        href="probability",
        label=("probability",),
        unique=("probability",),
        fields=declare("probability!:int(0..100)"),
    ),
    Entity(
        path="sales/stages",
        name="OpportunityStage",
        module=SETUP,
        setup=True,
        href="stage",
        unique=("name",),
        fields=declare("name!:str(50) probability:ref(SalesProbability) color:str(25) sequenceNumber:int"),
    ),
    Entity(
        path="sales/opportunities/types",
        name="OpportunityType",
        module=SETUP,
        setup=True,
        href="type",
        label=("description",),
        unique=("description",),
        prepare=(stamps.connectwise_id,),
        fields=declare("description!:str(50) inactiveFlag:bool ~connectWiseId:str"),
    ),
    Entity(
        path="sales/opportunities/statuses",
        name="OpportunityStatus",
        module=SETUP,
        setup=True,
        href="status",
        unique=("name",),
        prepare=(stamps.connectwise_id, stamps.entered_by),
        after=(setup.one_default("OpportunityStatus"),),
        fields=declare("""
            name!:str(30) wonFlag:bool lostFlag:bool closedFlag:bool inactiveFlag:bool defaultFlag:bool ~enteredBy:str
            ~dateEntered:date ~connectWiseId:str
        """),
    ),
    Entity(
        path="sales/opportunities/ratings",
        name="OpportunityRating",
        module=SETUP,
        setup=True,
        href="rating",
        unique=("name",),
        fields=declare("name!:str(50) sortOrder:int"),
    ),
    Entity(
        path="sales/opportunities",
        name="Opportunity",
        module="Sales / Opportunity",
        custom=True,
        href="opportunity",
        callback="opportunity",
        levels=(("statusId", "status"), ("company", "company"), ("opportunity", "id")),
        links=(
            ("notes_href", "sales/opportunities/{id}/notes"),
            ("contacts_href", "sales/opportunities/{id}/contacts"),
            ("forecast_href", "sales/opportunities/{id}/forecast"),
            ("products_href", "procurement/products?conditions=opportunity/id={id}"),
        ),
        actions=(
            Action("GET", "sales/opportunities/default", sales.opportunity_default, right="inquire"),
            Action("POST", "sales/opportunities/{id}/convertToSalesOrder", conversion.to_sales_order, status=201),
            Action("POST", "sales/opportunities/{id}/convertToServiceTicket", conversion.to_ticket, status=201),
            *forecast.ACTIONS,
        ),
        prepare=(sales.opportunity_defaults, sales.opportunity_closing),
        check=(
            sales.closed_opportunity_needs_its_own_right,
            companies.company_takes_new_records,
            setup.location_and_department_exist,
        ),
        fields=declare("""
            name!:str(100) expectedCloseDate^:date type:ref(OpportunityType,active) stage:ref(OpportunityStage)
            status:ref(OpportunityStatus,active) priority:ref notes:str probability:ref(SalesProbability)
            source:str(50) rating:ref(OpportunityRating) campaign:ref primarySalesRep!:ref(Member,active)
            secondarySalesRep:ref(Member,active) locationId^:int businessUnitId^:int company!:ref(Company)
            contact!:ref(Contact) site:ref(CompanySite) customerPO:str(25) ~pipelineChangeDate:date
            ~dateBecameLead:date closedDate:date closedBy:ref(Member) ~totalSalesTax:num shipToCompany:ref(Company)
            shipToContact:ref(Contact) shipToSite:ref(CompanySite) billToCompany:ref(Company)
            billToContact:ref(Contact) billToSite:ref(CompanySite) billingTerms:ref(BillingTerm) taxCode:ref(TaxCode)
            currency:ref(Currency)
            companyLocationId:int technicalContact:ref(Contact)
        """),
    ),
    Entity(
        path="sales/opportunities/{opportunityId}/notes",
        name="OpportunityNote",
        module="Sales / Opportunity",
        refer=(),
        prepare=(notes.note_author, stamps.mobile_guid),
        fields=declare("""
            ~opportunityId:int type:ref(CompanyNoteType) text!:str flagged:bool ~enteredBy:str ~mobileGuid:uuid
        """),
    ),
    Entity(
        path="sales/opportunities/{opportunityId}/contacts",
        name="OpportunityContact",
        module="Sales / Opportunity",
        refer=(),
        prepare=(sales.opportunity_contact,),
        fields=declare("""
            contact!:ref(Contact) ~company:ref(Company) role:ref notes:str referralFlag:bool ~opportunityId:int
            ~phoneNumber:str ~emailAddress:str
        """),
    ),
)
