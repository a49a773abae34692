"""YuNet, the face network, in numpy: 53,104 weights, from a canvas of pixels to scored boxes.

Architecture and decoding follow the authors' face_detection_yunet_2023mar.onnx
(https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet; Wu, Peng, Yu: "YuNet: A
Tiny Millisecond-level Face Detector", 2023). Every convolution but the first is a pair: a 1 x 1 one
that mixes the channels and a depthwise 3 x 3 one.

Maps are float32 arrays of shape (channels + 1, height + 2, width + 2): around the values lies the
border of zeros that the 3 x 3 convolutions see, and the last channel is 1 inside the border and 0
on it, so that a matrix product adds the biases only where they belong. With the rows one behind the
other, every shift of a map is then a plain slice: no pass over memory is spent on padding.
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

_SCRATCH_ROWS = 7
"""Of a channel: three shifted copies and a row of ones, and three sums."""

MAX_EXPONENT = 20.0
"""exp() of the network's outputs is cut off here: 0 or 1 for a score, endless for a size."""

_STEM_TAPS = tuple(
    (row, column, int(row == 0), int(column == 0)) for row in range(3) for column in range(3)
)
"""Row and column of the first kernel, and by how many rows and columns its plane is shifted: tap 1
reads the even rows, taps 0 and 2 the odd ones before and behind."""


class Pair(NamedTuple):
    """A 1 x 1 convolution, then a depthwise 3 x 3 one, each with its biases in a last column.

    Attributes:
        mix: (out, in + 1)
        taps: (out, 3, 4): for each kernel row three taps, then the bias, in the first row only.
    """

    mix: Map
    taps: Map


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
        stem, bias = self._take(16, 3, 3, 3), self._take(16, 1)
        columns = [stem[:, :, row, column] for row, column, _, _ in _STEM_TAPS]
        self._stem = np.concatenate([*columns, bias], axis=1)
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
        np = numpy()
        mix, mix_bias = self._take(outputs, inputs), self._take(outputs, 1)
        taps = np.zeros((outputs, 3, 4), np.float32)
        taps[:, :, :3] = self._take(outputs, 3, 3)
        taps[:, 0, 3] = self._take(outputs)
        return Pair(np.concatenate([mix, mix_bias], axis=1), taps)

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
        length = current[0].size
        scratch = np.empty(max(BLOCK_VALUES, _SCRATCH_ROWS * length), np.float32)
        levels = []
        for number, stage in enumerate(self._stages):
            for pair in stage:
                current = _pair_forward(np, current, pair, scratch)
            if number >= 2:
                levels.append(current)
            if number < 4:
                current = _halve(np, current)
        return self._outputs(np, levels, scratch)

    def _first(self, np: Any, canvas: Map) -> Map:
        """The 3 x 3 convolution with stride 2 on B, G, R from 0 to 255.

        Of the canvas's even and odd rows and columns four planes are made for each colour, so that
        a tap is a shifted plane.
        """
        height, width = canvas.shape[0] // 2, canvas.shape[1] // 2
        planes = np.zeros((2, 2, 3, height + 2, width + 2), np.float32)
        quarters = canvas.reshape(height, 2, width, 2, 3)[..., ::-1].transpose(1, 3, 4, 0, 2)
        planes[..., 1:-1, 1:-1] = quarters
        row, length = width + 2, (height + 2) * (width + 2)
        flat = planes.reshape(2, 2, 3, length)
        inputs = 3 * len(_STEM_TAPS) + 1
        step = BLOCK_VALUES // 2 // inputs
        columns = np.ones((inputs, step), np.float32)
        result: Map = np.zeros((len(self._stem) + 1, height + 2, width + 2), np.float32)
        values = result[:-1].reshape(len(self._stem), length)
        # Before the first row and value lies the border, which every tap can reach back into.
        for begin in range(row + 1, length, step):
            end = min(begin + step, length)
            for number, (row_tap, column_tap, up, back) in enumerate(_STEM_TAPS):
                shift = up * row + back
                plane = flat[1 - row_tap % 2, 1 - column_tap % 2]
                columns[3 * number : 3 * number + 3, : end - begin] = plane[
                    :, begin - shift : end - shift
                ]
            part = values[:, begin:end]
            np.matmul(self._stem, columns[:, : end - begin], out=part)
            np.maximum(part, 0, out=part)
        return _bordered(result)

    def _outputs(self, np: Any, levels: list[Map], scratch: Map) -> list[Map]:
        """Adds the coarse levels to the finer ones, then applies the heads."""
        merged: list[Map] = []
        for level, pair in zip(reversed(levels), self._neck):
            if merged:
                coarser = _inside(merged[0])[:-1]
                _inside(level)[:-1] += coarser.repeat(2, axis=1).repeat(2, axis=2)
            merged.insert(0, _pair_forward(np, level, pair, scratch))
        return [
            _inside(_pair_forward(np, level, pair, scratch, relu=False))[:-1]
            for level, pair in zip(merged, self._heads)
        ]


def _inside(current: Map) -> Map:
    """A map without its border."""
    return current[:, 1:-1, 1:-1]


def _bordered(current: Map) -> Map:
    """Sets the border and the channel of ones of a map whose values are there."""
    current[-1] = 1
    current[:, 0] = current[:, -1] = 0
    current[:, :, 0] = current[:, :, -1] = 0
    return current


def _pair_forward(np: Any, current: Map, pair: Pair, scratch: Map, *, relu: bool = True) -> Map:
    """1 x 1 convolution, then depthwise 3 x 3.

    Values of neighbouring rows lie two apart, so the sums at each row's end mix two rows; they fall
    on the border, which is set at the end. For each kernel row, one matrix product adds the three
    columns; then the three rows are added. Twice as fast as nine multiplications.
    """
    _, rows, row = current.shape
    outputs = len(pair.mix)
    count, length = (rows - 2) * row, rows * row
    mixed = pair.mix @ current.reshape(len(current), length)
    step = min(outputs, scratch.size // (_SCRATCH_ROWS * length))
    room = scratch[: _SCRATCH_ROWS * step * length]
    shifted = room[: 4 * step * length].reshape(step, 4, length)
    sums = room[4 * step * length :].reshape(step, 3, length)
    shifted[:, 1, -1:] = shifted[:, 2, -2:] = 0
    shifted[:, 3] = 1
    result: Map = np.empty((outputs + 1, rows, row), np.float32)
    # One row and one value on: the output for a place is where its kernel's middle is.
    values = result.reshape(outputs + 1, length)[:, row + 1 : row + 1 + count]
    for first in range(0, outputs, step):
        block = slice(first, min(first + step, outputs))
        size = block.stop - first
        for column in range(3):
            shifted[:size, column, : length - column] = mixed[block, column:]
        np.matmul(pair.taps[block], shifted[:size], out=sums[:size])
        total = sums[:size, 0, :count]
        total += sums[:size, 1, row : row + count]
        total += sums[:size, 2, 2 * row :]
        if relu:
            np.maximum(total, 0, out=values[block])
        else:
            values[block] = total
    return _bordered(result)


def _halve(np: Any, current: Map) -> Map:
    """The largest of every 2 x 2 values."""
    channels, rows, row = current.shape
    inside = _inside(current)
    taller = np.maximum(inside[:, ::2], inside[:, 1::2])
    halved: Map = np.empty((channels, rows // 2 + 1, row // 2 + 1), np.float32)
    np.maximum(taller[:, :, ::2], taller[:, :, 1::2], out=_inside(halved))
    return _bordered(halved)


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
