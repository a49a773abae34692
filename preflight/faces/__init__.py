"""Faces: the YuNet network in numpy."""
