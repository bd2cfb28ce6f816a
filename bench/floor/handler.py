"""The floor's request handler: its own few middlewares, and its own routes wherever it runs."""

from collections.abc import Callable

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]


def use_routes_of_floor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = "bench.floor.urls"
        return get_response(request)

    return middleware


def beside_the_product() -> WSGIHandler:
    """A handler for a process that has the product's settings."""
    with override_settings(MIDDLEWARE=[*MIDDLEWARE, "bench.floor.handler.use_routes_of_floor"]):
        return WSGIHandler()
