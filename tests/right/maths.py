"""Right answers to the katas of `maths` in other styles."""

import torch
from torch.nn import functional

from kata.variants import right


@right("the method norm")
def row_lengths(x):
    return x.norm(dim=1)


@right("root of a sum, rows of zeros made harmless first")
def row_lengths(x):
    squares = (x * x).sum(dim=1)
    zero = squares == 0
    return torch.where(zero, 0.0, torch.where(zero, 1.0, squares).sqrt())


@right("einsum, root into zeros through a mask")
def row_lengths(x):
    squares = torch.einsum("rf,rf->r", x, x)
    result = torch.zeros_like(squares)
    result[squares > 0] = squares[squares > 0] ** 0.5
    return result


@right("linalg.norm, axis counted from the end")
def row_lengths(x):
    return torch.linalg.norm(x, ord=2, dim=-1)


@right("distance from the origin")
def row_lengths(x):
    return functional.pairwise_distance(x, torch.zeros_like(x), eps=0.0)


@right("std_mean, constant columns divided by 1")
def standardize(x):
    std, mean = torch.std_mean(x, dim=0, correction=0)
    constant = (x == x[:1]).all(dim=0)
    return (x - mean) / torch.where(constant, 1.0, std)


@right("unbiased=False, constant columns filled with 0")
def standardize(x):
    if len(x) == 0:
        return x.clone()
    varies = x.max(dim=0).values != x.min(dim=0).values
    variance = torch.where(varies, x.var(dim=0, unbiased=False), torch.ones_like(x[0]))
    return torch.where(varies, (x - x.mean(dim=0)) * variance.rsqrt(), torch.zeros_like(x))


@right("only the columns that vary, written into zeros")
def standardize(x):
    result = torch.zeros_like(x)
    varies = (x != x[:1]).any(dim=0)
    columns = x[:, varies]
    centered = columns - columns.mean(dim=0, keepdim=True)
    result[:, varies] = centered / centered.pow(2).mean(dim=0, keepdim=True).sqrt()
    return result


@right("in float64, a deviation of rounding errors counts as none")
def standardize(x):
    wide = x if x.device.type == "mps" else x.double()
    centered = wide - wide.mean(dim=0)
    squares = torch.einsum("rc,rc->c", centered, centered) / max(len(x), 1)
    constant = squares.detach().sqrt() <= 1e-14 * wide.detach().abs().sum(dim=0)
    std = torch.where(constant, 1.0, squares).sqrt()
    return torch.where(constant, 0.0, centered / std).to(x.dtype)


@right("sums of 0 replaced by 1")
def normalize_rows(x):
    total = x.sum(1)[:, None]
    return x / torch.where(total == 0, torch.ones_like(total), total)


@right("einsum with the inverse of the sums")
def normalize_rows(x):
    total = x.sum(dim=-1)
    empty = total == 0
    shares = 1 / total.masked_fill(empty, 1.0)
    return torch.einsum("rc,r->rc", x, shares.masked_fill(empty, 0.0))


@right("transposed, so that plain broadcasting fits")
def normalize_rows(x):
    columns = x.T
    total = columns.sum(dim=0)
    return (columns / (total + (total == 0))).T


@right("only the rows that hold something, written into zeros")
def normalize_rows(x):
    result = torch.zeros_like(x)
    some = x.any(dim=1)
    result[some] = x[some] / x[some].sum(dim=1, keepdim=True)
    return result


@right("entry by entry, then sum")
def matrix_product(a, b):
    if a.size(-1) != b.size(-2):
        raise ValueError(f"the sizes do not fit: a has {a.size(-1)} columns, b has {b.size(-2)} rows")
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(dim=-2)


@right("rows against columns of a transposed b")
def matrix_product(a, b):
    if a.shape[-1] != b.shape[-2]:
        raise ValueError("b: the number of its rows is not the number of columns of a")
    return torch.sum(a[..., :, None, :] * b.mT[..., None, :, :], dim=-1)


@right("einsum, its operands with numbered axes")
def matrix_product(a, b):
    if not a.shape[-1] == b.shape[-2]:
        raise ValueError(f"a @ b needs equal inner sizes: {tuple(a.shape)}, {tuple(b.shape)}")
    return torch.einsum(a, [..., 0, 1], b, [..., 1, 2], [..., 0, 2])


@right("einsum without an arrow, over batches of one shape")
def matrix_product(a, b):
    if a.shape[-1] != b.shape[-2]:
        raise ValueError("inner sizes of a and b differ")
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = a.expand(*batch, *a.shape[-2:]), b.expand(*batch, *b.shape[-2:])
    return torch.einsum("...xy,...yz", a, b)


@right("cdist without its shortcut, half types in float32")
def pairwise_distances(a, b):
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"a has {a.shape[-1]} features, b has {b.shape[-1]}")
    wide = a.dtype if a.dtype in (torch.float32, torch.float64) else torch.float32
    found = torch.cdist(a.to(wide), b.to(wide), compute_mode="donot_use_mm_for_euclid_dist")
    return found.to(a.dtype)


@right("sum of squares, coincident pairs made harmless before the root")
def pairwise_distances(a, b):
    if a.size(1) != b.size(1):
        raise ValueError("b needs the features of a")
    gaps = a[:, None, :] - b[None, :, :]
    squares = torch.einsum("nmf,nmf->nm", gaps, gaps)
    zero = squares == 0
    return squares.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


@right("pairwise_distance of repeated points, without its eps")
def pairwise_distances(a, b):
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"b has shape {tuple(b.shape)}")
    n, m = len(a), len(b)
    left, right_side = a.repeat_interleave(m, dim=0), b.repeat(n, 1)
    return functional.pairwise_distance(left, right_side, eps=0.0).reshape(n, m)


@right("the method norm over the first axis")
def pairwise_distances(a, b):
    if a.shape[1:] != b.shape[1:]:
        raise ValueError("a and b differ in their features")
    return (a.T.unsqueeze(2) - b.T.unsqueeze(1)).norm(p=2, dim=0)


@right("indices of max")
def predicted_class(scores):
    return torch.max(scores, dim=1).indices


@right("the other one of equal scores: last place after sorting")
def predicted_class(scores):
    return scores.argsort(dim=-1)[:, -1]


@right("topk")
def predicted_class(scores):
    return scores.topk(1, dim=1)[1].squeeze(1)


@right("the last one of equal scores: a mask times the class numbers")
def predicted_class(scores):
    numbers = torch.arange(scores.shape[1], device=scores.device)
    return ((scores == scores.amax(dim=1, keepdim=True)) * numbers).amax(dim=1)


@right("scatter_add_")
def count_labels(labels, classes):
    if ((labels < 0) + (labels >= classes)).any():
        raise ValueError(f"labels out of range(0, {classes})")
    counts = labels.new_zeros(classes)
    return counts.scatter_add_(0, labels, torch.ones_like(labels))


@right("each label compared with each class")
def count_labels(labels, classes):
    marks = labels[:, None] == torch.arange(classes, device=labels.device)
    if not marks.any(dim=1).all():
        raise ValueError("found labels that are no class")
    return marks.sum(dim=0)


@right("one_hot")
def count_labels(labels, classes):
    if labels.numel() and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"the labels must be below {classes} and not negative")
    return torch.nn.functional.one_hot(labels, classes).sum(dim=0)


@right("index_add")
def count_labels(labels, classes):
    if torch.any(labels != labels.clamp(0, classes - 1)):
        raise ValueError("labels: out of range")
    counts = torch.zeros(classes, dtype=torch.int64, device=labels.device)
    return counts.index_add(0, labels, torch.ones_like(labels))


@right("accumulating index_put")
def count_labels(labels, classes):
    if labels.lt(0).any() or labels.ge(classes).any():
        raise ValueError("labels: every one needs a class of its own")
    counts = torch.zeros(classes, dtype=torch.long, device=labels.device)
    counts.index_put_((labels,), labels.new_ones(()), accumulate=True)
    return counts


@right("places in the sorted labels")
def count_labels(labels, classes):
    ordered = labels.sort().values
    edges = torch.searchsorted(ordered, torch.arange(classes + 1, device=labels.device))
    if edges[0] > 0 or edges[-1] < len(labels):
        raise ValueError(f"labels must be classes, from 0 to {classes - 1}")
    return edges.diff()
