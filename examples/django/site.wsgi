"""The guest book, a Django project with its admin."""

import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
if here not in sys.path:  # the script runs again when it has changed
    sys.path.insert(0, here)
os.environ["DJANGO_SETTINGS_MODULE"] = "guestbook.settings"

from django.core.wsgi import get_wsgi_application  # noqa: E402  (needs the lines above)

application = get_wsgi_application()
