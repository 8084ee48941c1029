"""Evaluate PyTensor graphs on stacks of points without compiling and without loops in Python.

The interpreter runs most operations as NumPy functions on whole stacks. A few have no NumPy
function of their own and would loop over single numbers; they are put in other words here.
"""

import pytensor.tensor as pt
from pytensor.compile.mode import Mode
from pytensor.compile.ops import ViewOp
from pytensor.graph.rewriting.basic import (
    MergeOptimizer,
    SequentialGraphRewriter,
    in2out,
    node_rewriter,
)
from pytensor.scalar import basic as scalars
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import Elemwise

__all__ = ["PLAIN_NUMPY"]


@node_rewriter([Elemwise])
def _in_other_words(fgraph, node):
    """Put clipping and copying in terms of NumPy functions."""
    if isinstance(node.op.scalar_op, scalars.Clip):
        value, low, high = node.inputs
        return [pt.minimum(pt.maximum(value, low), high).astype(node.outputs[0].dtype)]
    if isinstance(node.op.scalar_op, scalars.Identity):
        return [node.inputs[0]]
    return None


@node_rewriter([Blockwise])
def _without_views(fgraph, node):
    """Leave out operations that only mark a value."""
    return [node.inputs[0]] if isinstance(node.op.core_op, ViewOp) else None


#: "merge" shares common parts; anything more costs longer than it saves, and fused operations
#: would no longer run as NumPy functions.
PLAIN_NUMPY = Mode(
    linker="py",
    optimizer=SequentialGraphRewriter(
        MergeOptimizer(), in2out(_in_other_words, _without_views), MergeOptimizer()
    ),
)
