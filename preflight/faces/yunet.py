"""YuNet, the face network, in numpy: 53,104 weights, from a canvas of pixels to scored boxes.

Architecture and decoding follow the authors' face_detection_yunet_2023mar.onnx
(https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet; Wu, Peng, Yu: "YuNet: A
Tiny Millisecond-level Face Detector", 2023). Maps are float32 arrays of shape (channels, height,
width). Every convolution but the first is a pair: a 1 x 1 one that mixes the channels and a
depthwise 3 x 3 one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from preflight.scanner.arrays import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Map = NDArray[Any]

WEIGHTS_FILE = "yunet_2023mar_fp16.bin"
CANVAS_STEP_PX = 32
"""Width and height of the canvas are multiples of it: the coarsest of the three grids."""

STRIDES_PX = (8, 16, 32)
NOSE_X = slice(4, 5)
"""Of the ten outputs for eyes, nose and mouth (x, y each) only this one is computed."""

BLOCK_VALUES = 262_144
"""Scratch values of a convolution: 1 MB stays in the core's cache. One buffer for all of them, as
fresh memory costs as much as the arithmetic."""

MAX_EXPONENT = 20.0
"""exp() of the network's outputs is cut off here: 0 or 1 for a score, endless for a size."""


class Pair(NamedTuple):
    """A 1 x 1 convolution (out, in), (out, 1, 1) and the depthwise one (out, 3, 3), (out, 1)."""

    mix: Map
    mix_bias: Map
    taps: Map
    bias: Map


class Boxes(NamedTuple):
    """Candidates.

    Attributes:
        edges_px: (n, 4) left, top, right, bottom in pixels of the canvas.
        scores: (n,)
        noses: (n,) how far right of the box's middle the nose is, in widths of the box.
    """

    edges_px: Map
    scores: Map
    noses: Map


class YuNet:
    """The network. Read only after construction, so threads may share it."""

    def __init__(self, weights: bytes) -> None:
        """Takes the content of the weights file: little-endian float16 in the order of the graph.

        Raises:
            ValueError: The file has another length.
        """
        np = numpy()
        self._values = np.frombuffer(weights, dtype="<f2").astype(np.float32)
        self._used = 0
        self._stem = self._take(16, 27), self._take(16, 1)
        self._stages = [
            [self._pair(16, 16)],
            [self._pair(16, 16), self._pair(16, 32), self._pair(32, 32), self._pair(32, 64)],
            *([self._pair(64, 64), self._pair(64, 64)] for _ in range(3)),
        ]
        self._neck = [self._pair(64, 64) for _ in STRIDES_PX]
        kinds = [[self._pair(64, channels) for _ in STRIDES_PX] for channels in (1, 4, 1, 10)]
        if self._used != self._values.size:
            raise ValueError(f"{WEIGHTS_FILE} is not the weights file of this network")
        kinds[3] = [Pair(*(weights[NOSE_X] for weights in pair)) for pair in kinds[3]]
        # One pair for the heads of a level: class (0), box (1 to 4), objectness (5), nose (6).
        self._heads = [Pair(*map(np.concatenate, zip(*level))) for level in zip(*kinds)]

    def _take(self, *shape: int) -> Map:
        count = 1
        for length in shape:
            count *= length
        self._used += count
        values: Map = self._values[self._used - count : self._used].reshape(shape)
        return values

    def _pair(self, inputs: int, outputs: int) -> Pair:
        return Pair(
            self._take(outputs, inputs),
            self._take(outputs, 1, 1),
            self._take(outputs, 3, 3),
            self._take(outputs, 1),
        )

    def detect(self, canvas: Map, threshold: float) -> Boxes:
        """Finds the candidates, overlapping ones included, in no particular order.

        Args:
            canvas: (height, width, 3) uint8, RGB; both sides multiples of `CANVAS_STEP_PX`.
            threshold: Least score, above 0 and below 1.
        """
        np = numpy()
        found = [
            _decode(np, output, stride, threshold)
            for output, stride in zip(self._forward(np, canvas), STRIDES_PX)
        ]
        return Boxes(*map(np.concatenate, zip(*found)))

    def _forward(self, np: Any, canvas: Map) -> list[Map]:
        """The (7, rows, columns) outputs for the three strides."""
        current = self._first(np, canvas)
        _, height, width = current.shape
        scratch = np.empty(max(BLOCK_VALUES, 8 * ((height + 2) * (width + 2) + 2)), np.float32)
        levels = []
        for number, stage in enumerate(self._stages):
            for pair in stage:
                current = _pair_forward(np, current, pair, scratch, relu=True)
            if number >= 2:
                levels.append(current)
            if number < 4:
                current = _halve(np, current)
        return self._outputs(np, levels, scratch)

    def _first(self, np: Any, canvas: Map) -> Map:
        """The 3 x 3 convolution with stride 2 on B, G, R from 0 to 255."""
        height, width, _ = canvas.shape
        padded = np.zeros((3, height + 2, width + 2), np.float32)
        padded[:, 1:-1, 1:-1] = canvas.transpose(2, 0, 1)[::-1]
        columns = np.empty((27, height // 2, width // 2), np.float32)
        for tap in range(27):
            channel, row, column = tap // 9, tap // 3 % 3, tap % 3
            columns[tap] = padded[channel, row : row + height : 2, column : column + width : 2]
        mix, bias = self._stem
        current = mix @ columns.reshape(27, -1)
        current += bias
        np.maximum(current, 0, out=current)
        result: Map = current.reshape(16, height // 2, width // 2)
        return result

    def _outputs(self, np: Any, levels: list[Map], scratch: Map) -> list[Map]:
        """Adds the coarse levels to the finer ones, then applies the heads."""
        merged: list[Map] = []
        for level, pair in zip(reversed(levels), self._neck):
            if merged:
                level = level + merged[0].repeat(2, axis=1).repeat(2, axis=2)
            merged.insert(0, _pair_forward(np, level, pair, scratch, relu=True))
        return [
            _pair_forward(np, level, pair, scratch, relu=False)
            for level, pair in zip(merged, self._heads)
        ]


def _pair_forward(np: Any, current: Map, pair: Pair, scratch: Map, *, relu: bool) -> Map:
    """1 x 1 convolution, then depthwise 3 x 3 with zeros outside.

    The padded rows lie one behind the other, so that a tap is a plain slice of a channel; the two
    values too many at each row's end are left behind. For each kernel row, one matrix product adds
    the three columns; then the three rows are added. Twice as fast as nine multiplications.
    """
    inputs, height, width = current.shape
    outputs = len(pair.mix)
    row = width + 2
    count, length = height * row, (height + 2) * row
    step = scratch.size // (8 * (length + 2))
    room = scratch[: 8 * (length + 2) * step].reshape(8, step, length + 2)
    padded = room[0]
    padded[:] = 0
    inner = padded[:, :length].reshape(step, height + 2, row)[:, 1:-1, 1:-1]
    mixed = room[1].reshape(-1)[: step * height * width].reshape(step, height * width)
    shifted, sums = room[2:].reshape(2, step, 3, length + 2)[..., :length]
    flat = current.reshape(inputs, -1)
    result: Map = np.empty((outputs, height, width), np.float32)
    for first in range(0, outputs, step):
        block = slice(first, first + step)
        size = len(pair.mix[block])
        np.matmul(pair.mix[block], flat, out=mixed[:size])
        np.add(mixed[:size].reshape(size, height, width), pair.mix_bias[block], out=inner[:size])
        for column in range(3):
            shifted[:size, column] = padded[:size, column : column + length]
        np.matmul(pair.taps[block], shifted[:size], out=sums[:size])
        total = sums[:size, 0, :count]
        total += sums[:size, 1, row : row + count]
        total += sums[:size, 2, 2 * row :]
        total += pair.bias[block]
        kept = total.reshape(size, height, row)[:, :, :width]
        if relu:
            np.maximum(kept, 0, out=result[block])
        else:
            result[block] = kept
    return result


def _halve(np: Any, current: Map) -> Map:
    """The largest of every 2 x 2 values."""
    rows = np.maximum(current[:, ::2], current[:, 1::2])
    halved: Map = np.maximum(rows[:, :, ::2], rows[:, :, 1::2])
    return halved


def _decode(np: Any, output: Map, stride_px: int, threshold: float) -> Boxes:
    """Boxes of one level: centres relative to their cell, sizes as logarithms of cells."""
    bounded = np.clip(output, -MAX_EXPONENT, MAX_EXPONENT).astype(np.float64)
    chance = (1 + np.exp(-bounded[0])) * (1 + np.exp(-bounded[5]))
    scores = 1 / np.sqrt(chance)
    rows, columns = np.nonzero(scores >= threshold)
    x, y, log_width, log_height, _, nose_x = bounded[1:, rows, columns]
    width, height = np.exp(log_width), np.exp(log_height)
    noses = (nose_x - x) / width
    x, y = x + columns, y + rows
    edges = np.stack((x - width / 2, y - height / 2, x + width / 2, y + height / 2), axis=1)
    return Boxes(edges * stride_px, scores[rows, columns], noses)


@cache
def network() -> YuNet:
    """The network with its weights, loaded on first use.

    Two threads that come first together may both load it, which does no harm.
    """
    return YuNet(Path(__file__).with_name(WEIGHTS_FILE).read_bytes())
