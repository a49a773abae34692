"""Rules: pure functions from Facts and Platform to findings."""
