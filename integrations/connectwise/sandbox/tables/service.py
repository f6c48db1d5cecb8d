"""Service boards with their statuses, types, subtypes and items; priorities and sources. Tickets have a file of their
own.
"""

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import service, setup, stamps

SETUP = "System / Table Setup"
# What every table below a board says about where it belongs.
_PLACE = """
    ~connectWiseId:str ~parentConnectWiseId:str ~parentId:int ~grandParentId:int ~grandParentConnectWiseId:str
"""
_BILL = "enum(Billable|DoNotBill|NoCharge|NoDefault)"
_SORT = "enum(Ascending|Descending)"

ENTITIES = (
    Entity(
        path="service/boards",
        name="Board",
        module=SETUP,
        setup=True,
        href="board",
        unique=("name",),
        links=(
            ("statuses_href", "service/boards/{id}/statuses"),
            ("types_href", "service/boards/{id}/types"),
        ),
        prepare=(stamps.connectwise_id,),
        fields=declare(f"""
            name!:str(50) location!:ref(Location) department!:ref(Department) inactiveFlag:bool signOffTemplate:ref
            sendToContactFlag:bool contactTemplate:ref sendToResourceFlag:bool resourceTemplate:ref projectFlag:bool
            showDependenciesFlag:bool showEstimatesFlag:bool boardIcon:ref billTicketsAfterClosedFlag:bool
            billTicketSeparatelyFlag:bool billUnapprovedTimeExpenseFlag:bool overrideBillingSetupFlag:bool
            dispatchMember:ref(Member) serviceManagerMember:ref(Member) dutyManagerMember:ref(Member)
            oncallMember:ref(Member) workRole:ref workType:ref billTime:{_BILL}=Billable billExpense:{_BILL}=Billable
            billProduct:{_BILL}=Billable autoCloseStatus:ref(BoardStatus) autoAssignNewTicketsFlag:bool
            autoAssignNewECTicketsFlag:bool autoAssignNewPortalTicketsFlag:bool discussionsLockedFlag:bool
            timeEntryLockedFlag:bool notifyEmailFrom:str(50) notifyEmailFromName:str(60)
            closedLoopDiscussionsFlag:bool closedLoopResolutionFlag:bool closedLoopInternalAnalysisFlag:bool
            timeEntryDiscussionFlag:bool timeEntryResolutionFlag:bool timeEntryInternalAnalysisFlag:bool
            problemSort:{_SORT}=Ascending resolutionSort:{_SORT}=Ascending internalAnalysisSort:{_SORT}=Ascending
            emailConnectorAllowReopenClosedFlag:bool emailConnectorReopenStatus:ref(BoardStatus)
            emailConnectorReopenResourcesFlag:bool emailConnectorNewTicketNoMatchFlag:bool
            emailConnectorNeverReopenByDaysFlag:bool emailConnectorReopenDaysLimit:int
            emailConnectorNeverReopenByDaysClosedFlag:bool emailConnectorReopenDaysClosedLimit:int
            useMemberDisplayNameFlag:bool sendToCCFlag:bool autoAssignTicketOwnerFlag:bool autoAssignLimitFlag:bool
            autoAssignLimitAmount:int closedLoopAllFlag:bool
            percentageCalculation:enum(ActualHours|Manual|ClosedPhases|ClosedTickets) allSort:{_SORT}
            markFirstNoteIssueFlag:bool restrictBoardByDefaultFlag:bool sendToBundledFlag:bool ~connectWiseId:str
        """),
    ),
    Entity(
        path="service/boards/{board}/statuses",
        name="BoardStatus",
        module=SETUP,
        setup=True,
        href="status",
        prepare=(stamps.connectwise_id, service.place_on_a_board),
        check=(service.name_is_new_on_its_board("BoardStatus"),),
        after=(setup.one_default("BoardStatus", "board"),),
        fields=declare(f"""
            name!:str(50) ~board:ref(Board) sortOrder:int displayOnBoard:bool=true inactive:bool closedStatus:bool
            timeEntryNotAllowed:bool roundRobinCatchall:bool defaultFlag:bool
            escalationStatus:enum(NotResponded|Responded|ResolutionPlan|Resolved|NoEscalation)=NotResponded
            customerPortalDescription:str(500) customerPortalFlag:bool emailTemplate:ref statusIndicator:ref
            customStatusIndicatorName:str(30) saveTimeAsNote:bool {_PLACE}
        """),
    ),
    Entity(
        path="service/boards/{board}/types",
        name="BoardType",
        module=SETUP,
        setup=True,
        href="type",
        prepare=(stamps.connectwise_id, service.place_on_a_board),
        check=(service.name_is_new_on_its_board("BoardType"),),
        after=(setup.one_default("BoardType", "board"),),
        fields=declare(f"""
            name!:str(50) category:enum(Reactive|Proactive)=Reactive defaultFlag:bool inactiveFlag:bool
            requestForChangeFlag:bool integrationXref:str(50) skillCategory:ref skill:ref ~board:ref(Board)
            location:ref(Location) department:ref(Department) {_PLACE}
        """),
    ),
    Entity(
        path="service/boards/{board}/subtypes",
        name="BoardSubType",
        module=SETUP,
        setup=True,
        href="subType",
        prepare=(stamps.connectwise_id, service.place_on_a_board),
        check=(service.name_is_new_on_its_board("BoardSubType"),),
        fields=declare(f"""
            name!:str(50) inactiveFlag:bool typeAssociationIds:ints addAllTypesFlag:bool removeAllTypesFlag:bool
            ~board:ref(Board) {_PLACE}
        """),
    ),
    Entity(
        path="service/boards/{board}/items",
        name="BoardItem",
        module=SETUP,
        setup=True,
        href="item",
        prepare=(stamps.connectwise_id, service.place_on_a_board),
        check=(service.name_is_new_on_its_board("BoardItem"),),
        fields=declare(f"name!:str(50) inactiveFlag:bool ~board:ref(Board) {_PLACE}"),
    ),
    Entity(
        path="service/priorities",
        name="Priority",
        module=SETUP,
        setup=True,
        href="priority",
        unique=("name",),
        prepare=(stamps.connectwise_id,),
        after=(setup.one_default("Priority"),),
        fields=declare("""
            name!:str(50) defaultFlag:bool sortOrder:int
            color!:enum(Black|Blue|Cyan|Gray|Green|Lime|Orange|Pink|Purple|Red|White|Yellow|Custom)
            ~imageLink:str urgencySortOrder:str level:enum(Critical|High|Medium|Low) ~connectWiseId:str
        """),
    ),
    Entity(
        path="service/sources",
        name="Source",
        module=SETUP,
        setup=True,
        href="source",
        unique=("name",),
        prepare=(stamps.connectwise_id, stamps.entered_by),
        after=(setup.one_default("Source"),),
        fields=declare("name!:str(50) defaultFlag:bool ~enteredBy:str ~dateEntered:date ~connectWiseId:str"),
    ),
)
