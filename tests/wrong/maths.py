"""Wrong answers to the katas of `maths`."""

import torch
from torch.nn import functional

from kata.variants import wrong


@wrong("Without a `dim`, `norm` takes the length of the whole matrix, one number. Ask for `dim=1`: one for each row.")
def row_lengths(x):
    return x.norm()


@wrong("You measured the columns: with dim=0 the rows disappear. Add along dim=1, so that one number a row stays.")
def row_lengths(x):
    return torch.linalg.vector_norm(x, dim=0)


@wrong("You stopped at the sum of squares, so (3, 4) gives 25. The length is its square root, 5.")
def row_lengths(x):
    return x.square().sum(dim=1)


@wrong("You added up the sizes of the entries, so (3, 4) gives 7. Euclidean: square them first, the root at the end.")
def row_lengths(x):
    return x.abs().sum(dim=1)


@wrong("You took the mean of the squares before the root, not their sum: every row is too short by a factor.")
def row_lengths(x):
    return x.square().mean(dim=1).sqrt()


@wrong(
    "Your lengths are right, but the root of the sum of squares is infinitely steep at 0, and a row of zeros has a "
    "NaN gradient. `linalg.vector_norm` gives it 0."
)
def row_lengths(x):
    return x.square().sum(dim=1).sqrt()


@wrong(
    "Adding 1e-12 under the root keeps the gradient finite, but a row of zeros is then 1e-6 long, and so is every "
    "shorter row. Treat zeros apart."
)
def row_lengths(x):
    return (x.square().sum(dim=1) + 1e-12).sqrt()


@wrong("keepdim=True leaves an axis of size 1: your result is (rows, 1), and (rows,) was asked for.")
def row_lengths(x):
    return torch.linalg.vector_norm(x, dim=1, keepdim=True)


@wrong("Going through float32 loses digits of float64 rows. Keep the dtype, or go to a wider one only.")
def row_lengths(x):
    return torch.linalg.vector_norm(x.float(), dim=1).to(x.dtype)


@wrong("`x *= x` writes the squares into the caller's matrix. Write `x * x`, which makes a new one.")
def row_lengths(x):
    lengths = torch.linalg.vector_norm(x, dim=1)
    with torch.no_grad():
        x *= x
    return lengths


@wrong("You went through the rows one by one. With `dim=1`, one call measures all of them.")
def row_lengths(x):
    lengths = [torch.linalg.vector_norm(row) for row in x]
    return torch.stack(lengths) if lengths else x.sum(dim=1)


def _scale(x, correction=0):
    """What to divide the columns by: their deviation, or 1 where a column is constant."""
    constant = (x == x[:1]).all(dim=0)
    centered = x - x.mean(dim=0)
    divisor = max(len(x) - correction, 1)
    return (centered.square().sum(dim=0) / divisor).masked_fill(constant, 1.0).sqrt()


@wrong("`std` divides by n - 1 unless you say otherwise. The population standard deviation needs `correction=0`.")
def standardize(x):
    return (x - x.mean(dim=0)) / _scale(x, correction=1)


@wrong("You took one mean and one deviation of the whole matrix. Each column needs its own: dim=0.")
def standardize(x):
    std = x.std(correction=0)
    return (x - x.mean()) / torch.where(std == 0, 1.0, std)


@wrong("You standardized the rows, with dim=1. It is the columns that get mean 0 and deviation 1: dim=0.")
def standardize(x):
    return ((x.T - x.mean(dim=1)) / _scale(x.T)).T


@wrong("A constant column has the deviation 0, and 0 / 0 is NaN. Decide before dividing what such a column returns.")
def standardize(x):
    return (x - x.mean(dim=0)) / x.var(dim=0, correction=0).sqrt()


@wrong("Adding 1e-8 to the deviation avoids 0 / 0, but columns with a small spread no longer get the deviation 1.")
def standardize(x):
    return (x - x.mean(dim=0)) / (x.std(dim=0, correction=0) + 1e-8)


@wrong(
    "You squared `x - x.mean(dim=0)` and asked whether the deviation from that is exactly 0: for seven times 0.1 "
    "rounding leaves 7e-9, and you divide by it. Compare the entries with the first row."
)
def standardize(x):
    centered = x - x.mean(dim=0)
    variance = centered.square().mean(dim=0)
    return centered / variance.masked_fill(variance == 0, 1.0).sqrt()


@wrong(
    "`std` computes a single column in another way than several, and for seven times 0.1 it is not exactly 0 there. "
    "To find constant columns, compare the entries instead of asking for `std == 0`."
)
def standardize(x):
    std = x.std(dim=0, correction=0)
    return (x - x.mean(dim=0)) / torch.where(std == 0, 1.0, std)


@wrong("You divided by the variance. The standard deviation is its square root.")
def standardize(x):
    return (x - x.mean(dim=0)) / _scale(x).square()


@wrong("You subtracted the mean and stopped. Divide by the standard deviation of each column too.")
def standardize(x):
    return x - x.mean(dim=0)


@wrong("You divided by the standard deviation, but left the mean where it was. Subtract it from each column first.")
def standardize(x):
    constant = (x == x[:1]).all(dim=0)
    return (x / _scale(x)).masked_fill(constant, 0.0)


@wrong("You stretched each column to the range from 0 to 1. Subtract its mean, and divide by its standard deviation.")
def standardize(x):
    if len(x) == 0:
        return x * 1
    low, high = x.amin(dim=0), x.amax(dim=0)
    return (x - low) / torch.where(high == low, 1.0, high - low)


@wrong("The values are right, but you filled in 0 after dividing: 0 / 0 leaves NaN in the gradient. Fill in before.")
def standardize(x):
    constant = (x == x[:1]).all(dim=0)
    centered = x - x.mean(dim=0)
    return torch.where(constant, 0.0, centered / centered.square().mean(dim=0).sqrt())


@wrong(
    "The mean of squares minus the squared mean cancels far from 0: at 10000 nothing is left. Subtract the mean first."
)
def standardize(x):
    constant = (x == x[:1]).all(dim=0)
    variance = x.square().mean(dim=0) - x.mean(dim=0).square()
    return (x - x.mean(dim=0)) / variance.masked_fill(constant, 1.0).sqrt()


@wrong("You detached mean and deviation, so the gradient treats them as constants. They depend on `x`: keep them in.")
def standardize(x):
    return (x - x.mean(dim=0).detach()) / _scale(x.detach())


@wrong("A single row comes back as it was. Each of its columns is constant, and becomes 0.")
def standardize(x):
    if len(x) == 1:
        return x * 1
    return (x - x.mean(dim=0)) / _scale(x)


@wrong("`x -= x.mean(dim=0)` changes the caller's matrix. Write `x - x.mean(dim=0)`, which makes a new one.")
def standardize(x):
    std = _scale(x)
    x -= x.mean(dim=0)
    return x / std


@wrong("Going through float32 loses digits of float64 columns. Keep the dtype, or go to a wider one only.")
def standardize(x):
    wide = x.float()
    return ((wide - wide.mean(dim=0)) / _scale(wide)).to(x.dtype)


@wrong("You went through the columns one by one. With `dim=0`, one call gives the mean of all of them.")
def standardize(x):
    columns = [(column - column.mean()) / _scale(column) for column in x.T]
    return torch.stack(columns, dim=1) if columns else x * 1


def _filled(total):
    return total.masked_fill(total == 0, 1.0)


@wrong(
    "Without keepdim the sums, (rows,), are laid along the columns: a square matrix gets the wrong ones, others "
    "fail. Keep the axis with `keepdim=True`."
)
def normalize_rows(x):
    return x / _filled(x.sum(dim=1))


@wrong("You divided each column by its sum: dim=0 adds up the rows. Add along dim=1.")
def normalize_rows(x):
    return x / _filled(x.sum(dim=0))


@wrong("You divided by the sum of the whole matrix, so all entries together sum to 1. Each row should on its own.")
def normalize_rows(x):
    return x / _filled(x.sum())


@wrong(
    "A row of zeros has the sum 0, and 0 / 0 is NaN. Such a row should stay zeros: look at the sums before dividing."
)
def normalize_rows(x):
    return x / x.sum(dim=1, keepdim=True)


@wrong(
    "You replaced the NaN after dividing: the values are right, but 0 / 0 leaves NaN in the gradient. Fill in before."
)
def normalize_rows(x):
    total = x.sum(dim=1, keepdim=True)
    return torch.where(total == 0, 0.0, x / total)


@wrong("Adding 1e-8 to every sum avoids 0 / 0, but small rows such as (1e-7, 3e-7) then sum to less than 1.")
def normalize_rows(x):
    return x / (x.sum(dim=1, keepdim=True) + 1e-8)


@wrong("softmax takes the exp of the entries first. Here the entries are shares already: divide them by their sum.")
def normalize_rows(x):
    return torch.softmax(x, dim=1)


@wrong(
    "`functional.normalize` divides by the Euclidean length unless told p=1: your squares sum to 1, not the entries."
)
def normalize_rows(x):
    return x / _filled(torch.linalg.vector_norm(x, dim=1, keepdim=True))


@wrong(
    "`functional.normalize` with p=1 keeps the sums above 1e-12, which float16 rounds to 0: there, a row of zeros is "
    "still NaN. Look for sums of 0 yourself."
)
def normalize_rows(x):
    return functional.normalize(x, p=1.0, dim=1)


@wrong("You divided by the largest entry of each row, so that one becomes 1. Divide by the sum of the row.")
def normalize_rows(x):
    if x.shape[1] == 0:
        return x * 1
    return x / _filled(x.amax(dim=1, keepdim=True))


@wrong("You detached the sums, so the gradient treats them as constants. They depend on `x`: keep them in.")
def normalize_rows(x):
    return x / _filled(x.sum(dim=1, keepdim=True).detach())


@wrong("A row of zeros came out as equal shares of 1. It has nothing to share out: it stays zeros.")
def normalize_rows(x):
    total = x.sum(dim=1, keepdim=True)
    return torch.where(total == 0, 1 / max(x.shape[1], 1), x / _filled(total))


@wrong("`x /= ...` overwrites the caller's matrix. Write `x / ...`, which makes a new one.")
def normalize_rows(x):
    x /= _filled(x.sum(dim=1, keepdim=True))
    return x


@wrong("Going through float32 loses digits of float64 rows. Keep the dtype, or go to a wider one only.")
def normalize_rows(x):
    wide = x.float()
    return (wide / _filled(wide.sum(dim=1, keepdim=True))).to(x.dtype)


@wrong("You went through the rows one by one. A sum with `dim=1` and `keepdim=True` serves all rows at once.")
def normalize_rows(x):
    rows = [row / _filled(row.sum()) for row in x]
    return torch.stack(rows) if rows else x * 1


def _require_fit(a, b):
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"b must have {a.shape[-1]} rows, not {b.shape[-2]}")


@wrong(
    "`*` multiplies entry by entry. A matrix product adds up, over the inner axis, a row's entries times a column's."
)
def matrix_product(a, b):
    _require_fit(a, b)
    return a * b


@wrong("`@` is the operator that you are to do without. Write the sum of products yourself, or as an `einsum`.")
def matrix_product(a, b):
    _require_fit(a, b)
    return a @ b


@wrong("`functional.linear` is a matrix product too, and off limits here. Use `einsum`, or products and a sum.")
def matrix_product(a, b):
    _require_fit(a, b)
    if b.dim() == 2:
        return functional.linear(a, b.T)
    return torch.einsum("...ik,...kj->...ij", a, b)


@wrong("Your einsum names two axes of each and no more, so a batch fails. `...` stands for any axes before them.")
def matrix_product(a, b):
    _require_fit(a, b)
    return torch.einsum("ik,kj->ij", a, b)


@wrong(
    "Your einsum gives the batch a letter, so it takes exactly one batch axis in both: plain matrices and other "
    "batches fail. Write `...` there."
)
def matrix_product(a, b):
    _require_fit(a, b)
    return torch.einsum("bik,bkj->bij", a, b)


@wrong(
    "Your einsum multiplies rows by rows, `...ik,...jk`: that is a times b transposed. The inner axis of b comes first."
)
def matrix_product(a, b):
    _require_fit(a, b)
    return torch.einsum("...ik,...jk->...ij", a, b)


@wrong("After your arrow stands `...ji`, so the product is transposed. Rows of a come first: `...ij`.")
def matrix_product(a, b):
    _require_fit(a, b)
    return torch.einsum("...ik,...kj->...ji", a, b)


@wrong("You left `...` out after the arrow, so the products of a batch are added up. Keep the batch: `->...ij`.")
def matrix_product(a, b):
    _require_fit(a, b)
    return torch.einsum("...ik,...kj->ij", a, b)


@wrong(
    "Inner sizes of 1 and 3 went through: einsum stretches a size of 1 without a word. Compare a's columns with b's "
    "rows first, and raise ValueError."
)
def matrix_product(a, b):
    if a.shape[-1] != b.shape[-2] and 1 not in (a.shape[-1], b.shape[-2]):
        raise ValueError("b does not fit a")
    return torch.einsum("...ik,...kj->...ij", a, b)


@wrong("Sizes that do not fit end in einsum's RuntimeError. Compare them first, and raise a ValueError that names `b`.")
def matrix_product(a, b):
    if 1 in (a.shape[-1], b.shape[-2]):
        _require_fit(a, b)
    return torch.einsum("...ik,...kj->...ij", a, b)


@wrong(
    "Your products stand as (..., rows, inner, columns), and you added up the columns. Add over the inner axis: dim=-2."
)
def matrix_product(a, b):
    _require_fit(a, b)
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(dim=-1)


@wrong(
    "You added the products up over dim=1, right for plain matrices only. With a batch before, the inner axis is -2."
)
def matrix_product(a, b):
    _require_fit(a, b)
    return (a.unsqueeze(-1) * b.unsqueeze(-3)).sum(dim=1)


@wrong("Your code demands equal batches of a and b. Batches of (2, 1) and (5,) broadcast, and so do one and many.")
def matrix_product(a, b):
    _require_fit(a, b)
    if a.shape[:-2] != b.shape[:-2]:
        raise ValueError("b has another batch")
    return torch.einsum("...ik,...kj->...ij", a, b)


@wrong("Going through float32 loses digits of float64 matrices. Keep the dtype, or go to a wider one only.")
def matrix_product(a, b):
    _require_fit(a, b)
    return torch.einsum("...ik,...kj->...ij", a.float(), b.float()).to(a.dtype)


@wrong("`.detach()` leaves autograd: nothing that is behind b can learn. Work on the tensors themselves.")
def matrix_product(a, b):
    _require_fit(a, b)
    return torch.einsum("...ik,...kj->...ij", a, b.detach())


@wrong(
    "You looped over the inner axis and added up outer products. An `einsum`, or one product and a sum, needs no loop."
)
def matrix_product(a, b):
    _require_fit(a, b)
    total = a[..., :, :1].sum(-1, keepdim=True) * b[..., :1, :].sum(-2, keepdim=True)
    for k in range(1, a.shape[-1]):
        total = total + a[..., :, k : k + 1] * b[..., k : k + 1, :]
    return total


@wrong("You went through the batch one matrix after the other. With `...`, einsum takes all of them in one call.")
def matrix_product(a, b):
    _require_fit(a, b)
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    flat = [x.expand(*batch, *x.shape[-2:]).reshape(batch.numel(), *x.shape[-2:]) for x in (a, b)]
    products = [torch.einsum("ik,kj->ij", *pair) for pair in zip(*flat, strict=True)]
    if not products:
        return torch.einsum("...ik,...kj->...ij", a, b)
    return torch.stack(products).reshape(*batch, a.shape[-2], b.shape[-1])


def _require_features(a, b):
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"b must have {a.shape[1]} features, not {b.shape[1]}")


@wrong("Your distances are squared: 25 between (0, 0) and (3, 4). Take the root.")
def pairwise_distances(a, b):
    _require_features(a, b)
    return (a.unsqueeze(1) - b).square().sum(dim=2)


@wrong(
    "Your distances are right, but the root of the sum of squares is infinitely steep at 0: where two points "
    "coincide, the gradient is NaN."
)
def pairwise_distances(a, b):
    _require_features(a, b)
    return (a.unsqueeze(1) - b).square().sum(dim=2).sqrt()


@wrong(
    "The shortcut |a|^2 + |b|^2 - 2ab subtracts large numbers from each other: nearby points lose their distance, "
    "and far from the origin all do. Subtract the points first."
)
def pairwise_distances(a, b):
    _require_features(a, b)
    squares = a.square().sum(1)[:, None] + b.square().sum(1) - 2 * a @ b.T
    zero = squares <= 0
    return squares.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


@wrong(
    "From 26 points on `torch.cdist` subtracts squares to be fast, and coincident points are no longer 0 apart. "
    "compute_mode='donot_use_mm_for_euclid_dist' turns that off."
)
def pairwise_distances(a, b):
    _require_features(a, b)
    wide = a.dtype if a.dtype in (torch.float32, torch.float64) else torch.float32
    return torch.cdist(a.to(wide), b.to(wide)).to(a.dtype)


@wrong("`functional.pairwise_distance` adds 1e-6 to every difference, so coincident points are not 0 apart: set eps=0.")
def pairwise_distances(a, b):
    _require_features(a, b)
    return functional.pairwise_distance(a.unsqueeze(1), b)


@wrong("You compared point i of a with point i of b only. Every point of a meets every point of b: (n, m).")
def pairwise_distances(a, b):
    _require_features(a, b)
    return torch.linalg.vector_norm(a - b, dim=1)


@wrong("Your table is (m, n): rows belong to the points of a, columns to those of b. It is the transpose.")
def pairwise_distances(a, b):
    _require_features(a, b)
    return torch.linalg.vector_norm(b.unsqueeze(1) - a, dim=2)


@wrong("You added up the sizes of the differences: that is the way along the axes. Euclidean: squares, sum, root.")
def pairwise_distances(a, b):
    _require_features(a, b)
    return (a.unsqueeze(1) - b).abs().sum(dim=2)


@wrong("Adding 1e-12 under the root tames the gradient, but coincident points are then 1e-6 apart. Treat them apart.")
def pairwise_distances(a, b):
    _require_features(a, b)
    return ((a.unsqueeze(1) - b).square().sum(dim=2) + 1e-12).sqrt()


@wrong(
    "Points with one feature went through with points of three: a size of 1 broadcasts. Compare, and raise ValueError."
)
def pairwise_distances(a, b):
    if a.shape[1] != b.shape[1] and 1 not in (a.shape[1], b.shape[1]):
        raise ValueError("b does not fit a")
    return torch.linalg.vector_norm(a.unsqueeze(1) - b, dim=2)


@wrong("You averaged the squares over the features before the root. Euclidean distance takes their sum.")
def pairwise_distances(a, b):
    _require_features(a, b)
    squares = (a.unsqueeze(1) - b).square().sum(dim=2) / max(a.shape[1], 1)
    zero = squares == 0
    return squares.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


@wrong("`.detach()` on b cuts it off from autograd: the gradient reaches a only. Leave it out.")
def pairwise_distances(a, b):
    _require_features(a, b)
    return torch.linalg.vector_norm(a.unsqueeze(1) - b.detach(), dim=2)


@wrong("Going through float32 loses digits of float64 points. Keep the dtype, or go to a wider one only.")
def pairwise_distances(a, b):
    _require_features(a, b)
    return torch.linalg.vector_norm(a.float().unsqueeze(1) - b.float(), dim=2).to(a.dtype)


@wrong("You went through the points of a one by one. `a.unsqueeze(1) - b` has the differences of all pairs at once.")
def pairwise_distances(a, b):
    _require_features(a, b)
    rows = [torch.linalg.vector_norm(point - b, dim=1) for point in a]
    return torch.stack(rows) if rows else a.new_zeros(0, len(b)) + a.sum()


@wrong("`argmax()` without a dim gives one place in the flattened tensor. Classes lie along dim=1: one answer a row.")
def predicted_class(scores):
    return scores.argmax()


@wrong("argmax along dim=0 looks for the best sample of each class. Classes lie along dim=1.")
def predicted_class(scores):
    return scores.argmax(dim=0)


@wrong("`max(dim=1)` gives a pair of values and indices. Only its `indices` are asked for, or use `argmax`.")
def predicted_class(scores):
    return scores.max(dim=1)


@wrong("You gave the highest scores themselves. Asked for is where they stand: `indices`, or `argmax`.")
def predicted_class(scores):
    return scores.max(dim=1).values


@wrong("keepdim=True leaves an axis of size 1: your result is (batch, 1), and (batch,) was asked for.")
def predicted_class(scores):
    return scores.argmax(dim=1, keepdim=True)


@wrong(
    "softmax rounds close scores to equal probabilities, so the first one wins. It is not needed: compare the scores."
)
def predicted_class(scores):
    return torch.softmax(scores, dim=1).argmax(dim=1)


@wrong(
    "sigmoid rounds large scores such as 200 and 201 to the same 1. It is not needed: compare the scores themselves."
)
def predicted_class(scores):
    return torch.sigmoid(scores).argmax(dim=1)


@wrong("You took the lowest score. The class that is preferred has the highest one: argmax, not argmin.")
def predicted_class(scores):
    return scores.argmin(dim=1)


@wrong("You compared the scores without their sign. -5 is less than 2, however large it looks: leave `abs` out.")
def predicted_class(scores):
    return scores.abs().argmax(dim=1)


@wrong("float32 cannot tell close float64 scores apart, so the first one wins. Compare them in their own dtype.")
def predicted_class(scores):
    return scores.float().argmax(dim=1)


@wrong("Your classes are int32. Indices are int64 in PyTorch, which is what argmax gives: leave the conversion out.")
def predicted_class(scores):
    return scores.argmax(dim=1).int()


@wrong("You marked the highest score in each row with a 1. Asked for is its index, one number for each row.")
def predicted_class(scores):
    return functional.one_hot(scores.argmax(dim=1), scores.shape[1])


@wrong("A bare `squeeze` also removes the batch axis where the batch is 1. Say which axis: `squeeze(1)`.")
def predicted_class(scores):
    return scores.argmax(dim=1, keepdim=True).squeeze()


@wrong("Where two classes share the highest score, `nonzero` finds both, and your result is too long. Settle on one.")
def predicted_class(scores):
    return (scores == scores.amax(dim=1, keepdim=True)).nonzero()[:, 1]


@wrong("You gave a list of Python numbers. Keep them together in the tensor that argmax gives.")
def predicted_class(scores):
    return scores.argmax(dim=1).tolist()


@wrong("You went through the samples one by one. `argmax` with `dim=1` answers for all of them in one call.")
def predicted_class(scores):
    found = [row.argmax() for row in scores]
    return torch.stack(found) if found else scores.argmax(dim=1)


def _require_range(labels, classes):
    if ((labels < 0) | (labels >= classes)).any():
        raise ValueError(f"labels must be at least 0 and less than {classes}")


@wrong("`counts[labels] += 1` writes once for each place, so a repeated label is counted once. Use `bincount`.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    counts = torch.zeros(classes, dtype=torch.int64, device=labels.device)
    counts[labels] += 1
    return counts


@wrong("bincount stops at the largest label, so the last classes are missing. Ask for `minlength=classes`.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    return torch.bincount(labels)


@wrong("`unique` counts only the classes that occur: one without labels is missing, and the others move up.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    return labels.unique(return_counts=True)[1]


@wrong("Your counts are float32. Counts are whole numbers: give int64.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    return torch.histc(labels.float(), bins=classes, min=0, max=classes)


@wrong("A label of `classes` or more makes your result longer. Refuse it with a ValueError that names `labels`.")
def count_labels(labels, classes):
    if (labels < 0).any():
        raise ValueError("labels must not be negative")
    return torch.bincount(labels, minlength=classes)


@wrong(
    "A negative label ends in bincount's RuntimeError. Look for it before, and raise a ValueError that names `labels`."
)
def count_labels(labels, classes):
    if (labels >= classes).any():
        raise ValueError(f"labels must be less than {classes}")
    return torch.bincount(labels, minlength=classes)


@wrong("A label -1 was counted for the last class, as in Python's indexing. Refuse negative labels with a ValueError.")
def count_labels(labels, classes):
    if (labels >= classes).any():
        raise ValueError(f"labels must be less than {classes}")
    return torch.bincount(labels % classes, minlength=classes)


@wrong("Labels that are no class are left out without a word. Refuse them with a ValueError that names `labels`.")
def count_labels(labels, classes):
    return (labels.unsqueeze(1) == torch.arange(classes, device=labels.device)).sum(dim=0)


@wrong("The label `classes` passed your check: classes count from 0, so it is one too many. Refuse it, with `>=`.")
def count_labels(labels, classes):
    if ((labels < 0) | (labels > classes)).any():
        raise ValueError(f"labels must be at least 0 and less than {classes}")
    return torch.bincount(labels, minlength=classes)[:classes]


@wrong("Without labels there is no largest one, and `max` fails. `any()` of a comparison also works for none.")
def count_labels(labels, classes):
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must be at least 0 and less than {classes}")
    return torch.bincount(labels, minlength=classes)


@wrong("You added up in float16, which knows no whole number above 2048 exactly. Count in int64.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    counts = torch.bincount(labels, minlength=classes)
    return counts.half().clamp(max=2048).long()


@wrong("Your counts add up from class to class, as with `cumsum`. Give the count of each class alone.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    return torch.bincount(labels, minlength=classes).cumsum(0)


@wrong("Your counts lie on the CPU, wherever the labels are. Make them with `device=labels.device`.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    return torch.bincount(labels.cpu(), minlength=classes)


@wrong("You looped over the classes. One comparison of all labels with all classes, or `bincount`, does without.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    return torch.stack([(labels == label).sum() for label in range(classes)])


@wrong("You looped over the labels and added 1 for each. `bincount` counts all of them in one call.")
def count_labels(labels, classes):
    _require_range(labels, classes)
    counts = torch.zeros(classes, dtype=torch.int64, device=labels.device)
    for label in labels.tolist():
        counts[label] += 1
    return counts
