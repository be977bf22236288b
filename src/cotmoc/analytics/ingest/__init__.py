"""Files of facts into the lake; see README.md."""

from cotmoc.analytics.ingest.headers import Profile, profiles_of, read_profile, save_profile
from cotmoc.analytics.ingest.importing import Options, Outcome, import_file

__all__ = [
    "Options",
    "Outcome",
    "Profile",
    "import_file",
    "profiles_of",
    "read_profile",
    "save_profile",
]
