"""Benchmarks of the picture itself: encoding, resampling, byte limits, colour, proof of no harm."""
