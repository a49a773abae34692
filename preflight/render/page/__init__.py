"""Pages: HTML that can be read without a network and without a script."""
