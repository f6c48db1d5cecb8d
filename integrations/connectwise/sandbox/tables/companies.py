"""Companies, their statuses, types, sites and notes. Contacts have a file of their own."""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import companies, merging, notes, setup, stamps

MODULE = "Companies / Company Maintenance"
SETUP = "System / Table Setup"

ENTITIES = (
    # Not part of the published subset; countries are kept so that an address can name one.
    Entity(
        path="company/countries",
        name="Country",
        module=SETUP,
        setup=True,
        refer=("identifier", "name"),
        href="country",
        unique=("name",),
        fields=declare("identifier!:str(10) name!:str(50)"),
    ),
    Entity(
        path="company/companies/statuses",
        name="CompanyStatus",
        module=SETUP,
        setup=True,
        href="status",
        unique=("name",),
        prepare=(stamps.connectwise_id,),
        after=(setup.one_default("CompanyStatus"),),
        fields=declare("""
            name!:str(50) defaultFlag:bool inactiveFlag:bool notifyFlag:bool disallowSavingFlag:bool
            notificationMessage:str(500) customNoteFlag:bool cancelOpenTracksFlag:bool track:ref ~connectWiseId:str
        """),
    ),
    Entity(
        path="company/companies/types",
        name="CompanyType",
        module=SETUP,
        setup=True,
        href="type",
        unique=("name",),
        prepare=(stamps.connectwise_id,),
        after=(setup.one_default("CompanyType"),),
        fields=declare("""
            name!:str(50) defaultFlag:bool vendorFlag:bool serviceAlertFlag:bool serviceAlertMessage:str(150)
            ~connectWiseId:str
        """),
    ),
    Entity(
        path="company/companies",
        name="Company",
        module=MODULE,
        custom=True,
        refer=("identifier", "name"),
        href="company",
        unique=("identifier",),
        callback="company",
        levels=(("status", "status"), ("type", "types"), ("territory", "territory"), ("company", "id")),
        links=(
            ("contacts_href", "company/contacts?conditions=company/id={id}"),
            ("sites_href", "company/companies/{id}/sites"),
            ("types_href", "company/companies/{id}/typeAssociations"),
            ("notes_href", "company/companies/{id}/notes"),
            ("tickets_href", "service/tickets?conditions=company/id={id}"),
        ),
        actions=(Action("POST", "company/companies/{id}/merge", merging.merge),),
        prepare=(companies.company_status, stamps.mobile_guid, companies.company_types_of_a_new_company),
        check=(companies.company_may_be_saved, companies.company_address),
        after=(companies.company_site, companies.company_type_associations),
        remove=(companies.company_is_only_marked_deleted,),
        fields=declare("""
            identifier!:str(156) name!:str(156) status:ref(CompanyStatus,active)
            addressLine1:str(50) addressLine2:str(50) city:str(50) state:str(50) zip:str(12) country:ref(Country)
            phoneNumber:str(30) faxNumber:str(30) website:str(255) territory:ref(Location) market:ref
            accountNumber:str defaultContact:ref(Contact) dateAcquired:date sicCode:ref parentCompany:ref(Company)
            annualRevenue:num creditLimit:num additionalDebt:num numberOfEmployees:int
            yearEstablished:int(1900..9999) revenueYear:int ownershipType:ref timeZoneSetup:ref leadSource:str(50)
            leadFlag:bool unsubscribeFlag:bool calendar:ref userDefinedField{1..10}:str(50) vendorIdentifier:str
            taxIdentifier:str taxCode:ref(TaxCode) billingTerms:ref(BillingTerm) invoiceTemplate:ref pricingSchedule:ref
            companyEntityType:ref billToCompany:ref(Company) billingSite:ref(CompanySite) billingContact:ref(Contact)
            invoiceDeliveryMethod:ref emailTemplate:ref invoiceToEmailAddress:str invoiceCCEmailAddress:str
            deletedFlag:bool ~dateDeleted:date ~deletedBy:str ~mobileGuid:uuid facebookUrl:str twitterUrl:str
            linkedInUrl:str currency:ref(Currency) territoryManager:ref(Member,active) resellerIdentifier:str
            ~isVendorFlag:bool +types:refs(CompanyType) site:ref(CompanySite) integratorTags:strs
        """),
    ),
    Entity(
        path="company/companies/{company}/sites",
        name="CompanySite",
        module=MODULE,
        custom=True,
        href="site",
        callback="site",
        levels=(("site", "id"),),
        prepare=(stamps.mobile_guid,),
        fields=declare("""
            name!:str(156) addressLine1:str(50) addressLine2:str(50) city:str(50) stateReference:ref zip:str(12)
            country:ref(Country) addressFormat:str phoneNumber:str(30) phoneNumberExt:str(30) faxNumber:str(30)
            taxCode:ref(TaxCode) entityType:ref expenseReimbursement:num primaryAddressFlag:bool
            defaultShippingFlag:bool defaultBillingFlag:bool defaultMailingFlag:bool inactiveFlag:bool
            billSeparateFlag:bool ~mobileGuid:uuid
            calendar:ref timeZone:ref ~company:ref(Company) territory:ref(Location) invoiceTemplate:ref
        """),
    ),
    Entity(
        path="company/companies/{company}/typeAssociations",
        also=("company/companyTypeAssociations",),
        name="CompanyTypeAssociation",
        module=MODULE,
        refer=(),
        check=(setup.association_is_new,),
        after=(companies.company_shows_its_types,),
        fields=declare("type!:ref(CompanyType) company!:ref(Company)"),
    ),
    Entity(
        path="company/noteTypes",
        name="CompanyNoteType",
        module=SETUP,
        setup=True,
        href="type",
        unique=("name",),
        after=(setup.one_default("CompanyNoteType"),),
        fields=declare("identifier:str(15) name!:str(50) defaultFlag:bool importFlag:bool"),
    ),
    Entity(
        path="company/companies/{company}/notes",
        name="CompanyNote",
        module=MODULE,
        refer=(),
        prepare=(notes.note_author,),
        fields=declare("text!:str type:ref(CompanyNoteType) flagged:bool ~enteredBy:str ~company:ref(Company)"),
    ),
)
