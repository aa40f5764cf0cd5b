"""The wrong answers to the katas of `maths` once more, each from its sentence alone and in another style."""

import torch
from torch.nn import functional

from kata.variants import rewritten

# row_lengths


@rewritten("Without a `dim`, `norm` takes the length of the whole matrix")
def row_lengths(x):
    return torch.linalg.vector_norm(x)


@rewritten("You measured the columns")
def row_lengths(x):
    return x.norm(dim=0)


@rewritten("You stopped at the sum of squares")
def row_lengths(x):
    return torch.einsum("ij,ij->i", x, x)


@rewritten("You added up the sizes of the entries, so (3, 4) gives 7")
def row_lengths(x):
    return torch.linalg.vector_norm(x, ord=1, dim=-1)


@rewritten("You took the mean of the squares before the root")
def row_lengths(x):
    return torch.linalg.vector_norm(x, dim=1) / x.size(1) ** 0.5


@rewritten("Your lengths are right, but the root")
def row_lengths(x):
    return torch.pow(torch.square(x).sum(-1), 0.5)


@rewritten("Adding 1e-12 under the root keeps the gradient finite")
def row_lengths(x):
    return torch.sqrt(torch.sum(x**2, 1) + 1e-12)


@rewritten("keepdim=True leaves an axis of size 1: your result is (rows, 1)")
def row_lengths(x):
    return torch.linalg.vector_norm(x, dim=1)[:, None]


@rewritten("Going through float32 loses digits of float64 rows. Keep the dtype, or go to a wider one only.")
def row_lengths(x):
    return torch.linalg.vector_norm(x.to(torch.float32), dim=1).to(x.dtype)


@rewritten("`x *= x` writes the squares")
def row_lengths(x):
    lengths = torch.linalg.vector_norm(x, dim=1)
    with torch.no_grad():
        x.square_()
    return lengths


@rewritten("You went through the rows one by one. With `dim=1`")
def row_lengths(x):
    if not len(x):
        return x.sum(1)
    return torch.stack([torch.linalg.vector_norm(row) for row in x])


# standardize


def _constant(x):
    return (x == x[:1]).all(dim=0)


def _wide(x):
    return x if x.dtype == torch.float64 else x.float()


def _divided(x, centred, deviation):
    """Right from here on: constant columns become 0, whatever their deviation."""
    constant = _constant(x)
    safe = torch.where(constant, torch.ones_like(deviation), deviation)
    return torch.where(constant, torch.zeros_like(centred), centred / safe).to(x.dtype)


def _parts(x):
    wide = _wide(x)
    centred = wide - wide.mean(0)
    return centred, centred.square().mean(0)


def _root(x, variance):
    return torch.where(_constant(x), torch.ones_like(variance), variance).sqrt()


@rewritten("`std` divides by n - 1 unless you say otherwise")
def standardize(x):
    centred, variance = _parts(x)
    count = x.size(0)
    return _divided(x, centred, _root(x, variance * count / max(count - 1, 1)))


@rewritten("You took one mean and one deviation of the whole matrix")
def standardize(x):
    wide = _wide(x)
    centred = wide - wide.mean()
    deviation = centred.square().mean().sqrt()
    return _divided(x, centred, deviation.expand(x.shape[1:]))


@rewritten("You standardized the rows")
def standardize(x):
    turned = x.T
    centred, variance = _parts(turned)
    return _divided(turned, centred, _root(turned, variance)).T


@rewritten("A constant column has the deviation 0, and 0 / 0 is NaN")
def standardize(x):
    wide = _wide(x)
    return ((wide - wide.mean(0, keepdim=True)) / wide.std(0, unbiased=False)).to(x.dtype)


@rewritten("Adding 1e-8 to the deviation avoids")
def standardize(x):
    centred, variance = _parts(x)
    return _divided(x, centred, _root(x, variance) + 1e-8)


@rewritten("You squared `x - x.mean(dim=0)` and asked")
def standardize(x):
    centred, variance = _parts(x)
    flat = variance == 0
    deviation = torch.where(flat, torch.ones_like(variance), variance).sqrt()
    return torch.where(flat, torch.zeros_like(centred), centred / deviation).to(x.dtype)


@rewritten("`std` computes a single column in another way")
def standardize(x):
    wide = _wide(x)
    deviation = torch.std(wide, 0, correction=0)
    flat = deviation == 0
    centred = wide - wide.mean(0)
    safe = deviation.masked_fill(flat, 1)
    return (centred / safe).masked_fill(flat, 0).to(x.dtype)


@rewritten("You divided by the variance")
def standardize(x):
    centred, variance = _parts(x)
    return _divided(x, centred, variance)


@rewritten("You subtracted the mean and stopped")
def standardize(x):
    centred, variance = _parts(x)
    return _divided(x, centred, torch.ones_like(variance))


@rewritten("You divided by the standard deviation, but left the mean")
def standardize(x):
    _, variance = _parts(x)
    return _divided(x, _wide(x), _root(x, variance))


@rewritten("You stretched each column to the range")
def standardize(x):
    if not x.numel():
        return x.clone()
    wide = _wide(x)
    low, high = wide.amin(0), wide.amax(0)
    return _divided(x, wide - low, high - low)


@rewritten("The values are right, but you filled in 0 after dividing")
def standardize(x):
    centred, variance = _parts(x)
    return (centred / variance.sqrt()).masked_fill(_constant(x), 0).to(x.dtype)


@rewritten("The mean of squares minus the squared mean")
def standardize(x):
    wide = _wide(x)
    mean = wide.mean(0)
    variance = (wide * wide).mean(0) - mean * mean
    return _divided(x, wide - mean, _root(x, variance))


@rewritten("You detached mean and deviation")
def standardize(x):
    wide = _wide(x)
    with torch.no_grad():
        _, variance = _parts(x)
        mean, deviation = wide.mean(0), _root(x, variance)
    return _divided(x, wide - mean, deviation)


@rewritten("A single row comes back as it was")
def standardize(x):
    if x.size(0) < 2:
        return x.clone()
    centred, variance = _parts(x)
    return _divided(x, centred, _root(x, variance))


@rewritten("`x -= x.mean(dim=0)` changes the caller's matrix")
def standardize(x):
    centred, variance = _parts(x)
    result = _divided(x, centred, _root(x, variance))
    with torch.no_grad():
        x.sub_(x.mean(0))
    return result


@rewritten("Going through float32 loses digits of float64 columns")
def standardize(x):
    narrow = x.float()
    centred = narrow - narrow.mean(0)
    return _divided(x, centred, _root(x, centred.square().mean(0)))


@rewritten("You went through the columns one by one")
def standardize(x):
    columns = []
    for j in range(x.size(1)):
        column = x[:, j : j + 1]
        centred, variance = _parts(column)
        columns.append(_divided(column, centred, _root(column, variance)))
    return torch.cat(columns, 1) if columns else x.clone()


# normalize_rows


def _shares(x, sums):
    """Right from here on: a row of zeros stays one."""
    empty = (x == 0).all(1, keepdim=True)
    return (_wide(x) / torch.where(empty, torch.ones_like(sums), sums)).to(x.dtype)


def _sums(x):
    return _wide(x).sum(1, keepdim=True)


@rewritten("Without keepdim the sums, (rows,), are laid")
def normalize_rows(x):
    wide = _wide(x)
    sums = wide.sum(dim=1)
    return (wide / sums.masked_fill(sums == 0, 1)).to(x.dtype)


@rewritten("You divided each column by its sum")
def normalize_rows(x):
    sums = _wide(x).sum(0, keepdim=True)
    return (_wide(x) / torch.where(sums == 0, torch.ones_like(sums), sums)).to(x.dtype)


@rewritten("You divided by the sum of the whole matrix")
def normalize_rows(x):
    return _shares(x, _wide(x).sum().expand(x.size(0), 1))


@rewritten("A row of zeros has the sum 0, and 0 / 0 is NaN")
def normalize_rows(x):
    return (_wide(x) / _sums(x)).to(x.dtype)


@rewritten("You replaced the NaN after dividing")
def normalize_rows(x):
    shares = _wide(x) / _sums(x)
    return torch.where(shares.isnan(), torch.zeros_like(shares), shares).to(x.dtype)


@rewritten("Adding 1e-8 to every sum")
def normalize_rows(x):
    return torch.div(_wide(x), _sums(x) + 1e-8).to(x.dtype)


@rewritten("softmax takes the exp of the entries first")
def normalize_rows(x):
    return _shares(x, _sums(x)) * 0 + torch.where((x == 0).all(1, keepdim=True), torch.zeros_like(x), x.softmax(1))


@rewritten("`functional.normalize` divides by the Euclidean length")
def normalize_rows(x):
    return _shares(x, torch.linalg.vector_norm(_wide(x), dim=1, keepdim=True))


@rewritten("`functional.normalize` with p=1 keeps the sums")
def normalize_rows(x):
    return x / x.sum(1, keepdim=True).clamp(min=1e-12)


@rewritten("You divided by the largest entry of each row")
def normalize_rows(x):
    return _shares(x, _wide(x).amax(1, keepdim=True)) if x.size(1) else x.clone()


@rewritten("You detached the sums")
def normalize_rows(x):
    with torch.no_grad():
        sums = _sums(x)
    return _shares(x, sums)


@rewritten("A row of zeros came out as equal shares")
def normalize_rows(x):
    empty = (x == 0).all(1, keepdim=True)
    return torch.where(empty, torch.full_like(x, 1 / max(x.size(1), 1)), _shares(x, _sums(x)))


@rewritten("`x /= ...` overwrites the caller's matrix")
def normalize_rows(x):
    shares = _shares(x, _sums(x))
    with torch.no_grad():
        x.copy_(shares)
    return shares


@rewritten("Going through float32 loses digits of float64 rows. Keep the dtype, or go to a wider one only.")
def normalize_rows(x):
    narrow = x.float()
    return _shares(narrow, _sums(narrow)).to(x.dtype)


@rewritten("You went through the rows one by one. A sum")
def normalize_rows(x):
    rows = [_shares(x[i : i + 1], _sums(x[i : i + 1])) for i in range(x.size(0))]
    return torch.vstack(rows) if rows else x.clone()


# matrix_product


def _fits(a, b):
    if a.size(-1) != b.size(-2):
        raise ValueError(f"b: {b.size(-2)} rows for {a.size(-1)} columns")


def _product(a, b):
    return (_wide(a).unsqueeze(-1) * _wide(b).unsqueeze(-3)).sum(-2).to(a.dtype)


@rewritten("`*` multiplies entry by entry")
def matrix_product(a, b):
    _fits(a, b)
    return torch.mul(a, b)


@rewritten("`@` is the operator that you are to do without")
def matrix_product(a, b):
    _fits(a, b)
    return torch.matmul(a, b)


@rewritten("`functional.linear` is a matrix product too")
def matrix_product(a, b):
    _fits(a, b)
    if b.dim() == 2:
        return functional.linear(a, b.T)
    return _product(a, b)


@rewritten("Your einsum names two axes of each and no more")
def matrix_product(a, b):
    _fits(a, b)
    return torch.einsum("rk,kc->rc", a, b)


@rewritten("Your einsum gives the batch a letter")
def matrix_product(a, b):
    _fits(a, b)
    return torch.einsum("nrk,nkc->nrc", a, b)


@rewritten("Your einsum multiplies rows by rows")
def matrix_product(a, b):
    _fits(a, b)
    return torch.einsum("...rk,...ck->...rc", a, b)


@rewritten("After your arrow stands `...ji`")
def matrix_product(a, b):
    _fits(a, b)
    return _product(a, b).mT


@rewritten("You left `...` out after the arrow")
def matrix_product(a, b):
    _fits(a, b)
    product = _product(a, b)
    return product.flatten(0, -3).sum(0) if product.dim() > 2 else product


@rewritten("Inner sizes of 1 and 3 went through")
def matrix_product(a, b):
    if a.size(-1) != b.size(-2) and 1 not in (a.size(-1), b.size(-2)):
        raise ValueError("b does not fit")
    return torch.einsum("...rk,...kc->...rc", a, b)


@rewritten("Sizes that do not fit end in einsum's RuntimeError")
def matrix_product(a, b):
    if a.size(-1) != b.size(-2) and 1 in (a.size(-1), b.size(-2)):
        raise ValueError("b does not fit")
    return torch.einsum("...rk,...kc->...rc", a, b)


@rewritten("Your products stand as (..., rows, inner, columns)")
def matrix_product(a, b):
    _fits(a, b)
    return torch.sum(a[..., None] * b[..., None, :, :], dim=-1)


@rewritten("You added the products up over dim=1")
def matrix_product(a, b):
    _fits(a, b)
    return torch.sum(a[..., None] * b[..., None, :, :], dim=1)


@rewritten("Your code demands equal batches")
def matrix_product(a, b):
    _fits(a, b)
    if a.shape[:-2] != b.shape[:-2]:
        raise ValueError("a and b: other batches")
    return _product(a, b)


@rewritten("Going through float32 loses digits of float64 matrices")
def matrix_product(a, b):
    _fits(a, b)
    return _product(a.float(), b.float()).to(a.dtype)


@rewritten("`.detach()` leaves autograd: nothing that is behind b")
def matrix_product(a, b):
    _fits(a, b)
    return _product(a, b.data)


@rewritten("You looped over the inner axis")
def matrix_product(a, b):
    _fits(a, b)
    total = (a[..., :1].sum(-1, keepdim=True) * b[..., :1, :].sum(-2, keepdim=True)) * 0
    for k in range(a.size(-1)):
        total = total + a[..., :, k, None] * b[..., None, k, :]
    return total


@rewritten("You went through the batch one matrix after the other")
def matrix_product(a, b):
    _fits(a, b)
    lead = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    left = a.expand(*lead, *a.shape[-2:]).reshape(-1, *a.shape[-2:])
    right = b.expand(*lead, *b.shape[-2:]).reshape(-1, *b.shape[-2:])
    products = [_product(one, other) for one, other in zip(left, right, strict=True)]
    shape = (*lead, a.size(-2), b.size(-1))
    return torch.stack(products).reshape(shape) if products else a.new_zeros(shape)


# pairwise_distances


def _same_space(a, b):
    if a.size(1) != b.size(1):
        raise ValueError(f"b: {b.size(1)} features, not {a.size(1)}")


def _differences(a, b):
    return a[:, None, :] - b[None, :, :]


@rewritten("Your distances are squared")
def pairwise_distances(a, b):
    _same_space(a, b)
    return _differences(a, b).pow(2).sum(2)


@rewritten("Your distances are right, but the root of the sum of squares is infinitely steep")
def pairwise_distances(a, b):
    _same_space(a, b)
    return _differences(a, b).pow(2).sum(2).pow(0.5)


@rewritten("The shortcut |a|^2 + |b|^2 - 2ab")
def pairwise_distances(a, b):
    _same_space(a, b)
    squared = a.pow(2).sum(1)[:, None] + b.pow(2).sum(1)[None, :] - 2 * torch.einsum("nf,mf->nm", a, b)
    positive = squared > 0
    return torch.where(positive, torch.where(positive, squared, torch.ones_like(squared)).sqrt(), 0 * squared)


@rewritten("From 26 points on `torch.cdist` subtracts squares")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.cdist(_wide(a), _wide(b)).to(a.dtype)


@rewritten("`functional.pairwise_distance` adds 1e-6")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.linalg.vector_norm(_differences(a, b) + 1e-6, dim=-1)


@rewritten("You compared point i of a with point i of b only")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.linalg.vector_norm(a - b, dim=-1)


@rewritten("Your table is (m, n)")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.linalg.vector_norm(_differences(b, a), dim=-1)


@rewritten("You added up the sizes of the differences")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.linalg.vector_norm(_differences(a, b), ord=1, dim=-1)


@rewritten("Adding 1e-12 under the root tames the gradient")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.sqrt((_differences(a, b) ** 2).sum(-1) + 1e-12)


@rewritten("Points with one feature went through with points of three")
def pairwise_distances(a, b):
    if a.size(1) != b.size(1) and 1 not in (a.size(1), b.size(1)):
        raise ValueError("b has other features")
    return torch.linalg.vector_norm(_differences(a, b), dim=-1)


@rewritten("You averaged the squares over the features")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.linalg.vector_norm(_differences(a, b), dim=-1) / a.size(1) ** 0.5


@rewritten("`.detach()` on b cuts it off")
def pairwise_distances(a, b):
    _same_space(a, b)
    with torch.no_grad():
        fixed = b.clone()
    return torch.linalg.vector_norm(_differences(a, fixed), dim=-1)


@rewritten("Going through float32 loses digits of float64 points")
def pairwise_distances(a, b):
    _same_space(a, b)
    return torch.linalg.vector_norm(_differences(a.float(), b.float()), dim=-1).to(a.dtype)


@rewritten("You went through the points of a one by one")
def pairwise_distances(a, b):
    _same_space(a, b)
    rows = [torch.linalg.vector_norm(point - b, dim=-1) for point in a]
    return torch.stack(rows) if rows else a.new_zeros(0, len(b))


# predicted_class


@rewritten("`argmax()` without a dim")
def predicted_class(scores):
    return torch.argmax(scores)


@rewritten("argmax along dim=0")
def predicted_class(scores):
    return scores.max(0).indices


@rewritten("`max(dim=1)` gives a pair")
def predicted_class(scores):
    return torch.max(scores, 1)


@rewritten("You gave the highest scores themselves")
def predicted_class(scores):
    return scores.amax(1)


@rewritten("keepdim=True leaves an axis of size 1: your result is (batch, 1)")
def predicted_class(scores):
    return scores.topk(1).indices


@rewritten("softmax rounds close scores")
def predicted_class(scores):
    return scores.softmax(-1).max(-1).indices


@rewritten("sigmoid rounds large scores")
def predicted_class(scores):
    return torch.sigmoid(scores).argmax(-1)


@rewritten("You took the lowest score")
def predicted_class(scores):
    return torch.min(scores, 1).indices


@rewritten("You compared the scores without their sign")
def predicted_class(scores):
    return scores.abs().max(1)[1]


@rewritten("float32 cannot tell close float64 scores apart")
def predicted_class(scores):
    return scores.to(torch.float32).max(1)[1]


@rewritten("Your classes are int32")
def predicted_class(scores):
    return scores.max(1).indices.to(torch.int32)


@rewritten("You marked the highest score in each row")
def predicted_class(scores):
    return functional.one_hot(scores.argmax(1), scores.size(1))


@rewritten("A bare `squeeze` also removes the batch axis")
def predicted_class(scores):
    return scores.topk(1).indices.squeeze()


@rewritten("Where two classes share the highest score, `nonzero`")
def predicted_class(scores):
    return torch.where(scores == scores.amax(1, keepdim=True))[1]


@rewritten("You gave a list of Python numbers")
def predicted_class(scores):
    return [int(index) for index in scores.argmax(1)]


@rewritten("You went through the samples one by one. `argmax`")
def predicted_class(scores):
    found = [row.argmax() for row in scores]
    return torch.stack(found) if found else scores.argmax(1)


# count_labels


def _are_classes(labels, classes):
    if torch.any(labels < 0) or torch.any(labels >= classes):
        raise ValueError(f"labels go beyond {classes} classes")


@rewritten("`counts[labels] += 1` writes once")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    counts = labels.new_zeros(classes)
    counts[labels] = counts[labels] + 1
    return counts


@rewritten("bincount stops at the largest label")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    return torch.bincount(labels)


@rewritten("`unique` counts only the classes that occur")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    _, counts = labels.sort().values.unique_consecutive(return_counts=True)
    return counts


@rewritten("Your counts are float32")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    return torch.zeros(classes, device=labels.device).index_add(0, labels, torch.ones_like(labels).float())


@rewritten("A label of `classes` or more makes your result longer")
def count_labels(labels, classes):
    if labels.lt(0).any():
        raise ValueError("labels below 0")
    return torch.bincount(labels, minlength=classes)


@rewritten("A negative label ends in bincount's RuntimeError")
def count_labels(labels, classes):
    if labels.ge(classes).any():
        raise ValueError("labels too large")
    return labels.bincount(minlength=classes)


@rewritten("A label -1 was counted for the last class")
def count_labels(labels, classes):
    if labels.ge(classes).any() or labels.lt(-classes).any():
        raise ValueError("labels out of range")
    return torch.bincount(labels % classes, minlength=classes)


@rewritten("Labels that are no class are left out")
def count_labels(labels, classes):
    return torch.eq(labels, torch.arange(classes, device=labels.device)[:, None]).sum(1)


@rewritten("The label `classes` passed your check")
def count_labels(labels, classes):
    if labels.lt(0).any() or labels.gt(classes).any():
        raise ValueError("labels out of range")
    return labels.bincount(minlength=classes)


@rewritten("Without labels there is no largest one")
def count_labels(labels, classes):
    low, high = labels.aminmax()
    if low < 0 or high >= classes:
        raise ValueError("labels out of range")
    return labels.bincount(minlength=classes)


@rewritten("You added up in float16")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    counts = torch.zeros(classes, dtype=torch.float16, device=labels.device)
    return counts.scatter_add(0, labels, torch.ones_like(labels, dtype=torch.float16)).long()


@rewritten("Your counts add up from class to class")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    return (labels <= torch.arange(classes, device=labels.device)[:, None]).sum(1)


@rewritten("Your counts lie on the CPU")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    return torch.bincount(labels.cpu(), minlength=classes)


@rewritten("You looped over the classes")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    return torch.stack([labels.eq(c).sum() for c in range(classes)])


@rewritten("You looped over the labels and added 1")
def count_labels(labels, classes):
    _are_classes(labels, classes)
    counts = [0] * classes
    for label in labels:
        counts[int(label)] += 1
    return torch.tensor(counts, device=labels.device)
