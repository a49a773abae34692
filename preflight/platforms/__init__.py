"""Platforms: one TOML file a place, and the loader."""
