"""Registers the plugin that runs the katas' specs; see kata/plugin/."""

pytest_plugins = ["kata.plugin"]
