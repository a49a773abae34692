"""Speed against the tools that people use today."""
