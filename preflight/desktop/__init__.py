"""Desktop: preflight without a terminal, by dropping photos on an icon or with a right click."""
