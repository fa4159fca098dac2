"""Words in the API's bodies: cleaned before their lengths and patterns are judged."""

from typing import Annotated

from pydantic import BeforeValidator

from foundation.language import phone_numbers, texts


def _line(value: object) -> object:
    return texts.line(value) if isinstance(value, str) else value


def _paragraphs(value: object) -> object:
    return texts.paragraphs(value) if isinstance(value, str) else value


def _telephone(value: object) -> object:
    return phone_numbers.read(value).address if isinstance(value, str) and value else value


Line = Annotated[str, BeforeValidator(_line)]
Paragraphs = Annotated[str, BeforeValidator(_paragraphs)]
Telephone = Annotated[str, BeforeValidator(_telephone)]
