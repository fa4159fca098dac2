"""What the system says of a file, in a sentence."""

from django.utils.translation import gettext as _


def sentence(error: OSError) -> str:
    """Which file, and what is wrong with it."""
    file = error.filename or ""
    match error:
        case FileNotFoundError():
            return _("There is no such file or folder: %s") % file
        case PermissionError():
            return _("This may not be read or written: %s") % file
        case IsADirectoryError() | NotADirectoryError():
            return _("A file was expected and a folder found, or the other way round: %s") % file
        case _other:
            return _("The system refuses: %s") % error
