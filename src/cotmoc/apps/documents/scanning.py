"""Files handed in go past the installation's virus scanner before they are kept."""

import logging
import shlex
import subprocess
import tempfile

from django.conf import settings

logger = logging.getLogger(__name__)
SCAN_SECONDS = 60


class ScanRefusedError(ValueError):
    """A file is not taken: the scanner refused it (`scanner`) or did not answer (`not_scanned`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse_what_a_scanner_refuses(raw: bytes) -> None:
    """Give a file to the scanner; a file nobody could look at is refused too."""
    if not settings.VIRUS_SCANNER:
        return
    with tempfile.NamedTemporaryFile(dir=settings.DATA_DIR, prefix="handed-in-") as file:
        file.write(raw)
        file.flush()
        command = [*shlex.split(settings.VIRUS_SCANNER), file.name]
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
                command, capture_output=True, timeout=SCAN_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            logger.error("the virus scanner did not answer: %s", error)
            raise ScanRefusedError("not_scanned") from error
    if done.returncode:
        logger.warning("the virus scanner refused a file: code %s", done.returncode)
        raise ScanRefusedError("scanner")
