"""What an installation is told: `JUMPSEAT_*` environment variables over one TOML file, checked whole before use.

`JUMPSEAT_CONFIG` names the file, `./jumpseat.toml` is read when it is there, and `JUMPSEAT_X_FILE` reads the secret X
from a file, as container platforms hand them out. This package knows nothing else of ours.
"""

from connector.settings.loading import SettingsError, development_settings, load_settings
from connector.settings.model import Settings

__all__ = ["Settings", "SettingsError", "development_settings", "load_settings"]
