"""A sample of the page that describes the API."""

from dataclasses import replace

from mien.web.pages.api_reference.page import ApiReferencePage
from mien.web.pages.api_reference.page import FieldRow
from mien.web.pages.api_reference.page import FieldTable
from mien.web.pages.api_reference.page import FieldType
from mien.web.pages.api_reference.page import OperationGroup
from mien.web.pages.api_reference.page import OperationView
from mien.web.pages.api_reference.page import ProblemRow
from mien.web.pages.api_reference.page import ShapeView


def reference_page() -> ApiReferencePage:
    box = FieldTable(
        "Box",
        "A rectangle in pixels.",
        (FieldRow("x", FieldType("number"), required=True, limits="at least 0"),),
    )
    body = FieldTable(
        "Body, as `multipart/form-data`",
        "One photo <b>only</b>.",
        (
            FieldRow("photo", FieldType("file"), required=True, text="The `file`."),
            FieldRow("box", FieldType("list of ", "Box", "#shape-box", " or null"), required=False),
        ),
    )
    operation = OperationView(
        anchor="detect",
        title="Detect",
        method="POST",
        path="/api/v1/detect",
        summary="Find every face of a photo.",
        text="Needs the scope `identify`.",
        tables=(body,),
        answer=FieldTable("Answer 204, empty", "Nothing.", ()),
        problems=(ProblemRow("401", "No key (`key_invalid`)."),),
        example='curl -H "Authorization: Bearer $KEY" -F photo=@photo.jpg',
    )
    return ApiReferencePage(
        lead="Every call needs a key.",
        keys=("`X-API-Key: $KEY`: An API key.",),
        groups=(OperationGroup("photos", "Photos", (operation,)),),
        problem=replace(box, caption="Every error"),
        shapes=(ShapeView("shape-box", "Box", box),),
        document_url="/api/openapi.json",
    )
