"""Write the network of all-MiniLM-L6-v2, its weights left in the package, and what its form in bytes needs.

`minilm.onnx` is in float32; `minilm_bytes.onnx` multiplies 8-bit whole numbers (`knowledge_base/byte_minilm.py`), and
`minilm_smoothing.safetensors` has the factors by which it evens out the input of its layers, found on the everyday
wordings of `eval/data`. The network is BERT's encoder (Devlin et al. 2019, 6 layers, 12 heads of 32) with the mean of
the tokens' vectors, scaled to length one. Weights are named by their place in `model.safetensors`; the linear layers
keep the file's layout (`transB`), so that it can be mapped and not converted.

    python scripts/build_minilm_graph.py [FOLDER]
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

from knowledge_base.minilm import MINILM_WEIGHTS, minilm_tokenizer, verified_minilm_folder

_LAYERS, _HEADS, _HEAD_SIZE = 6, 12, 32
_WIDTH = _HEADS * _HEAD_SIZE
_EPSILON = 1e-12
_MASKED = 1e9
"""Taken off the attention to padding; its share is then zero in float32."""
_OPSET = 20
"""The first with `Gelu`."""
_IR_VERSION = 9
_CONTRIBUTED = "com.microsoft"
_ROOT = Path(__file__).resolve().parents[1]
_SHARE = 0.7
"""How much of a channel's size goes over to the weights; with 0.5 and with 1 vectors were further from float32."""


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

    def smoothed(self, x: str, name: str) -> str:
        """The input of the layers under a name."""
        return x

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


class ByteGraph(Graph):
    """The same with linear layers in bytes; `byte_minilm.py` gives it their values."""

    def given(self, name: str, dtype: int, *shape: int) -> str:
        """A tensor that is given when the graph is loaded."""
        tensor = TensorProto(name=name, data_type=dtype, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="given")
        self._initializers[name] = tensor
        return name

    def linear(self, x: str, name: str) -> str:
        """A linear layer on rows (tokens, width)."""
        n_outputs, n_inputs = self._entries[f"{name}.weight"]["shape"]
        layer = (
            self.given(f"{name}.bytes", TensorProto.INT8, n_inputs, n_outputs),
            self.given(f"{name}.scale", TensorProto.FLOAT, n_outputs),
            self.given(f"{name}.zero", TensorProto.INT8, n_outputs),
        )
        bias = self.weight(f"{name}.bias")
        if n_inputs == _WIDTH:
            return self.node("DynamicQuantizeMatMul", x, *layer, bias, domain=_CONTRIBUTED)
        # What comes out of `Gelu` is twenty times as large for some tokens as for others.
        largest = self.node("ReduceMax", self.node("Abs", x), self.constant([1]), keepdims=1)
        product = self.node("DynamicQuantizeMatMul", self.node("Div", x, largest), *layer, domain=_CONTRIBUTED)
        return self.node("Add", self.node("Mul", product, largest), bias)

    def smoothed(self, x: str, name: str) -> str:
        """The input of the layers under a name, its large channels made smaller."""
        return self.node("Mul", x, self.given(name, TensorProto.FLOAT, _WIDTH))

    def model(self) -> onnx.ModelProto:
        """As above."""
        model = super().model()
        model.opset_import.append(helper.make_opsetid(_CONTRIBUTED, 1))
        return model


def build(weights: Path, kind: type[Graph] = Graph) -> onnx.ModelProto:
    """The network over one weights file."""
    graph = kind(weights)
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

    smooth = graph.smoothed(x, f"{name}.attention.self")

    def split(part: str, order: list[int]) -> str:
        rows = graph.linear(smooth, f"{name}.attention.self.{part}")
        return graph.node("Transpose", graph.node("Reshape", rows, heads), perm=order)

    query = graph.node("Mul", split("query", [0, 2, 1, 3]), graph.constant(_HEAD_SIZE**-0.5, np.float32))
    near = graph.node("MatMul", query, split("key", [0, 2, 3, 1]))
    shares = graph.node("Softmax", graph.node("Add", near, padding), axis=-1)
    mixed = graph.node("MatMul", shares, split("value", [0, 2, 1, 3]))
    mixed = graph.node("Transpose", mixed, perm=[0, 2, 1, 3])
    mixed = graph.node("Reshape", mixed, graph.constant([-1, _WIDTH]))
    out = f"{name}.attention.output"
    x = graph.norm(graph.node("Add", graph.linear(mixed, f"{out}.dense"), x), f"{out}.LayerNorm")
    smooth = graph.smoothed(x, f"{name}.intermediate")
    inner = graph.node("Gelu", graph.linear(smooth, f"{name}.intermediate.dense"))
    return graph.norm(
        graph.node("Add", graph.linear(inner, f"{name}.output.dense"), x),
        f"{name}.output.LayerNorm",
    )


def smoothing(weights: Path, texts: list[str]) -> dict[str, NDArray[np.float32]]:
    """The factors (width,) for the layers under each name: how large a channel gets beside the weights it meets."""
    inputs: dict[str, str] = {}
    model = build(weights)
    for node in model.graph.node:
        if node.op_type == "Gemm":
            inputs.setdefault(node.input[1].removesuffix(".weight").rpartition(".")[0], node.input[0])
    names = [name for name in inputs if name.endswith((".self", ".intermediate"))]
    for name in names:
        model.graph.output.append(helper.make_tensor_value_info(inputs[name], TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights.parent))
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    tokenizer, tensors = minilm_tokenizer(), load_file(weights)
    largest = dict.fromkeys(names, np.zeros(_WIDTH, np.float32))
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids])
        given = session.run([inputs[name] for name in names], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for name, rows in zip(names, given, strict=True):
            largest[name] = np.maximum(largest[name], np.abs(rows).max(axis=0))
    factors = {}
    for name in names:
        layers = [tensors[one] for one in tensors if one.startswith(f"{name}.") and one.endswith(".weight")]
        met = np.abs(np.concatenate(layers)).max(axis=0)
        factor = largest[name] ** _SHARE / met ** (1 - _SHARE)
        factors[name] = (factor / factor.mean()).astype(np.float32)
    return factors


def main() -> None:
    """Write the files into the folder named on the command line, or the package's own."""
    weights = verified_minilm_folder() / MINILM_WEIGHTS
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / "knowledge_base" / "data"
    lines = (
        line
        for path in sorted((_ROOT / "eval" / "data").glob("everyday*.txt"))
        for line in path.read_text().splitlines()
    )
    texts = [line.format("the drug") for line in lines if line and not line.startswith("#")]
    (target / "minilm.onnx").write_bytes(build(weights).SerializeToString(deterministic=True))
    (target / "minilm_bytes.onnx").write_bytes(build(weights, ByteGraph).SerializeToString(deterministic=True))
    save_file(smoothing(weights, texts), target / "minilm_smoothing.safetensors")


if __name__ == "__main__":
    main()
