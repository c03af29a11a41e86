"""What a user's training code would be: it takes time, learns, logs, and crashes now and then.

The numbers are synthetic but shaped like those of a small image classifier. A config has one
learning curve, whatever its fidelity, so that a promoted trial continues where its previous trial
stopped.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STARTUP_SECONDS = 0.4
EPOCH_SECONDS = 0.2
TRAINING_IMAGES = 50_000
CHANCE_ERROR = 0.9
LOG_NAME = "train.log"

BEST_LEARNING_RATE = {"adam": 2e-3, "sgd": 2e-2, "lion": 4e-4}
MEMORY_PER_PARAMETER = {"adam": 1.5, "sgd": 1.0, "lion": 1.25}


class TrainingDiverged(RuntimeError):
    """The loss is not a number any more."""


class OutOfMemoryError(RuntimeError):
    """The batch does not fit the accelerator."""


@dataclass(frozen=True)
class Evaluation:
    """What training a config gave.

    Attributes:
        validation_errors: Share of validation images classified wrongly, after each epoch.
        gpu_memory: Peak memory, in GB.
    """

    validation_errors: list[float]
    gpu_memory: float


def evaluate_pipeline(
    pipeline_directory: Path,
    *,
    learning_rate: float,
    weight_decay: float,
    dropout: float,
    batch_size: int,
    optimizer: str,
    epochs: int,
    speed: float = 1.0,
    on_epoch: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Pretends to train, in real time, writing one line an epoch into the trial's directory.

    Args:
        pipeline_directory: Where the log goes.
        learning_rate: Step size; its best value depends on the optimizer.
        weight_decay: Strength of the regularization.
        dropout: Share of activations dropped, in [0, 1].
        batch_size: Images per step.
        optimizer: "adam", "sgd" or "lion".
        epochs: Passes over the training images.
        speed: How many times faster than usual to pretend.
        on_epoch: Called after each epoch, once its line is in the log.

    Returns:
        The learning curve and the memory used.

    Raises:
        OutOfMemoryError: Mostly for large batches.
        TrainingDiverged: Mostly for large learning rates.
    """
    log_path = pipeline_directory / LOG_NAME
    attempt = _attempts(log_path) + 1
    # Luck depends on the attempt, so that a crashed trial may succeed when it is reset, and on
    # nothing outside the run, so that a seed gives the same run again.
    luck = random.Random(f"{pipeline_directory.name} attempt {attempt}")
    curve = LearningCurve(learning_rate, weight_decay, dropout, batch_size, optimizer)
    with log_path.open("a", encoding="utf-8", buffering=1) as log:
        log.write(f"attempt {attempt}: {optimizer}, {learning_rate=:.3g}, {batch_size=}\n")
        time.sleep(STARTUP_SECONDS * luck.uniform(0.7, 1.3) / speed)
        if luck.random() < _chance_of_no_memory(batch_size):
            gibibytes = batch_size * luck.uniform(0.008, 0.01)
            raise OutOfMemoryError(
                f"CUDA out of memory. Tried to allocate {gibibytes:.2f} GiB "
                f"(GPU 0; 15.78 GiB total capacity; {14 + luck.random():.2f} GiB already allocated)"
            )
        diverges = luck.random() < _chance_of_divergence(learning_rate)
        last_epoch = luck.randint(1, epochs) if diverges else None
        validation_errors = []
        for epoch in range(1, epochs + 1):
            time.sleep(EPOCH_SECONDS * luck.uniform(0.7, 1.3) / speed)
            if epoch == last_epoch:
                steps_per_epoch = TRAINING_IMAGES // batch_size
                step = (epoch - 1) * steps_per_epoch + luck.randint(1, steps_per_epoch)
                raise TrainingDiverged(f"loss is nan at step {step} ({learning_rate=:.3g})")
            validation_errors.append(curve.next_value())
            log.write(f"epoch {epoch}/{epochs}: validation error {validation_errors[-1]:.4f}\n")
            on_epoch()
    memory = 1.3 + 0.03 * batch_size * MEMORY_PER_PARAMETER[optimizer] * luck.uniform(0.95, 1.05)
    return Evaluation(validation_errors, gpu_memory=round(memory, 2))


def as_user_result(evaluation: Evaluation) -> dict[str, Any]:
    """Returns an evaluation as the dictionary that NePS asks of a user's function."""
    final_error = evaluation.validation_errors[-1]
    return {
        "objective_to_minimize": final_error,
        "cost": float(len(evaluation.validation_errors)),
        "learning_curve": evaluation.validation_errors,
        "info_dict": {
            "val_accuracy": round(1 - final_error, 4),
            "gpu_memory_gb": evaluation.gpu_memory,
        },
    }


class LearningCurve:
    """Validation error after each epoch: decays to what the config can reach, then overfits."""

    def __init__(
        self,
        learning_rate: float,
        weight_decay: float,
        dropout: float,
        batch_size: int,
        optimizer: str,
    ) -> None:
        self._noise = random.Random(
            f"{learning_rate} {weight_decay} {dropout} {batch_size} {optimizer}"
        )
        decades_off = math.log10(learning_rate / BEST_LEARNING_RATE[optimizer])
        regularization_off = math.log10(weight_decay) + 3
        reachable = (
            0.06
            + 0.06 * decades_off**2
            + 0.008 * regularization_off**2
            + 0.3 * (dropout - 0.2) ** 2
            + 0.008 * math.log2(batch_size / 64) ** 2
            + self._noise.gauss(0, 0.006)
        )
        self._reachable = min(0.85, max(0.03, reachable))
        # Small steps arrive late, and so do large batches.
        self._rate = 0.9 * 10 ** (0.35 * min(0.0, decades_off)) * (64 / batch_size) ** 0.2
        self._overfitting = 0.004 * max(0.0, 0.3 - dropout) / 0.3
        self._epoch = 0

    def next_value(self) -> float:
        """Trains one epoch more and returns the validation error, in [0, 1]."""
        self._epoch += 1
        learned = 1 - math.exp(-self._rate * self._epoch**0.7)
        error = CHANCE_ERROR + (self._reachable - CHANCE_ERROR) * learned
        error += self._overfitting * max(0, self._epoch - 15)
        error += self._noise.gauss(0, 0.012 / math.sqrt(self._epoch))
        return round(min(0.99, max(0.01, error)), 5)


def _attempts(log_path: Path) -> int:
    if not log_path.exists():
        return 0
    lines = log_path.read_text(encoding="utf-8").splitlines()
    return sum(line.startswith("attempt ") for line in lines)


def _chance_of_no_memory(batch_size: int) -> float:
    return 0.18 if batch_size >= 256 else 0.03 if batch_size >= 128 else 0.0


def _chance_of_divergence(learning_rate: float) -> float:
    return 0.5 if learning_rate > 3e-2 else 0.2 if learning_rate > 1e-2 else 0.01
