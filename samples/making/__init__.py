"""How the samples are made."""
