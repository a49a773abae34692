"""Batch: many photos, one after the other or side by side; a bad one never stops the rest."""
