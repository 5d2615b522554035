"""Every error a user can meet, and the exit code that goes with it.

    Exception
    └── SkinsegError             exit code 2
        ├── InputError           exit code 2: a file, a folder, a name or an option is wrong
        ├── MissingExtraError    exit code 2: a package is not installed
        └── NotRunError          exit code 3: a check could not run, and that is no failure

A message is one line of plain sentences: what happened, with the value, then what to do:
"runs/a already exists. Choose another output or delete it." A failed check is no error: the command
prints its report and exits with 1.
"""


class SkinsegError(Exception):
    """Base of all errors that the command line prints as one line."""

    exit_code = 2


class InputError(SkinsegError):
    """A file, a folder, a name or an option breaks a rule."""


class MissingExtraError(SkinsegError):
    """A vendor package is needed that the base install leaves out."""


class NotRunError(SkinsegError):
    """A check could not run here; that is neither passed nor failed."""

    exit_code = 3
