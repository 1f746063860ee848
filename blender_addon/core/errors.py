"""The one error the user of the add-on can do something about."""


class UserError(Exception):
    """Something the user can fix; the message names the value, the place and the choices."""
