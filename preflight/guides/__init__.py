"""Guides: what else makes an upload fail when the file is fine. Data in TOML, no code per guide."""
