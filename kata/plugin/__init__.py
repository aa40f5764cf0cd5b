"""The pytest plugin: a course's conftest.py registers it with `pytest_plugins = ["kata.plugin"]`."""

pytest_plugins = [
    "kata.plugin.options",
    "kata.plugin.selection",
    "kata.plugin.fixtures",
    "kata.plugin.running",
    "kata.plugin.reporting",
]
