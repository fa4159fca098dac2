"""What describes the API is open; the API itself is walked by its schema."""

from tests.wall import Public

doors = [
    Public("api:openapi-json"),
    Public("api:openapi-view"),
    Public("api:api-root", answers=(404,)),
]
