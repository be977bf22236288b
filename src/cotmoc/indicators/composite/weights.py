"""Weights of siblings: equal, as given, from the data, with noise; and what they come to in all."""

import numpy as np

from cotmoc.indicators.composite.framework import Matrix, Tree, Vector


def equal(tree: Tree) -> Vector:
    """Every child counts the same in its group."""
    return np.ones(len(tree.codes))


def effective(tree: Tree, weights: Vector) -> Vector:
    """The part of the index each node makes up: 1 for the index, at every level 1 in all."""
    found = np.zeros(len(tree.codes))
    found[-1] = 1.0
    for number in reversed(range(len(tree.children))):
        below = tree.children[number]
        found[below] = found[tree.leaves + number] * weights[below] / weights[below].sum()
    return found


def noisy(weights: Vector, noise: float, draws: int, random: np.random.Generator) -> Matrix:
    """Draws × nodes: each weight anywhere between (1 - noise) and (1 + noise) of itself. Weights
    count relative to their siblings, so that the groups need no scaling."""
    swing = random.random((draws, len(weights))) * 2 - 1
    return weights * (1 + noise * swing)


def principal(normalised: Matrix, tree: Tree, weights: Vector) -> Vector:
    """Weights of indicators from the first principal component of their group: squared loadings,
    so that none is negative. Groups without three complete units, or with a column that does not
    vary, keep their weights, and so do the groups of groups."""
    found = weights.copy()
    for below in tree.children:
        leaves = below[below < tree.leaves]
        if len(leaves) < len(below) or len(leaves) < 2:
            continue
        part = normalised[:, leaves]
        part = part[~np.isnan(part).any(axis=1)]
        if len(part) < 3 or (part.max(axis=0) == part.min(axis=0)).any():
            continue
        _sizes, vectors = np.linalg.eigh(np.corrcoef(part, rowvar=False))
        found[leaves] = vectors[:, -1] ** 2
    return found
