"""Batch: thousands of photos, some of which crash or hang, and kills at any moment."""
