"""Linear regression from scratch: predict, measure, step, and the answer that training should come near to."""

import torch
from torch import Tensor


def predict(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Predict one number for each sample: its features, each times its own weight, added up, plus the bias.

    Args:
        x: (samples, features), float16, bfloat16, float32 or float64. Either size may be 0; without features,
            every prediction is the bias.
        weight: (features,), with the dtype and device of `x`.
        bias: (), a tensor without axes, with the dtype and device of `x`.

    Returns:
        (samples,), also for one sample or one feature, with the dtype and device of `x`, computed with at least
        the precision of that dtype.

    Rules:
        No Python loop. Gradients flow to `x`, `weight` and `bias`; inputs are not modified. All of torch's own
        functions are allowed.

    Example:
        >>> x = torch.tensor([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
        >>> predict(x, torch.tensor([10.0, -1.0]), torch.tensor(0.5))
        tensor([10.5000, 19.5000, -2.5000])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
    """
    return x @ weight + bias


def mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Measure how far predictions are off: the mean, over all entries, of the squared differences.

    Predictions of shape (n, 1) and targets of shape (n,) would stretch to an (n, n) table in which every
    prediction meets every target. So two shapes that differ are an error, also where they would broadcast.
    Without entries there is no mean, and the result is NaN.

    Args:
        prediction: (...), any shape, float16, bfloat16, float32 or float64; the sum of the squared differences
            fits the dtype.
        target: the shape, dtype and device of `prediction`.

    Returns:
        (), a tensor with the dtype and device of `prediction`, computed with at least the precision of that
        dtype: in float32, 10000 and 10001 are 1 apart.

    Raises:
        ValueError: naming `target`, when its shape is not that of `prediction`.

    Rules:
        No Python loop. Gradients flow to `prediction` and to `target`, and where both are equal the gradient is
        0; inputs are not modified. All of torch's own functions are allowed.

    Example:
        >>> mean_squared_error(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
        tensor(4.5000)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
    """
    if prediction.shape != target.shape:
        raise ValueError(f"target {tuple(target.shape)} must have the shape {tuple(prediction.shape)} of prediction")
    return (prediction - target).square().mean()


def gradient_step(weight: Tensor, bias: Tensor, x: Tensor, y: Tensor, learning_rate: float) -> Tensor:
    """Take one step of gradient descent: change `weight` and `bias` so that their line fits the samples better.

    Each of the two moves against the gradient of the mean squared error, by `learning_rate` times that gradient.
    Both gradients are those at the place before the step.

    Args:
        weight: (features,), float32 or float64, a leaf tensor that requires grad, in any memory layout. Its
            `grad` is None or zeros. Written to.
        bias: (), likewise, with the dtype and device of `weight`. Written to.
        x: (samples, features), with that dtype and device; at least one sample and one feature.
        y: (samples,), with that dtype and device.
        learning_rate: a float from 0.

    Returns:
        (), with that dtype and device: the mean squared error before the step, detached from its graph.

    Raises:
        ValueError: naming `y`, or `target` as `mean_squared_error` does, when the shape of `y` is not
            (samples,), also where it would broadcast. `weight` and `bias` are then as they were.

    Rules:
        The step is in place: the new numbers lie in the memory of the old ones, so that whoever else looks at
        that memory sees them. Afterwards `weight` and `bias` are still leaves that require grad, and no gradient
        is left behind: the `grad` of each is None or zeros. `x` and `y` are not modified. No Python loop over
        samples or features. Using `predict` and `mean_squared_error` is allowed.

    Example:
        >>> weight = torch.tensor([1.0], requires_grad=True)
        >>> bias = torch.tensor(0.0, requires_grad=True)
        >>> gradient_step(weight, bias, torch.tensor([[1.0], [2.0]]), torch.tensor([2.0, 4.0]), learning_rate=0.1)
        tensor(2.5000)
        >>> weight, bias
        (tensor([1.5000], requires_grad=True), tensor(0.3000, requires_grad=True))

    Source:
        https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation
    """
    loss = mean_squared_error(predict(x, weight, bias), target=y)
    loss.backward()
    with torch.no_grad():  # the update is not part of the model
        for parameter in (weight, bias):
            parameter.sub_(learning_rate * parameter.grad)
            parameter.grad = None  # or the next backward adds to it
    return loss.detach()


def least_squares(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Find the line, for several features the plane, with the least mean squared error, in closed form.

    Training can only come near to that error: it is the bound to measure a trained line by. For the ten points
    of the example it is 0.4028.

    Where columns of `x` are collinear, or there are few samples, many weights have the least error. This gives
    the shortest of them, the weight with the least sum of squares; the bias does not count. So two equal columns
    share their weight in halves, a constant column has the weight 0, and a single sample is met by the bias alone.

    Columns that only rounding keeps from being collinear count as collinear: temperatures in degrees Celsius and
    in kelvin, or a column of seven times 0.1 that is constant. That rounding is as large as the entries of `x` make
    it, before anything is subtracted. But in float64, columns that differ by a millionth of their size are two
    columns: the weights that gave `y` are found to six digits.

    Args:
        x: (samples, features), float32 or float64; finite; at least one sample and one feature, in any number,
            also more features than samples. Columns, other than those of zeros, are of like size: within a factor
            of 1000 of each other.
        y: (samples,), with the dtype and device of `x`; finite.

    Returns:
        The tuple (weight, bias): (features,) and (), with the dtype and device of `x`, computed with at least the
        precision of that dtype. Nothing is added to the error to keep the weights small.

    Raises:
        ValueError: naming `y`, when its shape is not (samples,).

    Rules:
        Inputs are not modified. No gradient is promised. All of torch's own functions are allowed.

    Example:
        >>> x = torch.arange(10.0).reshape(10, 1)
        >>> y = torch.tensor([1.0, 1.3, 3.1, 2.0, 5.0, 6.3, 6.6, 7.4, 8.0, 9.0])
        >>> least_squares((x - x.mean()) / x.std(correction=0), y)
        (tensor([2.7069]), tensor(4.9700))

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.linalg.pinv.html
    """
    if y.shape != x.shape[:1]:
        raise ValueError(f"y {tuple(y.shape)} must be one number for each row of x {tuple(x.shape)}")
    # Around the means there is no bias to find, and what comes out shortest is the weight alone.
    centered = x - x.mean(dim=0)
    rounding = len(x) * torch.finfo(x.dtype).eps * torch.linalg.matrix_norm(x)
    weight = torch.linalg.pinv(centered, atol=rounding) @ (y - y.mean())
    return weight, (y - x @ weight).mean()


def fit_line(
    x: Tensor, y: Tensor, learning_rate: float, epochs: int, batch_size: int, seed: int
) -> tuple[Tensor, Tensor, list[float]]:
    """Train a line by stochastic gradient descent: a step for each batch, in a new random order every epoch.

    Training starts at weight 0 and bias 0: the error of a line is a bowl, and every start leads to its lowest
    place. An epoch draws a new order of all samples and takes them in batches of `batch_size`; the last batch may
    be smaller. Each batch makes one step of gradient descent on its own mean squared error, as `gradient_step` does.

    The chapter trains on the ten points below with a learning rate of 0.001 for 200 epochs, in batches of 1. From
    its random start (`torch.manual_seed(1)`), its loop ends at weight 2.6696 and bias 4.8797, and an error of
    0.4123. From 0, the error is then within 5 % of the least one, which has weight 2.7069 and bias 4.97.

    Args:
        x: (samples, features), float32 or float64; at least one sample and one feature.
        y: (samples,), with the dtype and device of `x`.
        learning_rate: a float from 0.
        epochs: an int from 0; without an epoch, weight and bias stay 0.
        batch_size: samples in a batch, an int; it may be larger than the number of samples.
        seed: an int from 0. The orders depend on it and on nothing that happened before: the same call gives the
            same result. In each epoch, every order of the samples comes up with some seed or other.

    Returns:
        The tuple (weight, bias, losses): (features,) and (), with the dtype and device of `x`, neither requires
        grad; and a list of `epochs` Python floats. The loss of an epoch is the mean over all samples, each with
        the same vote also in a smaller last batch, of the squared error that a sample had when its batch came
        up, before the step of that batch.

    Raises:
        ValueError: naming `batch_size`, when it is below 1; naming `y`, when its shape is not (samples,).

    Rules:
        `x` and `y` are not modified, nor are the global random states. Using `gradient_step` is allowed.

    Example:
        >>> x = torch.arange(10.0).reshape(10, 1)
        >>> y = torch.tensor([1.0, 1.3, 3.1, 2.0, 5.0, 6.3, 6.6, 7.4, 8.0, 9.0])
        >>> x = (x - x.mean()) / x.std(correction=0)
        >>> weight, bias, losses = fit_line(x, y, learning_rate=0.25, epochs=2, batch_size=10, seed=1)
        >>> weight, bias  # one step an epoch: each halves what is left to the least squares
        (tensor([2.0302]), tensor(3.7275))
        >>> [round(loss, 2) for loss in losses]
        [32.43, 8.41]

    Source:
        Raschka, Liu and Mirjalili, Machine Learning with PyTorch and Scikit-Learn, chapter 12: building a linear
        regression model
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    if y.shape != x.shape[:1]:
        raise ValueError(f"y {tuple(y.shape)} must be one number for each row of x {tuple(x.shape)}")
    weight = x.new_zeros(x.shape[1]).requires_grad_()
    bias = x.new_zeros(()).requires_grad_()
    generator = torch.Generator().manual_seed(seed)  # our own: the global one belongs to the caller
    losses = []
    for _ in range(epochs):
        total = x.new_zeros(())
        for batch in torch.randperm(len(x), generator=generator).split(batch_size):
            total += len(batch) * gradient_step(weight, bias, x[batch], y[batch], learning_rate)
        losses.append((total / len(x)).item())
    return weight.detach(), bias.detach(), losses
