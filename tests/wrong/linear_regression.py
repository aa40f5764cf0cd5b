"""Wrong answers to the katas of `linear_regression`."""

import torch

from kata.variants import wrong

# -- predict -------------------------------------------------------------------------------------------------


@wrong("`x * weight` stops at the products, (samples, features) of them. Add them up along each row: `x @ weight`.")
def predict(x, weight, bias):
    return x * weight + bias


@wrong(
    "You made `weight` a column, so the predictions stand in a column, (samples, 1). Keep it as a vector: a matrix "
    "times a vector is a vector, (samples,)."
)
def predict(x, weight, bias):
    return x @ weight.unsqueeze(1) + bias


@wrong("A bare `squeeze()` took away every axis of size 1, also that of a single sample: (1,) became ().")
def predict(x, weight, bias):
    return (x @ weight.unsqueeze(1)).squeeze() + bias


@wrong("The bias is missing, so every line goes through the origin. Add it to the sum of the weighted features.")
def predict(x, weight, bias):
    return x @ weight + 0 * bias


@wrong(
    "You added the bias to every weight, or to every weighted feature, so it counts once for each feature. Add it "
    "once, after the sum."
)
def predict(x, weight, bias):
    return (x * weight + bias).sum(dim=1)


@wrong("You averaged the weighted features, with `mean(dim=1)`. They are added up, so use the sum.")
def predict(x, weight, bias):
    return (x * weight).mean(dim=1) + bias if x.shape[1] else x @ weight + bias


@wrong(
    "`weight @ x` weighs the samples, not the features: it fits only a square `x`, and is wrong even there. The "
    "matrix comes first: `x @ weight`."
)
def predict(x, weight, bias):
    return weight @ x + bias


@wrong("`bias.item()` is a plain number that autograd cannot follow, so no gradient reaches the bias. Add the tensor.")
def predict(x, weight, bias):
    return x @ weight + bias.item()


@wrong("Under `no_grad` nothing can be learned: no gradient reaches x, weight or bias. Predict without it.")
def predict(x, weight, bias):
    with torch.no_grad():
        return x @ weight + bias


@wrong("Going through float32 loses digits of float64. Compute in the dtype of x, or in a wider one.")
def predict(x, weight, bias):
    return (x.float() @ weight.float() + bias.float()).to(x.dtype)


@wrong("`x *= weight` writes the products into the caller's samples. `x * weight`, or `x @ weight`, makes new ones.")
def predict(x, weight, bias):
    result = x @ weight + bias
    with torch.no_grad():
        x *= weight
    return result


@wrong("You predicted the samples one by one. `x @ weight` takes all rows in one operation.")
def predict(x, weight, bias):
    return torch.stack([row @ weight + bias for row in x]) if len(x) else x @ weight + bias


# -- mean_squared_error --------------------------------------------------------------------------------------


def _same_shape(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError("target: the shape of prediction, please")


@wrong(
    "Shapes that differ went unnoticed: (n, 1) and (n,) were stretched to (n, n), so that each prediction met every "
    "target. Compare the shapes first, and raise ValueError."
)
def mean_squared_error(prediction, target):
    return (prediction - target).square().mean()


@wrong(
    "You refused shapes only where they do not broadcast. (n, 1) and (n,) do, to (n, n), which is the worst case: "
    "compare the shapes themselves."
)
def mean_squared_error(prediction, target):
    try:
        torch.broadcast_shapes(prediction.shape, target.shape)
    except RuntimeError:
        raise ValueError("target does not broadcast") from None
    return (prediction - target).square().mean()


@wrong(
    "You compared the number of entries, and (n, 1) has as many as (n,), (2, 3) as many as (3, 2). Compare `shape`, "
    "not `numel()`."
)
def mean_squared_error(prediction, target):
    if prediction.numel() != target.numel():
        raise ValueError("target: as many entries as prediction, please")
    return (prediction.reshape(-1) - target.reshape(-1)).square().mean()


@wrong(
    "You compared the number of axes, and (3,) has as many as (1,), which then stands for all three. Compare `shape`, "
    "not `dim()`."
)
def mean_squared_error(prediction, target):
    if prediction.dim() != target.dim():
        raise ValueError("target: as many axes as prediction, please")
    return (prediction - target).square().mean()


@wrong(
    "`assert` raises AssertionError, and is left out altogether under `python -O`. For a caller's mistake raise "
    "ValueError and name the argument."
)
def mean_squared_error(prediction, target):
    assert prediction.shape == target.shape, "target: the shape of prediction, please"
    return (prediction - target).square().mean()


@wrong("You added the squares up. Mean: divide by how many there are, or call `mean()` in place of `sum()`.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).square().sum()


@wrong(
    "You divided the sum of squares by the length of the first axis. A table has more entries than rows: divide by "
    "`numel()`, or call `mean()`."
)
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    total = (prediction - target).square().sum()
    return total / (len(prediction) if prediction.dim() and prediction.numel() else prediction.numel())


@wrong("`mean(dim=0)` leaves one error for each column of a table. Without `dim` there is one number for all entries.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).square().mean(dim=0)


@wrong("You took the root at the end. That is the root mean squared error; leave it a mean of squares.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).square().mean().sqrt()


@wrong("You averaged the sizes of the differences, `abs`. Squared: a difference of 3 counts 9.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).abs().mean()


@wrong("You halved the mean, as some books do to make the gradient shorter. Here nothing is divided by 2.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).square().mean() / 2


@wrong("You squared the mean difference, so errors above and below cancel. Square first, then take the mean.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).mean().square()


@wrong(
    "You expanded the square to p * p - 2 * p * t + t * t. For large numbers those nearly cancel, and rounding is "
    "what is left. Subtract first."
)
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction * prediction - 2 * prediction * target + target * target).mean()


@wrong("`item()` makes a plain float, and a loss that autograd cannot follow trains nothing. Return the tensor.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).square().mean().item()


@wrong("You detached the target, so no gradient flows to it. Subtract it as it is.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target.detach()).square().mean()


@wrong("Going through float32 loses digits of float64. Compute in the dtype of the predictions, or in a wider one.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction.float() - target.float()).square().mean().to(prediction.dtype)


@wrong("Without entries you returned 0. There is no mean of nothing: the result is NaN, as `mean` has it.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    return (prediction - target).square().sum() / max(prediction.numel(), 1)


@wrong("`prediction -= target` overwrites the caller's predictions. `prediction - target` makes a new tensor.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    prediction -= target
    return prediction.square().mean()


@wrong("You squared the entries one by one in a loop. Tensors subtract, square and average in one call each.")
def mean_squared_error(prediction, target):
    _same_shape(prediction, target)
    total = prediction.sum() * 0
    for one, other in zip(prediction.reshape(-1), target.reshape(-1), strict=True):
        total = total + (one - other) ** 2
    return total / prediction.numel()


# -- gradient_step -------------------------------------------------------------------------------------------


def _loss(weight, bias, x, y):
    if y.shape != x.shape[:1]:
        raise ValueError("y: one number for each sample, please")
    return (x @ weight + bias - y).square().mean()


def _move(parameters, learning_rate):
    with torch.no_grad():
        for parameter in parameters:
            parameter -= learning_rate * parameter.grad


def _clear(*parameters):
    for parameter in parameters:
        parameter.grad = None


@wrong(
    "Gradients were never cleared, so `backward` adds the new one to all earlier ones. Set `grad` to None, or to "
    "zeros, after the step."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight, bias), learning_rate)
    return loss.detach()


@wrong(
    "You cleared the gradients before the step only, so each call leaves its own behind in `weight.grad` and "
    "`bias.grad`. Clear them after the step."
)
def gradient_step(weight, bias, x, y, learning_rate):
    _clear(weight, bias)
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight, bias), learning_rate)
    return loss.detach()


@wrong("You cleared the gradient of `weight` only: that of `bias` adds up from step to step. Clear both.")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight, bias), learning_rate)
    _clear(weight)
    return loss.detach()


@wrong(
    "You cleared the gradients between `backward` and the step, and stepped by zeros: nothing moves. Clear them "
    "after the step."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    for parameter in (weight, bias):
        parameter.grad.zero_()
    _move((weight, bias), learning_rate)
    return loss.detach()


@wrong("The gradient points uphill, and you added it: the error grows. Subtract it.")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight, bias), -learning_rate)
    _clear(weight, bias)
    return loss.detach()


@wrong(
    "`weight -= ...` outside `torch.no_grad()` is a write into a leaf that autograd watches, and it refuses. The "
    "update is not part of the model: do it under `no_grad`."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    weight -= learning_rate * weight.grad
    bias -= learning_rate * bias.grad
    _clear(weight, bias)
    return loss.detach()


@wrong(
    "`weight = weight - ...` gives a new tensor that name inside your function; the caller's tensor stays as it was. "
    "Write into it: `weight -= ...` or `weight.sub_(...)`."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    old = weight, bias
    loss.backward()
    with torch.no_grad():
        weight = weight - learning_rate * weight.grad
        bias = bias - learning_rate * bias.grad
    _clear(*old)
    return loss.detach()


@wrong(
    "`weight.data = ...` hangs new memory into the tensor, and whoever looks at the old memory sees no step. Write "
    "in place, with `-=` or `sub_`."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    for parameter in (weight, bias):
        parameter.data = parameter.data - learning_rate * parameter.grad
    _clear(weight, bias)
    return loss.detach()


@wrong("Only `weight` took the step, and `bias` stayed where it was. Move both.")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight,), learning_rate)
    _clear(weight, bias)
    return loss.detach()


@wrong(
    "You moved `weight` first, and computed the gradient of `bias` at its new place. Both gradients belong to the "
    "place before the step: compute both, then move."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight,), learning_rate)
    _clear(weight, bias)
    _loss(weight, bias, x, y).backward()
    _move((bias,), learning_rate)
    _clear(weight, bias)
    return loss.detach()


@wrong(
    "Your gradient is half of the right one: the 2 from deriving the square is missing. The gradient of the mean of "
    "squares is the mean of 2 * error * x."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    (loss / 2).backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)
    return loss.detach()


@wrong(
    "You went down the sum of the squared errors, so a step is too long by the number of samples. Take the gradient "
    "of their mean."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    (loss * len(y)).backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)
    return loss.detach()


@wrong("The learning rate was left out: you subtracted the whole gradient. Multiply it by `learning_rate` first.")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight, bias), 1.0)
    _clear(weight, bias)
    return loss.detach()


@wrong("You returned the error after the step. What is asked for is the one before it, whose gradient you took.")
def gradient_step(weight, bias, x, y, learning_rate):
    _loss(weight, bias, x, y).backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)
    return _loss(weight, bias, x, y).detach()


@wrong("The loss that you return still holds the graph of this step in memory. Return `loss.detach()`.")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)
    return loss


@wrong("`loss.item()` is a Python float. A tensor without axes is asked for: `loss.detach()`.")
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)
    return loss.item()


@wrong("The step was right, and nothing was returned. Return the error from before the step, detached.")
def gradient_step(weight, bias, x, y, learning_rate):
    _loss(weight, bias, x, y).backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)


@wrong(
    "Nobody looked at the shape of `y`: a column (n, 1) was stretched against the (n,) predictions to (n, n), and the "
    "step goes astray. Raise ValueError unless it is (samples,)."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = (x @ weight + bias - y).square().mean()
    loss.backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)
    return loss.detach()


@wrong(
    "You switched `requires_grad` off for the update and never on again: the next step finds no gradient. Use "
    "`torch.no_grad()`, which ends by itself."
)
def gradient_step(weight, bias, x, y, learning_rate):
    loss = _loss(weight, bias, x, y)
    loss.backward()
    for parameter in (weight, bias):
        parameter.requires_grad_(False)
        parameter -= learning_rate * parameter.grad
        parameter.grad = None
    return loss.detach()


@wrong(
    "You predicted the samples one after another and added up their squared errors. `x @ weight` predicts all of "
    "them in one operation."
)
def gradient_step(weight, bias, x, y, learning_rate):
    if y.shape != x.shape[:1]:
        raise ValueError("y: one number for each sample, please")
    loss = torch.stack([(x[i] @ weight + bias - y[i]) ** 2 for i in range(len(x))]).mean()
    loss.backward()
    _move((weight, bias), learning_rate)
    _clear(weight, bias)
    return loss.detach()


# -- least_squares -------------------------------------------------------------------------------------------


def _check(x, y):
    if y.shape != x.shape[:1]:
        raise ValueError("y: one number for each sample, please")


def _rounding(x):
    return len(x) * torch.finfo(x.dtype).eps * torch.linalg.matrix_norm(x)


def _solved(x, y):
    weight = torch.linalg.pinv(x - x.mean(dim=0), atol=_rounding(x)) @ (y - y.mean())
    return weight, (y - x @ weight).mean()


@wrong(
    "You solved `x @ weight = y` without a bias, so the line goes through the origin, and returned 0 for it. Center "
    "x and y first, and compute the bias from their means."
)
def least_squares(x, y):
    _check(x, y)
    return torch.linalg.pinv(x, atol=_rounding(x)) @ y, y.new_zeros(())


@wrong(
    "The bias that you return is the mean of y. That is right only where every column of x has the mean 0: subtract "
    "what the weight makes of the means of x."
)
def least_squares(x, y):
    _check(x, y)
    return _solved(x, y)[0], y.mean()


@wrong(
    "A column of ones made the bias one weight among the others, so it took part in being short: a constant column "
    "shares with it. Center x and y, and the shortest weight is found without the bias."
)
def least_squares(x, y):
    _check(x, y)
    ones = torch.cat([x, x.new_ones(len(x), 1)], dim=1)
    solution = torch.linalg.pinv(ones, atol=_rounding(x)) @ y
    return solution[:-1], solution[-1]


@wrong(
    "You solved the normal equations, with x.T @ x. They have no unique solution for collinear columns, and `solve` "
    "raises or answers with rounding errors. Use the pseudoinverse of x itself."
)
def least_squares(x, y):
    _check(x, y)
    ones = torch.cat([x, x.new_ones(len(x), 1)], dim=1)
    try:
        solution = torch.linalg.solve(ones.T @ ones, ones.T @ y)
    except torch.linalg.LinAlgError as error:
        raise ArithmeticError(str(error)) from None
    return solution[:-1], solution[-1]


@wrong(
    "You took the pseudoinverse of centered.T @ centered. That product squares what small differences there are "
    "between columns, and a millionth is lost. Take the pseudoinverse of the centered x itself."
)
def least_squares(x, y):
    _check(x, y)
    centered = x - x.mean(dim=0)
    weight = torch.linalg.pinv(centered.T @ centered, atol=_rounding(x) ** 2) @ (centered.T @ (y - y.mean()))
    return weight, (y - x @ weight).mean()


@wrong(
    "You added 1e-6 to the diagonal, which is ridge regression: it shrinks the weights, and the error is no longer "
    "the least. Collinear columns need the pseudoinverse, not a penalty."
)
def least_squares(x, y):
    _check(x, y)
    centered = x - x.mean(dim=0)
    gram = centered.T @ centered + 1e-6 * torch.eye(x.shape[1], dtype=x.dtype).to(x.device)
    weight = torch.linalg.solve(gram, centered.T @ (y - y.mean()))
    return weight, (y - x @ weight).mean()


@wrong(
    "You told `pinv` to drop everything below a thousandth of the largest singular value, `rtol=1e-3`, so columns "
    "that do differ count as collinear. Drop only what can be rounding: about eps times the norm of x."
)
def least_squares(x, y):
    _check(x, y)
    largest = torch.linalg.matrix_norm(x - x.mean(dim=0), 2)
    atol = torch.maximum(_rounding(x), 1e-3 * largest)
    weight = torch.linalg.pinv(x - x.mean(dim=0), atol=atol) @ (y - y.mean())
    return weight, (y - x @ weight).mean()


@wrong(
    "You left the tolerance of `pinv` as it is, which measures rounding by the centered x. Centering a constant "
    "column, or kelvin, leaves nothing but rounding: measure it by x before, with `atol`."
)
def least_squares(x, y):
    _check(x, y)
    weight = torch.linalg.pinv(x - x.mean(dim=0)) @ (y - y.mean())
    return weight, (y - x @ weight).mean()


@wrong(
    "You centered x but not y. Columns that nearly agree make the weights answer strongly to the little that is left "
    "of the mean of y: subtract the mean from both."
)
def least_squares(x, y):
    _check(x, y)
    weight = torch.linalg.pinv(x - x.mean(dim=0), atol=_rounding(x)) @ y
    return weight, (y - x @ weight).mean()


@wrong(
    "You gave each column the slope that it has on its own, covariance by variance. Columns that go together then "
    "count twice: solve for all weights at once."
)
def least_squares(x, y):
    _check(x, y)
    centered = x - x.mean(dim=0)
    variance = centered.square().sum(dim=0)
    constant = (x == x[:1]).all(dim=0)
    slope = (centered * (y - y.mean())[:, None]).sum(dim=0) / variance.masked_fill(constant, torch.inf)
    return slope, (y - x @ slope).mean()


@wrong("You trained, with 500 steps of gradient descent, and came near. In closed form: `pinv` solves it exactly.")
def least_squares(x, y):
    _check(x, y)
    centered, rest = x - x.mean(dim=0), y - y.mean()
    rate = 1 / centered.square().sum().clamp(min=1e-6)
    weight = x.new_zeros(x.shape[1])
    for _ in range(500):
        weight = weight + rate * (centered.T @ (rest - centered @ weight))
    return weight, (y - x @ weight).mean()


@wrong("You returned (bias, weight). The weight comes first.")
def least_squares(x, y):
    _check(x, y)
    return _solved(x, y)[::-1]


@wrong("`y` as a column made the weight a column too, (features, 1). Return it as a vector, (features,).")
def least_squares(x, y):
    _check(x, y)
    weight, bias = _solved(x, y)
    return weight.unsqueeze(1), bias


@wrong("The bias has an axis of size 1, as a slice of the solution has. Return it as a tensor without axes, ().")
def least_squares(x, y):
    _check(x, y)
    weight, bias = _solved(x, y)
    return weight, bias.unsqueeze(0)


@wrong("You computed in float32, so that a float64 `x` gets float32 digits only. Compute in the dtype of x.")
def least_squares(x, y):
    _check(x, y)
    weight, bias = _solved(x.float(), y.float())
    return weight.to(x.dtype), bias.to(x.dtype)


@wrong(
    "Nobody looked at the shape of `y`. A column (samples, 1), for one, gives a column of weights, and a y of one "
    "number stands for all samples. Raise ValueError unless it is (samples,)."
)
def least_squares(x, y):
    return _solved(x, y)


@wrong("`x -= x.mean(dim=0)` centers the caller's own tensor. `x - x.mean(dim=0)` makes a new one.")
def least_squares(x, y):
    _check(x, y)
    result = _solved(x, y)
    x -= x.mean(dim=0)
    return result


# -- fit_line ------------------------------------------------------------------------------------------------


def _step(weight, bias, x, y, learning_rate):
    loss = (x @ weight + bias - y).square().mean()
    slopes = torch.autograd.grad(loss, (weight, bias))
    with torch.no_grad():
        weight -= learning_rate * slopes[0]
        bias -= learning_rate * slopes[1]
    return loss.detach()


def _start(x, y, batch_size):
    if batch_size < 1:
        raise ValueError("batch_size: at least 1, please")
    _check(x, y)
    return x.new_zeros(x.shape[1]).requires_grad_(), x.new_zeros(()).requires_grad_()


def _generator(seed):
    return torch.Generator().manual_seed(seed)


def _shuffled(x, batch_size, generator):
    return torch.randperm(len(x), generator=generator).split(batch_size)


def _fit(x, y, learning_rate, epochs, batch_size, generator, batches=_shuffled, step=_step):
    weight, bias = _start(x, y, batch_size)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in batches(x, batch_size, generator):
            total += len(batch) * step(weight, bias, x[batch], y[batch], learning_rate).item()
        losses.append(total / len(x))
    return weight.detach(), bias.detach(), losses


@wrong(
    "Nothing was shuffled: every epoch takes the samples in the order in which they lie, whatever the seed. Draw an "
    "order with `randperm`."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def in_order(x, batch_size, generator):
        return torch.arange(len(x)).split(batch_size)

    return _fit(x, y, learning_rate, epochs, batch_size, None, in_order)


@wrong(
    "You drew one order before the loop over the epochs, or seeded anew in each, so all epochs have the same. Seed "
    "once, before the loop, and draw inside it."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def always_the_same(x, batch_size, generator):
        return _shuffled(x, batch_size, _generator(seed))

    return _fit(x, y, learning_rate, epochs, batch_size, None, always_the_same)


@wrong(
    "You cut the samples into batches first and shuffled the batches: neighbours always share a step, and the small "
    "batch may come anywhere. Shuffle the samples, then cut."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def whole_batches(x, batch_size, generator):
        parts = torch.arange(len(x)).split(batch_size)
        return [parts[i] for i in torch.randperm(len(parts), generator=generator).tolist()]

    return _fit(x, y, learning_rate, epochs, batch_size, _generator(seed), whole_batches)


@wrong(
    "`randint` draws the samples of an epoch with replacement: some come twice and others never. `randperm` takes "
    "each once."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def replaced(x, batch_size, generator):
        return torch.randint(len(x), (len(x),), generator=generator).split(batch_size)

    return _fit(x, y, learning_rate, epochs, batch_size, _generator(seed), replaced)


@wrong(
    "x and y were shuffled by two permutations, so the samples carry numbers that are not theirs. Index both with "
    "the same one."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        parts = zip(_shuffled(x, batch_size, generator), _shuffled(x, batch_size, generator), strict=True)
        steps = [len(a) * _step(weight, bias, x[a], y[b], learning_rate).item() for a, b in parts]
        losses.append(sum(steps) / len(x))
    return weight.detach(), bias.detach(), losses


@wrong(
    "The smaller batch at the end of an epoch was dropped, as with `drop_last=True`, and its samples made no step "
    "and are missing in the loss. Keep it."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def full_batches(x, batch_size, generator):
        return [batch for batch in _shuffled(x, batch_size, generator) if len(batch) == batch_size]

    return _fit(x, y, learning_rate, epochs, batch_size, _generator(seed), full_batches)


@wrong("You took one step an epoch, with all samples, and never used `batch_size`. Take a step for each batch.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _start(x, y, batch_size)
    return _fit(x, y, learning_rate, epochs, len(x), _generator(seed))


@wrong(
    "Your loss of an epoch is the mean of the batch means, in which a smaller last batch has a full vote. Weight "
    "each by its number of samples."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        batches = _shuffled(x, batch_size, generator)
        steps = [_step(weight, bias, x[batch], y[batch], learning_rate).item() for batch in batches]
        losses.append(sum(steps) / len(batches))
    return weight.detach(), bias.detach(), losses


@wrong(
    "You added up the means of the batches and divided by the number of samples: each mean was divided already, and "
    "the loss is too small by the batch size. Multiply by the size of the batch first."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        batches = _shuffled(x, batch_size, generator)
        losses.append(sum(_step(weight, bias, x[b], y[b], learning_rate).item() for b in batches) / len(x))
    return weight.detach(), bias.detach(), losses


@wrong(
    "The loss of an epoch is that of its last batch alone, as `loss` is after the loop. It should be the mean over "
    "all samples: add up inside the loop."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        for batch in _shuffled(x, batch_size, generator):
            loss = _step(weight, bias, x[batch], y[batch], learning_rate)
        losses.append(loss.item())
    return weight.detach(), bias.detach(), losses


@wrong(
    "You measured the loss of an epoch at its end, with the line that it arrived at. Collect what each batch had "
    "before its step."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        for batch in _shuffled(x, batch_size, generator):
            _step(weight, bias, x[batch], y[batch], learning_rate)
        losses.append((x @ weight + bias - y).square().mean().item())
    return weight.detach(), bias.detach(), losses


@wrong("The running total was set to 0 before the first epoch only, so the losses add up. Begin each epoch at 0.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias, losses = _fit(x, y, learning_rate, epochs, batch_size, _generator(seed))
    return weight, bias, [sum(losses[: i + 1]) for i in range(epochs)]


@wrong("You collected the loss of every step. `losses` has one for each epoch: average over the batches of it.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        for batch in _shuffled(x, batch_size, generator):
            losses.append(_step(weight, bias, x[batch], y[batch], learning_rate).item())
    return weight.detach(), bias.detach(), losses


@wrong("The losses are tensors. Python floats are asked for: call `item()` on each, best once an epoch.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias, losses = _fit(x, y, learning_rate, epochs, batch_size, _generator(seed))
    return weight, bias, [x.new_tensor(loss) for loss in losses]


@wrong(
    "Gradients were never cleared, so every step goes by the sum of all gradients so far. `gradient_step` leaves "
    "none behind: use it, or clear after each batch."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def never_cleared(weight, bias, x, y, learning_rate):
        loss = (x @ weight + bias - y).square().mean()
        loss.backward()
        _move((weight, bias), learning_rate)
        return loss.detach()

    return _fit(x, y, learning_rate, epochs, batch_size, _generator(seed), step=never_cleared)


@wrong(
    "You cleared the gradients once an epoch, so within an epoch they add up. Every batch brings its own gradient: "
    "clear after each step."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        total = 0.0
        _clear(weight, bias)
        for batch in _shuffled(x, batch_size, generator):
            loss = (x[batch] @ weight + bias - y[batch]).square().mean()
            loss.backward()
            _move((weight, bias), learning_rate)
            total += len(batch) * loss.item()
        losses.append(total / len(x))
    return weight.detach(), bias.detach(), losses


@wrong(
    "You stepped down the sum of the squared errors of a batch, so a step is too long by its number of samples. "
    "Step down their mean."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def summed(weight, bias, x, y, learning_rate):
        return _step(weight, bias, x, y, learning_rate * len(y))

    return _fit(x, y, learning_rate, epochs, batch_size, _generator(seed), step=summed)


@wrong(
    "`torch.manual_seed` sets the random state of the whole program back. Seed a `torch.Generator` of your own and "
    "pass it to `randperm`."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _start(x, y, batch_size)
    torch.manual_seed(seed)
    return _fit(x, y, learning_rate, epochs, batch_size, None)


@wrong(
    "The seed was never used: the orders come from the global random state, and the same call gives another line "
    "each time. Give `randperm` a generator with the seed."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    return _fit(x, y, learning_rate, epochs, batch_size, None)


@wrong(
    "A `torch.Generator` without a seed always starts the same, so all seeds give one line. Call its `manual_seed` "
    "with the seed."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    return _fit(x, y, learning_rate, epochs, batch_size, torch.Generator())


@wrong("You began at a random weight, as the chapter does. Here training starts at weight 0 and bias 0.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, y, batch_size)
    generator, losses = _generator(seed), []
    with torch.no_grad():
        weight += torch.randn(x.shape[1], generator=generator, dtype=x.dtype).to(x.device)
    for _ in range(epochs):
        total = 0.0
        for batch in _shuffled(x, batch_size, generator):
            total += len(batch) * _step(weight, bias, x[batch], y[batch], learning_rate).item()
        losses.append(total / len(x))
    return weight.detach(), bias.detach(), losses


@wrong(
    "You returned the least squares in place of a trained line. Training ends near them, not on them, and where it "
    "ends is what shows whether it is right."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    losses = _fit(x, y, learning_rate, epochs, batch_size, _generator(seed))[2]
    return *_solved(x, y), losses


@wrong(
    "You trained an `nn.Linear` and returned its weight as it is, (1, features), and its bias as (1,). Return "
    "(features,) and ()."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias, losses = _fit(x, y, learning_rate, epochs, batch_size, _generator(seed))
    return weight.unsqueeze(0), bias.unsqueeze(0), losses


@wrong("Weight and bias still require grad, so whatever is computed from them builds a graph. Return both detached.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias, losses = _fit(x, y, learning_rate, epochs, batch_size, _generator(seed))
    return weight.requires_grad_(), bias.requires_grad_(), losses


@wrong("A batch size of 0 was taken for 1, and so was one below 0. Raise ValueError naming `batch_size`.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    return _fit(x, y, learning_rate, epochs, max(batch_size, 1), _generator(seed))


@wrong(
    "Nobody looked at the shape of `y`: a column (n, 1) was stretched against the (n,) predictions to (n, n), and a "
    "`y` longer than `x` lost its end. Raise ValueError unless it is (samples,)."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    weight, bias = _start(x, x[:, 0], batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        total = 0.0
        for batch in _shuffled(x, batch_size, generator):
            total += len(batch) * _step(weight, bias, x[batch], y[batch], learning_rate).item()
        losses.append(total / len(x))
    return weight.detach(), bias.detach(), losses


@wrong(
    "The shape of `y` was looked at in the steps only, where a `y` that is longer than `x` looks right, and where "
    "nobody looks if there is no epoch. Check it before the loop."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    def checked(weight, bias, x, y, learning_rate):
        _check(x, y)
        return _step(weight, bias, x, y, learning_rate)

    weight, bias = _start(x, x[:, 0], batch_size)
    generator, losses = _generator(seed), []
    for _ in range(epochs):
        total = 0.0
        for batch in _shuffled(x, batch_size, generator):
            total += len(batch) * checked(weight, bias, x[batch], y[batch], learning_rate).item()
        losses.append(total / len(x))
    return weight.detach(), bias.detach(), losses


@wrong(
    "You shuffled the caller's own x and y, by writing the shuffled rows back into them. Index them batch by batch, "
    "which makes copies."
)
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    result = _fit(x, y, learning_rate, epochs, batch_size, _generator(seed))
    order = torch.arange(len(x)).roll(1)
    x[:], y[:] = x[order], y[order]
    return result


@wrong("You trained in float32, so that a float64 `x` gets float32 digits only. Compute in the dtype of x.")
def fit_line(x, y, learning_rate, epochs, batch_size, seed):
    _start(x, y, batch_size)
    weight, bias, losses = _fit(x.float(), y.float(), learning_rate, epochs, batch_size, _generator(seed))
    return weight.to(x.dtype), bias.to(x.dtype), losses
