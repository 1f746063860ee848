"""What can go wrong between the add-on and its backend."""


class BackendError(Exception):
    """The backend cannot be started or reached; the message says why, for the user."""
