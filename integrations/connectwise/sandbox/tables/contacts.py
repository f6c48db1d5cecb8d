"""Contacts, their types, and the e-mail addresses and phone numbers they are reached at."""

from integrations.connectwise.sandbox.entity import Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import contacts, notes, setup, stamps

MODULE = "Companies / Contacts"
SETUP = "System / Table Setup"

ENTITIES = (
    Entity(
        path="company/communicationTypes",
        name="CommunicationType",
        module=SETUP,
        setup=True,
        href="type",
        label=("description",),
        unique=("description",),
        check=(contacts.communication_type_has_a_kind,),
        fields=declare("""
            description!:str phoneFlag:bool faxFlag:bool emailFlag:bool defaultFlag:bool exchangeXref:str(50)
            iphoneXref:str(50) androidXref:str(50) googleXref:str(50)
        """),
    ),
    Entity(
        path="company/contacts/types",
        name="ContactType",
        module=SETUP,
        setup=True,
        href="type",
        label=("description",),
        unique=("description",),
        prepare=(stamps.connectwise_id,),
        after=(setup.one_default("ContactType"),),
        fields=declare("""
            description!:str(50) defaultFlag:bool serviceAlertFlag:bool serviceAlertMessage:str(150) ~connectWiseId:str
        """),
    ),
    Entity(
        path="company/contacts",
        name="Contact",
        module=MODULE,
        custom=True,
        href="contact",
        label=("firstName", "lastName"),
        callback="contact",
        levels=(("type", "types"), ("company", "company"), ("contact", "id")),
        links=(
            ("communications_href", "company/contacts/{id}/communications"),
            ("documents_href", "system/documents?recordType=Contact&recordId={id}"),
            ("tickets_href", "service/tickets?conditions=contact/id={id}"),
        ),
        prepare=(
            stamps.mobile_guid,
            contacts.contact_site,
            contacts.contact_types_of_a_new_contact,
            contacts.contact_communication_items,
        ),
        check=(contacts.communication_items_say_something,),
        after=(
            contacts.contact_communications,
            contacts.contact_type_associations,
            contacts.contact_as_company_default,
        ),
        remove=(contacts.contact_hands_over_its_records,),
        # firstName is not marked as required in the specification, yet saving without it is refused (real answer).
        fields=declare("""
            firstName!:str lastName:str company:ref(Company) site:ref(CompanySite) addressLine1:str addressLine2:str
            city:str state:str zip:str country:ref(Country) relationship:ref relationshipOverride:str department:ref
            inactiveFlag:bool defaultMergeContactId:int securityIdentifier:str managerContact:ref(Contact)
            assistantContact:ref(Contact) title:str school:str nickName:str marriedFlag:bool childrenFlag:bool
            children:str significantOther:str -portalPassword:str portalSecurityLevel:int=1
            disablePortalLoginFlag:bool=true unsubscribeFlag:bool gender:enum(Female|Male) birthDay:str
            anniversary:str presence:enum(NoAgent|Online|DoNotDisturb|Away|Offline) ~mobileGuid:uuid facebookUrl:str
            twitterUrl:str linkedInUrl:str ~defaultPhoneType:str ~defaultPhoneNbr:str ~defaultPhoneExtension:str
            defaultBillingFlag:bool defaultFlag:bool userDefinedField{1..10}:str(50) companyLocation:ref(Location)
            communicationItems:items(ContactCommunicationItem) +types:refs(ContactType) integratorTags:strs photo:ref
            ignoreDuplicates:bool +typeIds:ints
        """),
    ),
    Entity(
        path="company/contacts/{contactId}/communications",
        name="ContactCommunication",
        module=MODULE,
        refer=(),
        prepare=(stamps.mobile_guid, contacts.communication_follows_its_type),
        after=(contacts.contact_shows_its_communications,),
        fields=declare("""
            ~contactId:int type!:ref(CommunicationType) value!:str(250) extension:str(15) defaultFlag:bool
            ~mobileGuid:uuid communicationType:enum(Email|Fax|Phone) ~domain:str
        """),
    ),
    # Only ever part of a contact: no path leads here.
    Entity(
        path="",
        name="ContactCommunicationItem",
        module=MODULE,
        refer=(),
        fields=declare("""
            type:ref(CommunicationType) value:str(250) extension:str(15) defaultFlag:bool ~domain:str
            communicationType:enum(Email|Fax|Phone)
        """),
    ),
    Entity(
        path="company/contacts/{contact}/typeAssociations",
        also=("company/contactTypeAssociations",),
        name="ContactTypeAssociation",
        module=MODULE,
        refer=(),
        check=(setup.association_is_new,),
        after=(contacts.contact_shows_its_types,),
        fields=declare("type!:ref(ContactType) contact!:ref(Contact)"),
    ),
    Entity(
        path="company/contacts/{contactId}/notes",
        name="ContactNote",
        module=MODULE,
        refer=(),
        prepare=(notes.note_author,),
        fields=declare("~contactId:int text!:str type:ref(CompanyNoteType) flagged:bool ~enteredBy:str"),
    ),
)
