"""Is the head inside the circle? preflight's square against those of other tools."""
