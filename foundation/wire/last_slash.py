"""The API answers without the last slash, too: a program that is sent elsewhere loses its words."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path

API = "/api/"


class LastSlashOfTheApi:
    """Reads `/api/v1/tickets` as `/api/v1/tickets/`, where only the latter is an address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if lacks_a_slash(request.path_info):
            request.path_info += "/"
            request.path += "/"
        return self.get_response(request)


def lacks_a_slash(path: str) -> bool:
    is_of_the_api = path.startswith(API) and not path.endswith("/")
    return is_of_the_api and not is_valid_path(path) and bool(is_valid_path(f"{path}/"))
