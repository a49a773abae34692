"""The scanner: untrusted bytes in, Facts out. The only code that opens a stranger's bytes."""
