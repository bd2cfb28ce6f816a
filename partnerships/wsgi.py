"""The web process. WSGI on purpose: synchronous Django under ASGI measured five to nine times slower."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerships.settings")
application = get_wsgi_application()
