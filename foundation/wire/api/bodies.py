"""What a program sends in a body: every field is known, or the body is refused."""

from ninja import Schema
from pydantic import ConfigDict


class Body(Schema):
    """The schema of a request's body. A field that it does not have is named and refused.

    A program that sends `priority` and hears 201 believes that we know of it.
    """

    model_config = ConfigDict(extra="forbid")
