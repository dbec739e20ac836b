"""For any WSGI server: `connector.wsgi:app`. The settings come from the environment."""

from connector.app import create_app, open_lifecycle
from connector.observability import configure_logging
from connector.settings import load_settings

settings = load_settings()
configure_logging(settings.log_level, settings.log_format)
app = create_app(open_lifecycle(settings))
