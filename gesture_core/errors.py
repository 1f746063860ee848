"""The one exception a user is meant to read."""


class UserError(Exception):
    """A problem the user can fix; its message names the value, the place and the valid choices."""
