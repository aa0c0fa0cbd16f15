"""Measures of many clips together: FID, diversity, multimodality, and how a method's clips are summed up in one
line.
"""

import numpy as np

PAIRS = 300  # of diversity (Guo et al. 2020), or as many as there are
HALVES = 20  # times that ground truth is parted to see what chance alone gives

# The keys of results.json, in the order of the table, and whose mean over clips they are.
MEANS = (
    "id_max_mm",
    "id_mean_mm",
    "deepest_mm",
    "iv_cm3",
    "iv_surface_cm3",
    "cr_frames",
    "cr_vertices",
    "phy",
    "phy_joints",
    "slip_mm",
    "jerk",
    "hold_success",
    "hand_correct",
    "seconds_per_clip",
)


def frechet(first, second):
    """Fréchet distance of the Gaussians that fit features (N, D) and (M, D) (Heusel et al. 2017):
    |m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^1/2)."""
    means = first.mean(0) - second.mean(0)
    one, two = (np.atleast_2d(np.cov(features, rowvar=False)) for features in (first, second))
    values, axes = np.linalg.eigh(one)
    root = axes * np.sqrt(values.clip(0)) @ axes.T
    # (C1 C2)^1/2 has the trace of (C1^1/2 C2 C1^1/2)^1/2, which is symmetric.
    crossed = np.sqrt(np.linalg.eigvalsh(root @ two @ root).clip(0)).sum()
    return float(means @ means + np.trace(one) + np.trace(two) - 2 * crossed)


def by_chance(features, seed=0):
    """Mean Fréchet distance of random halves of one set (N, D): what is left where nothing differs; None for fewer
    than 4.
    """
    if len(features) < 4:
        return None
    rng, found = np.random.default_rng(seed), []
    for _ in range(HALVES):
        order = rng.permutation(len(features))
        found.append(frechet(features[order[::2]], features[order[1::2]]))
    return float(np.mean(found))


def diversity(features, seed=0):
    """Mean distance of random pairs of features (N, D), never of one with itself; 0 for fewer than two."""
    count = len(features)
    if count < 2:
        return 0.0
    rng = np.random.default_rng(seed)
    first = rng.integers(0, count, PAIRS)
    second = (first + rng.integers(1, count, PAIRS)) % count
    return float(np.linalg.norm(features[first] - features[second], axis=1).mean())


def multimodality(groups):
    """Mean distance between answers to one prompt, over all pairs: groups (P, K, D) of K features for each of P
    prompts.
    """
    groups = np.asarray(groups, float)
    first, second = np.triu_indices(groups.shape[1], 1)
    return float(np.linalg.norm(groups[:, first] - groups[:, second], axis=-1).mean())


def summary(rows, features, truth, groups=None):
    """One method's clips as the figures of results.json.

    rows: the clips' measures, dicts of numbers or None, with "rank" of the asked action; features (N, 32) of them,
    truth (M, 32) of the ground truth's, the same array where these clips are it; groups (P, K, 32) or None, see
    `multimodality`.
    """
    found = {name: mean(rows, name) for name in MEANS}
    rank = np.array([row["rank"] for row in rows])
    found |= {"top1": float((rank < 1).mean()), "top3": float((rank < 3).mean())}
    found["fid"] = by_chance(features) if features is truth else frechet(features, truth)
    found["diversity"] = diversity(features)
    found["multimodality"] = None if groups is None else multimodality(groups)
    return found


def mean(rows, name):
    """Mean of what the clips have of one measure; None where no clip has it."""
    values = [row[name] for row in rows if row.get(name) is not None]
    return float(np.mean(values)) if values else None
