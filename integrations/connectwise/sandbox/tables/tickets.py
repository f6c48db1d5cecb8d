"""Service tickets and their notes. Time entries are not kept, and what is done in a project is not here."""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import companies, stamps, tickets

MODULE = "Service Desk / Service Tickets"
_LEVEL = "enum(Low|Medium|High)=Medium"
_METHOD = "enum(ActualRates|FixedFee|NotToExceed|OverrideRate)"
_BILL = "enum(Billable|DoNotBill|NoCharge|NoDefault)"

ENTITIES = (
    Entity(
        path="service/tickets",
        name="Ticket",
        module=MODULE,
        custom=True,
        refer=("summary",),
        label=("summary",),
        href="ticket",
        search=True,
        callback="ticket",
        levels=(("board", "board"), ("status", "status"), ("ticket", "id")),
        links=(
            ("notes_href", "service/tickets/{id}/notes"),
            ("products_href", "service/tickets/{id}/products"),
            ("documents_href", "system/documents?recordType=Ticket&recordId={id}"),
        ),
        actions=(
            Action("GET", "service/tickets/{id}/products", tickets.products_of_ticket, right="inquire"),
            Action("GET", "service/tickets/{id}/products/count", tickets.product_count, right="inquire"),
            Action("GET", "service/tickets/{id}/allNotes", tickets.all_notes, right="inquire"),
        ),
        prepare=(stamps.mobile_guid, tickets.ticket_on_a_board, tickets.ticket_defaults, tickets.ticket_closing),
        check=(tickets.ticket_fits_its_board, companies.company_takes_new_records),
        after=(tickets.first_notes,),
        fields=declare(f"""
            summary!:str(100) ~recordType:enum(ProjectIssue|ProjectTicket|ServiceTicket) board:ref(Board,active)
            status:ref(BoardStatus,active,within=board) workRole:ref workType:ref company!:ref(Company)
            site:ref(CompanySite) siteName:str(156) addressLine1:str(50) addressLine2:str(50) city:str(50)
            stateIdentifier:str(50) zip:str(12) country:ref(Country) contact:ref(Contact) contactName:str(62)
            contactPhoneNumber:str(20) contactPhoneExtension:str(15) contactEmailAddress:str(250)
            type:ref(BoardType,active,within=board) subType:ref(BoardSubType,active,within=board)
            item:ref(BoardItem,active,within=board) team:ref owner:ref(Member,active) priority:ref(Priority)
            serviceLocation:ref source:ref(Source) requiredDate:date budgetHours:num opportunity:ref(Opportunity)
            agreement:ref ~agreementType:str severity^:{_LEVEL} impact^:{_LEVEL} externalXRef:str(100)
            poNumber:str(50) knowledgeBaseCategoryId:int knowledgeBaseSubCategoryId:int
            allowAllClientsPortalView:bool customerUpdatedFlag:bool automaticEmailContactFlag:bool
            automaticEmailResourceFlag:bool automaticEmailCcFlag:bool automaticEmailCc:str(1000)
            +initialDescription:str +initialInternalAnalysis:str +initialResolution:str -initialDescriptionFrom:str
            -contactEmailLookup:str -processNotifications:bool -skipCallback:bool ~closedDate:str ~closedBy:str
            ~closedFlag:bool ~actualHours:num approved:bool ~estimatedExpenseCost:num ~estimatedExpenseRevenue:num
            ~estimatedProductCost:num ~estimatedProductRevenue:num ~estimatedTimeCost:num ~estimatedTimeRevenue:num
            billingMethod:{_METHOD}=ActualRates billingAmount:num hourlyRate:num subBillingMethod:{_METHOD}
            subBillingAmount:num subDateAccepted:str ~dateResolved:str ~dateResplan:str ~dateResponded:str
            ~resolveMinutes:int ~resPlanMinutes:int ~respondMinutes:int ~respondByGoalUTC:date ~resplanGoalUTC:date
            ~resolutionGoalUTC:date ~escalationLastUpdateMinutes:int ~isInSla:bool knowledgeBaseLinkId:int
            ~resources:str ~parentTicketId:int ~hasChildTicket:bool ~hasMergedChildTicketFlag:bool
            knowledgeBaseLinkType:enum(Activity|ProjectIssue|KnowledgeBaseArticle|ProjectTicket|ServiceTicket|Time)
            billTime:{_BILL} billExpenses:{_BILL} billProducts:{_BILL} predecessorType:enum(Ticket|Phase)
            predecessorId:int predecessorClosedFlag:bool lagDays:int lagNonworkingDaysFlag:bool
            estimatedStartDate:date duration:int location:ref(Location) department:ref(Department) ~mobileGuid:uuid
            sla:ref ~slaStatus:str requestForChangeFlag:bool currency:ref(Currency) ~mergedParentTicket:ref(Ticket)
            integratorTags:strs ~escalationStartDateUTC:str ~escalationLevel:int ~minutesBeforeWaiting:int
            ~respondedSkippedMinutes:int ~resplanSkippedMinutes:int ~respondedHours:num ~respondedBy:str
            ~resplanHours:num ~resplanBy:str ~resolutionHours:num ~resolvedBy:str ~minutesWaiting:int
        """),
    ),
    Entity(
        path="service/tickets/{ticketId}/notes",
        name="ServiceNote",
        module=MODULE,
        refer=(),
        prepare=(tickets.note_author,),
        check=(tickets.note_has_a_place,),
        after=(tickets.ticket_was_noted_on,),
        fields=declare("""
            ~ticketId:int text:str detailDescriptionFlag:bool internalAnalysisFlag:bool resolutionFlag:bool
            issueFlag:bool member:ref(Member) contact:ref(Contact) customerUpdatedFlag:bool processNotifications:bool
            ~dateCreated:str ~createdBy:str internalFlag:bool externalFlag:bool ~sentimentScore:num
        """),
    ),
)
