"""Members, locations, departments, custom field definitions, and who is called back when something changes."""

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import callbacks, custom_fields, system

SETUP = "System / Table Setup"
_FIELD_TYPE = (
    "enum(TextArea|Button|Currency|Date|Hyperlink|IPAddress|Checkbox|Number|Percent|PhoneNumber|Text|Password)"
)

ENTITIES = (
    Entity(
        path="system/locations",
        name="Location",
        module=SETUP,
        setup=True,
        href="location",
        unique=("name",),
        fields=declare("""
            ownerLevelId:int structureLevel!:ref name!:str(50) manager:ref(Member) reportsTo:ref(Location)
            salesRep:str(50) timeZoneSetup:ref calendar:ref overrideAddressLine1:str(50)
            overrideAddressLine2:str(50) overrideCity:str(50) overrideState:str(50) overrideZip:str(12)
            overrideCountry:ref(Country) overridePhoneNumber:str(15) overrideFaxNumber:str(15) owaUrl:str(100)
            payrollXref:str(10) locationFlag:bool clientFlag:bool workRoleIds:ints departmentIds:ints
        """),
    ),
    Entity(
        path="system/departments",
        name="Department",
        module=SETUP,
        setup=True,
        refer=("identifier", "name"),
        href="department",
        unique=("identifier",),
        fields=declare("identifier!:str(15) name!:str(50)"),
    ),
    Entity(
        path="system/callbacks",
        name="CallbackEntry",
        module=SETUP,
        refer=(),
        prepare=(callbacks.callback_belongs_to_its_member, callbacks.callback_in_stored_form),
        check=(callbacks.callback_is_possible, callbacks.callback_is_new),
        fields=declare("""
            description:str(100) url!:str objectId!:int type!:str level!:str ~memberId:int payloadVersion:str=3.0.0
            inactiveFlag:bool isSoapCallbackFlag:bool isSelfSuppressedFlag:bool ~connectWiseID:str
        """),
    ),
    Entity(
        path="system/userDefinedFields",
        name="UserDefinedField",
        module=SETUP,
        setup=True,
        refer=(),
        prepare=(custom_fields.definition_defaults,),
        check=(custom_fields.definition_is_possible,),
        after=(custom_fields.every_record_lists_it,),
        gone=(custom_fields.no_record_lists_it,),
        fields=declare(f"""
            podId!:int caption!:str(25) sequenceNumber!:int(1..500) screenId:str(25) helpText:str(1000)
            fieldTypeIdentifier!:{_FIELD_TYPE}
            numberDecimals:int entryTypeIdentifier:enum(Date|EntryField|List|Option)=EntryField requiredFlag:bool
            displayOnScreenFlag:bool=true readOnlyFlag:bool listViewFlag:bool buttonUrl:str(1000)
            options:items(UserDefinedFieldOption) businessUnitIds:ints locationIds:ints addAllBusinessUnits:bool
            removeAllBusinessUnits:bool addAllLocations:bool removeAllLocations:bool ~connectWiseID:str
            ~dateCreated:date
        """),
    ),
    # Only ever part of a definition: no path leads here.
    Entity(
        path="",
        name="UserDefinedFieldOption",
        module=SETUP,
        refer=(),
        fields=declare("optionValue:str defaultFlag:bool inactiveFlag:bool sortOrder:int"),
    ),
    Entity(
        path="system/members",
        name="Member",
        module="System / Member Maintenance",
        custom=True,
        verbs=frozenset({"GET", "POST", "PUT", "PATCH"}),  # members are deactivated, never deleted
        refer=("identifier", "name"),
        label=("firstName", "lastName"),
        href="member",
        unique=("identifier",),
        by_identifier=True,
        callback="member",
        levels=(("location", "defaultLocation"), ("securityRole", "securityRole"), ("member", "id")),
        prepare=(system.member_primary_email,),
        fields=declare("""
            identifier!:str(15) -password:str(60) disableOnlineFlag:bool licenseClass!:enum(A|C|F|X) notes:str
            employeeIdentifer:str(10) vendorNumber:str enableMobileGpsFlag:bool inactiveDate:date inactiveFlag:bool
            ~lastLogin:str clientId:str token:str firstName!:str(30) middleInitial:str(1) lastName!:str(30)
            hireDate!:date country:ref(Country) photo:ref officeEmail:str(250) mobileEmail:str(250)
            homeEmail:str(250) defaultEmail!:enum(Office|Mobile|Home) ~primaryEmail:str(250) officePhone:str(15)
            officeExtension:str(10) mobilePhone:str(15) mobileExtension:str(10) homePhone:str(15)
            homeExtension:str(10) defaultPhone!:enum(Office|Mobile|Home) securityRole!:ref office365:any
            mapiName:str calendarSyncIntegrationFlag:bool
            authenticationServiceType:enum(AuthAnvil|GoogleAuthenticator|Email)
            ~timebasedOneTimePasswordActivated:bool enableLdapAuthenticationFlag:bool ldapConfiguration:ref
            ldapUserName:str(50) directionalSync:ref ssoSettings:ref signature:str
            phoneIntegrationType:enum(TAPI|SKYPE|TEL|CALLTO|NONE) useBrowserLanguageFlag:bool title:str
            reportCard:ref enableMobileFlag:bool type:ref timeZone:ref partnerPortalFlag:bool stsUserAdminUrl:str
            toastNotificationFlag:bool memberPersonas:ints adminFlag:bool structureLevel:ref
            securityLocation:ref(Location) defaultLocation:ref(Location) defaultDepartment:ref(Department)
            reportsTo:ref(Member) restrictLocationFlag:bool restrictDepartmentFlag:bool workRole:ref workType:ref
            timeApprover:ref(Member) expenseApprover:ref(Member) billableForecast:num dailyCapacity:num
            hourlyCost:num hourlyRate:num includeInUtilizationReportingFlag:bool requireExpenseEntryFlag:bool
            requireTimeSheetEntryFlag:bool requireStartAndEndTimeOnTimeEntryFlag:bool
            allowInCellEntryOnTimeSheet:bool enterTimeAgainstCompanyFlag:bool
            allowExpensesEnteredAgainstCompaniesFlag:bool timeReminderEmailFlag:bool daysTolerance:int
            minimumHours:num timeSheetStartDate:str serviceDefaultLocation:ref(Location)
            serviceDefaultDepartment:ref(Department) serviceDefaultBoard:ref(Board)
            restrictServiceDefaultLocationFlag:bool restrictServiceDefaultDepartmentFlag:bool
            excludedServiceBoardIds:ints teams:ints serviceBoardTeamIds:ints projectDefaultLocation:ref(Location)
            projectDefaultDepartment:ref(Department) projectDefaultBoard:ref
            restrictProjectDefaultLocationFlag:bool restrictProjectDefaultDepartmentFlag:bool
            excludedProjectBoardIds:ints scheduleDefaultLocation:ref(Location)
            scheduleDefaultDepartment:ref(Department) scheduleCapacity:num serviceLocation:ref
            restrictScheduleFlag:bool hideMemberInDispatchPortalFlag:bool calendar:ref
            salesDefaultLocation:ref(Location) restrictDefaultSalesTerritoryFlag:bool warehouse:ref(Warehouse)
            warehouseBin:ref(WarehouseBin)
            restrictDefaultWarehouseFlag:bool restrictDefaultWarehouseBinFlag:bool
            companyActivityTabFormat:enum(SummaryList|DetailList) invoiceTimeTabFormat:enum(SummaryList|DetailList)
            invoiceScreenDefaultTabFormat:enum(ShowInvoicingTab|ShowAgreementInvoicingTab)
            invoicingDisplayOptions:enum(RemainOnInvoicingScreen|ShowRecentInvoices)
            agreementInvoicingDisplayOptions:enum(RemainOnInvoicingScreen|ShowRecentInvoices)
            autoStartStopwatch:bool autoPopupQuickNotesWithStopwatch:bool
            globalSearchDefaultTicketFilter:enum(OpenRecords|ClosedRecords|AllRecords)
            globalSearchDefaultSort:enum(None|LastUpdatedDesc|LastUpdatedAsc|CreatedDesc|CreatedAsc)
            phoneSource:str copyPodLayouts:bool copySharedDefaultViews:bool copyColumnLayoutsAndFilters:bool
            fromMemberRecId:int fromMemberTemplateRecId:int
        """),
    ),
)
