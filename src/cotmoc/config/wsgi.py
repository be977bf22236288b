"""WSGI entry point: `gunicorn cotmoc.config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotmoc.config.settings")
application = get_wsgi_application()
