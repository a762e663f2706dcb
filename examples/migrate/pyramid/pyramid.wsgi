import os
import sys

here = os.path.dirname(__file__)
sys.path.insert(0, here)

from pyramid.paster import get_app, setup_logging

ini_path = os.path.join(here, "production.ini")
setup_logging(ini_path)
application = get_app(ini_path, "main")
