"""What is measured of a layer: that it computes its output, or what a step of training takes."""

from collections.abc import Callable
from dataclasses import dataclass

import reference


@dataclass(frozen=True)
class Task:
    title: str
    about: str
    convbench: list[str]  # its options
    prepare: str  # what a peer's module has for it
    outputs: Callable  # the right ones of a layer
    passes: int  # as many multiply-adds as the output takes, so many times


TASKS = {
    "forward": Task(
        title="Side by side",
        about="All in fp32, weights packed before, tensors plain.",
        convbench=[],
        prepare="prepare",
        outputs=lambda layer: [reference.output(layer)],
        passes=1,
    ),
    "training": Task(
        title="Training side by side",
        about="A layer's output and the gradients of its input, weights and bias, from what the"
        " output's gradient is. All in fp32, all tensors plain; weights are packed every time.",
        convbench=["--gradients"],
        prepare="prepare_training",
        outputs=reference.training,
        passes=3,
    ),
}
