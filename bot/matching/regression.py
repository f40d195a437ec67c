"""Kernel ridge regression (Saunders and others, 1998): what each example is worth to each label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.features import Floats


@dataclass(frozen=True)
class Regression:
    """What was learned from examples.

    Attributes:
        worth: What each example is worth to each label: (examples, labels).
        unseen: The scores of each example, had the regression seen neither it nor its group: (examples, labels).
    """

    worth: Floats
    unseen: Floats


def regress(kernel: Floats, targets: Floats, ridge: float, groups: Sequence[str]) -> Regression:
    """Learn from examples by their similarities.

    The inverse of the kernel gives the scores of unseen examples without learning anew for each: for a left-out set of
    examples they are their targets less the solution, over the inverse, of their part of it (Rifkin and Lippert, 2007).

    Args:
        kernel: Similarity of each example to each, (examples, examples); overwritten, since it is large.
        targets: From 0 to 1, how well each label serves each example: (examples, labels).
        ridge: The penalty, over 0.
        groups: A name for each example's group; an example without one ("") is left out by itself.
    """
    from scipy.linalg import lapack  # noqa: PLC0415 - slow to import, and a fit is rare

    kernel[np.diag_indices(len(kernel))] += ridge
    # A symmetric matrix is its own transpose, and LAPACK works in place on one that stands in columns.
    factor, failed = lapack.spotrf(kernel.T, lower=True, overwrite_a=True)
    if failed:
        raise ArithmeticError(f"the kernel is not positive definite (row {failed}): similarities must be products")
    worth, _ = lapack.spotrs(factor, targets, lower=True)
    inverse, _ = lapack.spotri(factor, lower=True, overwrite_c=True)
    unseen = targets - worth / np.diag(inverse)[:, None]
    named = np.array(groups)
    for group in sorted({group for group in groups if group}):
        place = np.flatnonzero(named == group)
        below = np.tril(inverse[np.ix_(place, place)])
        own = below + np.tril(below, -1).T
        unseen[place] = targets[place] - np.linalg.solve(own, worth[place])
    return Regression(worth.astype(np.float32), unseen.astype(np.float32))
