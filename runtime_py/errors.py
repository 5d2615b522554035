"""Every error a user can meet, and the exit code that goes with it.

The message is one sentence: the rule, what came, what to do.
"""


class SkinsegError(Exception):
    """Base of all errors that the command line prints as one sentence."""

    exit_code = 2


class InputError(SkinsegError):
    """A file, a folder, a name or an option breaks a rule."""


class MissingExtraError(SkinsegError):
    """A vendor package is needed that the base install leaves out."""


class NotRunError(SkinsegError):
    """A check could not run here; that is neither passed nor failed."""

    exit_code = 3
