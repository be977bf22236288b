"""Pure decisions about tokens."""

import hashlib


def token_digest(secret: str) -> str:
    """What is stored of a token: SHA-256, enough because the secret itself is 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
