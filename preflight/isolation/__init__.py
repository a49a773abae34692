"""Isolation: a child process that a stranger's photo may crash, hang or fill without harm."""
