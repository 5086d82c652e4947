from tests.cli.running import command_line, models  # noqa: F401 - fixtures of this folder
