"""What is said when the framework of an integration is not installed."""


def missing_extra(extra: str, error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Return an error that names what installs the module that was not found."""
    return ModuleNotFoundError(f"{error.name} is not installed: pip install 'fastworker[{extra}]'", name=error.name)
