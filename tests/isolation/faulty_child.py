"""A child whose photos misbehave by name: crash, hang, fill, shout, lie. Everything else works."""

import ctypes
import os
import sys
import time

from preflight.isolation import child


class Unspeakable:
    def __reduce__(self) -> str:
        raise MemoryError


def _answer(call: str, arguments: dict[str, object]) -> object:
    name = getattr(arguments["source"], "name", "")
    if "crash" in name:
        ctypes.string_at(0)
    if "hang" in name:
        time.sleep(3600)
    if "slow" in name:
        time.sleep(1)
    if "stubborn" in name:  # holds Python's lock for ever, so that no thread of Python's runs
        ctypes.PyDLL(None).sleep(3600)
    if "fill" in name:
        bytearray(1 << 40)
    if "shout" in name:
        os.write(1, b"a decoder that prints to standard output\n")
        print("and one that prints through Python", file=sys.stdout, flush=True)
    if "exit" in name:
        os._exit(7)
    if "gives up" in name:  # as faulthandler's timer ends it
        os._exit(1)
    if "unspeakable" in name:
        return Unspeakable()
    return real_answer(call, arguments)


real_answer = child._answer


child._answer = _answer
main, serve, warm_up = child.main, child.serve, child.warm_up
