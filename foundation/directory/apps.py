from importlib import import_module

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "foundation.directory"

    def ready(self):
        import_module("foundation.directory.listeners")
