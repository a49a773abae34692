"""Renderers: reports become text, JSON and pages."""
