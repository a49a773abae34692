"""preflight: says why a profile photo will not upload, and makes a copy that will."""
