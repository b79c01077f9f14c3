"""The API's reference: operations by topic, and the shapes of what comes and goes."""

from dataclasses import dataclass
from typing import ClassVar

from mien.web.pages.base import Page


@dataclass(frozen=True, slots=True)
class FieldType:
    """What a field holds, in words: `before`, then a shape that has a name, then `after`.

    Attributes:
        before: such as “text”, or “list of ” in front of a shape.
        shape: name of a shape; empty where the type needs none.
        url: where the shape is described.
        after: such as “ or null”.
    """

    before: str
    shape: str = ""
    url: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field or parameter.

    Attributes:
        name: as it is sent.
        type: what it holds.
        required: whether it has to be sent.
        limits: what bounds it, and its default; empty for nothing.
        text: what it means; may hold `code` between backticks.
    """

    name: str
    type: FieldType
    required: bool
    limits: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FieldTable:
    """Fields with a caption over them, and a sentence on all of them, which may be empty."""

    caption: str
    text: str
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A status of HTTP and when it comes."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """One thing that the API does.

    Attributes:
        anchor: its id on the page.
        title: its name in words.
        method: of HTTP.
        path: with its parameters in braces.
        summary: what it does, in a sentence.
        text: more of it, such as the scope that a key needs.
        tables: its parameters and its body; each way to write the body is one.
        answer: what comes back when all goes well; without fields for a file or nothing.
        problems: what else may come back.
        example: a command that calls it.
    """

    anchor: str
    title: str
    method: str
    path: str
    summary: str
    text: str
    tables: tuple[FieldTable, ...]
    answer: FieldTable
    problems: tuple[ProblemRow, ...]
    example: str


@dataclass(frozen=True, slots=True)
class OperationGroup:
    """The operations of one topic."""

    anchor: str
    title: str
    operations: tuple[OperationView, ...]


@dataclass(frozen=True, slots=True)
class ShapeView:
    """What several answers have in common."""

    anchor: str
    title: str
    table: FieldTable


@dataclass(frozen=True, slots=True)
class ApiReferencePage(Page):
    """All of the API.

    Attributes:
        lead: what it is for.
        keys: the ways to send a key.
        groups: all operations.
        problem: the shape of every error.
        shapes: those that operations and other shapes name.
        document_url: the same, for programs.
    """

    template: ClassVar[str] = "api_reference.html"

    lead: str
    keys: tuple[str, ...]
    groups: tuple[OperationGroup, ...]
    problem: FieldTable
    shapes: tuple[ShapeView, ...]
    document_url: str
