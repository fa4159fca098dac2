"""The stage: one live page, a way to say something, and the truth to compare with."""

from django.contrib.staticfiles.views import serve
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from foundation.live import live, views
from tests.foundation.live.sockets import PublicDoor, latest_of


def page(request):
    return render(request, "page.html")


@csrf_exempt
def say(request, id, value):
    live.announce("square", "thing", id, {"value": value})
    return HttpResponse("said")


def truth(request):
    return JsonResponse(latest_of("square"))


def still(request):
    return JsonResponse({"things": {"1": {"value": "from the disk"}}})


urlpatterns = [
    path("", page),
    path("say/<str:id>/<str:value>/", say),
    path("truth/", truth),
    path("still.json", still),
    path("square.json", views.poll_view(PublicDoor)),
    path("square/stream/", views.stream_view(PublicDoor)),
    path("static/<path:path>", serve, {"insecure": True}),
]
