"""Documents: files and links that hang on records."""

from integrations.connectwise.sandbox.entity import Action, Entity
from integrations.connectwise.sandbox.fields import declare
from integrations.connectwise.sandbox.manners import documents

FIELDS = declare("""
    title:str fileName:str serverFileName:str owner:str linkFlag:bool imageFlag:bool publicFlag:bool
    htmlTemplateFlag:bool readOnlyFlag:bool size:int urlFlag:bool createdOnDate:str documentType:ref guid:uuid
""")

ENTITIES = (
    Entity(
        path="system/documents",
        name="DocumentInfo",
        module="Companies / Manage Documents",
        verbs=frozenset({"GET", "DELETE"}),  # what comes as a form is an action
        refer=(),
        asks_for=("recordType", "recordId"),
        shown=(("system/documents", ("id", *FIELDS, "_info")),),
        actions=(
            Action("POST", "system/documents", documents.add, right="add", status=201, form=True),
            Action("POST", "system/documents/{id}", documents.change, form=True),
            Action("GET", "system/documents/{id}/download", documents.download, right="inquire"),
        ),
        fields=FIELDS,
    ),
)
