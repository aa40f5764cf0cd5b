"""Wrong answers to the katas of `shapes`, which their specs must reject."""

import math

import numpy as np
import torch

from kata.variants import wrong

# swap_last_two


@wrong(
    "Your result has the right shape, but `reshape` kept the order in which the numbers are read and only moved the "
    "ends of the rows. Exchange the two axes with `transpose`."
)
def swap_last_two(x):
    return x.reshape(*x.shape[:-2], x.shape[-1], x.shape[-2])


@wrong(
    "You reversed all axes, as `.T` does: right for a matrix, but in a batch the last axis came first. Exchange only "
    "the last two."
)
def swap_last_two(x):
    return x.permute(*reversed(range(x.dim())))


@wrong("Axes 0 and 1 are the last two of a matrix only. Count from the end, -2 and -1, and any rank will do.")
def swap_last_two(x):
    return x.transpose(0, 1)


@wrong(
    "Axes 1 and 2 are the last two of a batch of matrices only. Count from the end, -2 and -1, and any rank will do."
)
def swap_last_two(x):
    return x.transpose(1, 2)


@wrong(
    "`movedim(-1, 0)` brings the last axis to the very front, before the batch. It should only change places with the "
    "one before it."
)
def swap_last_two(x):
    return x.movedim(-1, 0)


@wrong("You exchanged the first axis with the last one. Between rows and columns it is -2 and -1.")
def swap_last_two(x):
    return x.transpose(0, -1)


@wrong("The numbers are right, but `contiguous` copied them. `transpose` alone is a view, which costs nothing.")
def swap_last_two(x):
    return x.transpose(-2, -1).contiguous()


@wrong("The underscore of `transpose_` writes the new shape into the caller's own tensor. Use `transpose`.")
def swap_last_two(x):
    return x.transpose_(-2, -1)


@wrong("`.mH` (or `adjoint`) also turns the sign of imaginary parts round. To only exchange the axes use `.mT`.")
def swap_last_two(x):
    return x.mH


@wrong(
    "On the way through NumPy the gradient is lost, and a tensor on an accelerator cannot go that way. PyTorch has a "
    "`transpose` of its own."
)
def swap_last_two(x):
    return torch.from_numpy(x.detach().numpy().swapaxes(-2, -1))


# channels_first


@wrong(
    "`reshape` cut the same row of numbers into other pieces, so the colors of one pixel became neighbours in the "
    "picture. Move the axis with `permute`."
)
def channels_first(images):
    batch, height, width, channels = images.shape
    return images.reshape(batch, channels, height, width)


@wrong(
    "`transpose(1, 3)` puts the channels first but exchanges height and width as well: your pictures lie on their "
    "side. `permute` can keep height before width."
)
def channels_first(images):
    return images.transpose(1, 3).contiguous()


@wrong(
    "The values are in their places, but the memory is in another order: `permute` moves no number, and "
    "`channels_last` keeps the channels last. Add `contiguous()`, without a memory format."
)
def channels_first(images):
    return images.permute(0, 3, 1, 2)


@wrong(
    "`permute(0, 2, 3, 1)` is the way back, from channels first to channels last. In `permute` each place says which "
    "of the old axes comes there."
)
def channels_first(images):
    return images.permute(0, 2, 3, 1).contiguous()


@wrong("You brought the channels before the batch, to axis 0. The batch stays in front: the channels go to axis 1.")
def channels_first(images):
    return images.movedim(-1, 0).contiguous()


@wrong("You turned bytes into float32 from 0 to 1, as torchvision's ToTensor does. Here the numbers and dtype stay.")
def channels_first(images):
    moved = images.permute(0, 3, 1, 2).contiguous()
    return moved.float() / 255 if images.dtype == torch.uint8 else moved


@wrong("You kept the first three channels and cut off the others. An image may have any number: take them all.")
def channels_first(images):
    return images[..., :3].permute(0, 3, 1, 2).contiguous()


@wrong("You removed the axes of size 1 first, so a batch of one image, or one channel, is no batch of images any more.")
def channels_first(images):
    return images.squeeze().permute(0, 3, 1, 2).contiguous()


@wrong("You also turned the order of the channels round, from RGB to BGR. Channel 0 should stay channel 0.")
def channels_first(images):
    return images.flip(-1).permute(0, 3, 1, 2).contiguous()


# drop_axis


@wrong(
    "`squeeze()` without an axis removes every axis of size 1, so a batch of one lost its batch axis too. Name `dim`."
)
def drop_axis(x, dim):
    if x.shape[dim] != 1:
        raise ValueError(f"dim {dim} has size {x.shape[dim]}")
    return x.squeeze()


@wrong(
    "`squeeze(dim)` says nothing when the axis is longer than 1: it returns the tensor with all axes. Check the size "
    "and raise ValueError."
)
def drop_axis(x, dim):
    return x.squeeze(dim)


@wrong("Index 0 along an axis that is longer than 1 throws the rest away. Check its size and raise ValueError.")
def drop_axis(x, dim):
    return x.select(dim, 0)


@wrong("You refuse an axis that is longer than 1, and let one of size 0 through. Its size has to be 1 exactly.")
def drop_axis(x, dim):
    if x.shape[dim] > 1:
        raise ValueError(f"dim {dim} has size {x.shape[dim]}")
    return x.squeeze(dim)


@wrong(
    "An axis that is not 1 long makes `reshape` raise RuntimeError here. Look at the size yourself, and raise "
    "ValueError, which says that an argument is wrong."
)
def drop_axis(x, dim):
    sizes = list(x.shape)
    del sizes[dim]
    return x.reshape(sizes)


@wrong("`assert` raises AssertionError, and not even that under `python -O`. Raise ValueError yourself.")
def drop_axis(x, dim):
    assert x.shape[dim] == 1, f"dim {dim} has size {x.shape[dim]}"
    return x.squeeze(dim)


@wrong(
    "You joined `x.shape[:dim]` and `x.shape[dim + 1:]`. For dim -1 the second part starts at 0, so it is the whole "
    "shape again. Turn a negative `dim` into `dim + x.dim()` first."
)
def drop_axis(x, dim):
    if x.shape[dim] != 1:
        raise ValueError(f"dim {dim} has size {x.shape[dim]}")
    return x.reshape(x.shape[:dim] + x.shape[dim + 1 :])


@wrong("The underscore of `squeeze_` takes the axis from the caller's own tensor. Use `squeeze`, which gives a view.")
def drop_axis(x, dim):
    if x.shape[dim] != 1:
        raise ValueError(f"dim {dim} has size {x.shape[dim]}")
    return x.squeeze_(dim)


@wrong("A sum over one entry is a copy, and a sum of bools or bytes is int64. `squeeze` keeps dtype and memory.")
def drop_axis(x, dim):
    if x.shape[dim] != 1:
        raise ValueError(f"dim {dim} has size {x.shape[dim]}")
    return x.sum(dim)


@wrong("The shape is right, but `clone` copied all numbers. Removing an axis needs no copy: return the view.")
def drop_axis(x, dim):
    if x.shape[dim] != 1:
        raise ValueError(f"dim {dim} has size {x.shape[dim]}")
    return x.squeeze(dim).clone()


@wrong("You ask whether the whole tensor has one element. It is the size of axis `dim` that has to be 1.")
def drop_axis(x, dim):
    if x.numel() != 1:
        raise ValueError(f"dim {dim} is not 1")
    return x.squeeze(dim)


# flatten_samples


@wrong("`flatten()` also melts the batch axis: all samples became one long vector. Start at axis 1.")
def flatten_samples(x):
    return x.flatten()


@wrong(
    "`reshape(len(x), -1)` cannot work out the -1 when the batch has no samples: with 0 numbers every size would fit. "
    "`flatten(1)` multiplies the sizes for you."
)
def flatten_samples(x):
    return x.reshape(len(x), -1)


@wrong(
    "You gave the number of features and left the batch to -1, which cannot be worked out when a sample has no "
    "features. `x.shape[0]` is known: say it."
)
def flatten_samples(x):
    return x.reshape(-1, math.prod(x.shape[1:]))


@wrong("`view` never copies, so it fails for a transposed tensor. `flatten` and `reshape` copy where they must.")
def flatten_samples(x):
    return x.view(x.shape[0], math.prod(x.shape[1:]))


@wrong("You merged the axes 1 and 2, and any further ones are still there. Flatten from axis 1 up to the last.")
def flatten_samples(x):
    return x.flatten(1, 2) if x.dim() > 2 else x


@wrong("You flattened all axes but the last, so every sample is spread over several rows. The first axis has to stay.")
def flatten_samples(x):
    return x.flatten(0, -2)


@wrong(
    "You reshaped to (features, batch) and transposed that, which mixes the samples. Reshape to (batch, features) "
    "at once."
)
def flatten_samples(x):
    return x.reshape(math.prod(x.shape[1:]), x.shape[0]).T


@wrong(
    "Your first axis runs fastest in each row, as in Fortran or Matlab. In PyTorch's reading order the last one does."
)
def flatten_samples(x):
    return x.permute(0, *reversed(range(1, x.dim()))).flatten(1)


@wrong("`squeeze` after flattening takes the batch axis of a batch of one, and the feature axis of a single feature.")
def flatten_samples(x):
    return x.flatten(1).squeeze()


@wrong("Your code flattens one sample after the other. One call of `flatten` or `reshape` does them all.")
def flatten_samples(x):
    rows = [sample.flatten() for sample in x]
    return torch.stack(rows) if rows else x.flatten(1)


@wrong("You left axis 1 as it is and flattened from axis 2 on. Axis 1 belongs to the sample: start there.")
def flatten_samples(x):
    return x.flatten(2) if x.dim() > 2 else x


# repeat_each


@wrong(
    "`repeat` puts whole copies of the tensor one after another, 1, 2, 1, 2, along the first axis. NumPy's `repeat` is "
    "`repeat_interleave` in PyTorch."
)
def repeat_each(x, times):
    return x.repeat(times, *[1] * (x.dim() - 1))


@wrong("Without `dim`, `repeat_interleave` flattens the tensor and repeats single numbers. Name axis 0.")
def repeat_each(x, times):
    return x.repeat_interleave(times)


@wrong("You repeated along the last axis: right for a vector, but in a matrix the columns doubled, not the rows.")
def repeat_each(x, times):
    return x.repeat_interleave(times, dim=-1)


@wrong("Your copies have an axis of their own, (length, times, ...). Merge it with the first: `flatten(0, 1)`.")
def repeat_each(x, times):
    return torch.stack([x] * times, dim=1) if times else x[:0]


@wrong("Every entry came once more than asked for. `times` counts all of them, the first one too.")
def repeat_each(x, times):
    return x.repeat_interleave(times + 1, dim=0)


@wrong("You took 0 `times` for 1. No copies at all is an answer too: a result without entries.")
def repeat_each(x, times):
    return x.repeat_interleave(max(times, 1), dim=0)


@wrong("Sorting brings equal numbers together, but not in the order of the entries, and it takes rows apart.")
def repeat_each(x, times):
    return x.repeat(times, *[1] * (x.dim() - 1)).sort(dim=0).values


@wrong("You copy entry after entry in Python. `repeat_interleave`, or an index for all of them, does it in one go.")
def repeat_each(x, times):
    rows = [x[i] for i in range(len(x)) for _ in range(times)]
    return torch.stack(rows) if rows else x.new_empty(len(x) * times, *x.shape[1:])


@wrong(
    "A new tensor made by `zeros` is float32 on the CPU, and written into it your copies became that too. `new_zeros` "
    "takes dtype and device from `x`."
)
def repeat_each(x, times):
    result = torch.zeros(len(x) * times, *x.shape[1:])
    for i in range(times):
        result[i::times] = x
    return result


@wrong("`detach` takes the values out of autograd, so no gradient reaches `x`. Repeat `x` itself.")
def repeat_each(x, times):
    return x.detach().repeat_interleave(times, dim=0)


# shares_memory


def _address(x):
    return x.untyped_storage().data_ptr()


@wrong(
    "`a.data_ptr()` is the address of the first number, and `x[1:]` begins elsewhere in the same memory. Compare the "
    "addresses of the storages."
)
def shares_memory(a, b):
    return a.numel() > 0 and b.numel() > 0 and a.data_ptr() == b.data_ptr()


@wrong("Equal numbers can lie in two places: `torch.equal` looks at values and shapes. Ask where the numbers lie.")
def shares_memory(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and bool((a.cpu() == b.cpu()).all())


@wrong("`a is b` asks for one and the same Python object. A view is another object on the same memory.")
def shares_memory(a, b):
    return a is b and a.numel() > 0


@wrong(
    "You followed `_base`, autograd's note of what a view was made from. `detach` and `data` leave no such note, and "
    "still look at the same memory. Compare the storages."
)
def shares_memory(a, b):
    first, second = (x if x._base is None else x._base for x in (a, b))
    return first is second and a.numel() > 0 and b.numel() > 0


@wrong(
    "The storages of two empty tensors both have the address 0, so you said that they share. A tensor without elements "
    "shares with none: look at `numel()` first."
)
def shares_memory(a, b):
    return _address(a) == _address(b)


@wrong(
    "You looked for an overlap of the stretches from the first number of each tensor to its last. The two halves of a "
    "tensor share their storage too, without such an overlap."
)
def shares_memory(a, b):
    if a.numel() == 0 or b.numel() == 0 or a.device != b.device:
        return False
    ends = [
        x.data_ptr() + x.element_size() * (1 + sum((n - 1) * s for n, s in zip(x.shape, x.stride()))) for x in (a, b)
    ]
    return a.data_ptr() < ends[1] and b.data_ptr() < ends[0]


@wrong(
    "You wrote other numbers into one tensor to see whether the second one changes, and put the old ones back. Whoever "
    "else looks at that memory meanwhile sees them, and autograd notices the write. Compare the storages' addresses."
)
def shares_memory(a, b):
    if a.numel() == 0 or b.numel() == 0:
        return False
    with torch.no_grad():
        before, kept = b.detach().clone(), a.detach().clone()
        a.copy_(a == 0)
        seen = not torch.equal(b, before)
        a.copy_(kept)
    return seen


@wrong("You asked for the same dtype as well. `x.view(torch.int32)` reads the same memory as other numbers.")
def shares_memory(a, b):
    return min(a.numel(), b.numel()) > 0 and a.dtype == b.dtype and _address(a) == _address(b)


@wrong("`is_set_to` also wants the same shape, strides and offset. A view such as `x[1:]` or `x.T` has others.")
def shares_memory(a, b):
    same_kind = a.device == b.device and a.dtype == b.dtype and min(a.numel(), b.numel()) > 0
    return same_kind and a.is_set_to(b)


@wrong(
    "`np.shares_memory` looks for a number that both see, so for two halves it says no; and `numpy()` fails for "
    "tensors on an accelerator or with requires_grad."
)
def shares_memory(a, b):
    return np.shares_memory(a.numpy(), b.numpy())


@wrong("Only one of the two was checked for having no elements. An empty view of `b` shares with none either.")
def shares_memory(a, b):
    return a.numel() > 0 and _address(a) == _address(b)


# cast_exactly


def _error(dtype):
    return ValueError(f"dtype {dtype} cannot hold every number of x")


@wrong("`to` rounds, cuts off and wraps round without a word. Compare the numbers afterwards, and raise ValueError.")
def cast_exactly(x, dtype):
    return x.to(dtype)


@wrong(
    "There and back is not enough: -1 in int8 becomes 255 in uint8, and on the way back -1 again. Compare the numbers "
    "of the result with those of `x`."
)
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    back = cast.to(x.dtype)
    if not bool(((back == x) | (back.isnan() & x.isnan())).all()):
        raise _error(dtype)
    return cast


@wrong(
    "To compare an int with a float, `==` converts the int first, so 2**24 + 1 is rounded on both sides and looks the "
    "same as in float32. Compare exactly, as Python's own numbers do."
)
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    if not bool(((cast == x) | (cast.isnan() & x.isnan())).all()):
        raise _error(dtype)
    return cast


@wrong("NaN equals nothing, not even itself, so you refused it. Where it stays NaN nothing has changed.")
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    if cast.tolist() != x.tolist():
        raise _error(dtype)
    return cast


@wrong(
    "You left out of the comparison what was NaN before. In int64, uint8 or bool there is no NaN, so it became some "
    "number, and that is a change."
)
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    if cast[~x.isnan()].tolist() != x[~x.isnan()].tolist():
        raise _error(dtype)
    return cast


@wrong(
    "`torch.can_cast` compares the kinds of the two dtypes only: it refuses float to int, also for 255.0, and lets 300 "
    "into uint8. Look at the numbers."
)
def cast_exactly(x, dtype):
    if not torch.can_cast(x.dtype, dtype):
        raise _error(dtype)
    return x.to(dtype)


@wrong(
    "You only checked the range, with `torch.iinfo` and `torch.finfo`. A number within it can still change: 0.5 "
    "becomes 0 in int64, and 0.1 is rounded in float32."
)
def cast_exactly(x, dtype):
    if dtype == torch.bool:
        low, high = 0, 1
    else:
        info = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
        low, high = info.min, info.max
    if any(not low <= value <= high for value in x.flatten().tolist() if math.isfinite(value)):
        raise _error(dtype)
    return x.to(dtype)


@wrong("You raise only when every number changed. One that changed is enough: `any`, not `all`.")
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    pairs = [(a, b) for a, b in zip(x.flatten().tolist(), cast.flatten().tolist()) if b == b]
    if pairs and all(a != b for a, b in pairs):
        raise _error(dtype)
    return cast


@wrong("`allclose` forgives small differences: 0.1 in float32 is another number than in float64. Compare exactly.")
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    pairs = zip(x.flatten().tolist(), cast.flatten().tolist())
    if not all(a == b or math.isclose(a, b, rel_tol=1e-5) or a != a and b != b for a, b in pairs):
        raise _error(dtype)
    return cast


@wrong(
    "float64 does not hold all of int64 either: 2**53 + 1 is rounded there, so both sides look the same. Compare "
    "without a detour through float64, as Python's own numbers do."
)
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    before, after = x.double(), cast.double()
    if not bool(((before == after) | (before.isnan() & after.isnan())).all()):
        raise _error(dtype)
    return cast


@wrong("In a bool every number but 0 became True, and True is the number 1. Only 0 and 1 fit a bool unchanged.")
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    numbers = ~cast.isnan()
    if dtype != torch.bool and cast[numbers].tolist() != x[numbers].tolist():
        raise _error(dtype)
    return cast


@wrong("You refused infinity also where the other dtype has it. Between floats infinity stays what it is.")
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    numbers = ~cast.isnan()
    if cast.isinf().any() or cast[numbers].tolist() != x[numbers].tolist():
        raise _error(dtype)
    return cast


@wrong("You built the result from a list, and a list knows nothing of autograd or devices. Return `x.to(dtype)`.")
def cast_exactly(x, dtype):
    numbers = ~x.to(dtype).isnan()
    if x.to(dtype)[numbers].tolist() != x[numbers].tolist():
        raise _error(dtype)
    return torch.tensor(x.to(dtype).tolist(), dtype=dtype).reshape(x.shape)


# brighten


@wrong(
    "uint8 wraps round like a clock: 200 + 100 is 44, and a clamp after that comes too late. Add in a wider dtype such "
    "as int16, clamp there, and come back."
)
def brighten(image, amount):
    return image + amount


@wrong("You stop at 255 only: what falls below 0 wraps round on the way back to uint8, to 250 and more. Stop at 0 too.")
def brighten(image, amount):
    return (image.to(torch.int16) + amount).clamp(max=255).to(torch.uint8)


@wrong("You stop at 0 only: what exceeds 255 wraps round on the way back to uint8, to small numbers. Stop at 255 too.")
def brighten(image, amount):
    return (image.to(torch.int16) + amount).clamp(min=0).to(torch.uint8)


@wrong("The numbers are right, but they came back as int16. An image goes on as uint8: convert it at the end.")
def brighten(image, amount):
    return (image.to(torch.int16) + amount).clamp(0, 255)


@wrong(
    "On the way through 0 to 1 a value comes out slightly below the whole number it should be, and the conversion to "
    "uint8 cuts it off. Add in whole numbers, or round before you convert."
)
def brighten(image, amount):
    return ((image / 255 + amount / 255).clamp(0, 1) * 255).to(torch.uint8)


@wrong("A byte ends at 255. You clamped to 256, which wraps round to 0.")
def brighten(image, amount):
    return (image.to(torch.int16) + amount).clamp(0, 256).to(torch.uint8)


@wrong("`amount` is added to every value. You multiplied by 1 + amount / 255, which leaves black as it was.")
def brighten(image, amount):
    return (image.float() * (1 + amount / 255)).clamp(0, 255).round().to(torch.uint8)


@wrong("int8 ends at 127, so values from 128 on were negative before you even added. int16 is wide enough.")
def brighten(image, amount):
    return (image.to(torch.int8).to(torch.int16) + amount).clamp(0, 255).to(torch.uint8)


@wrong("You wrote the new values into the caller's image. Return a new tensor, and leave `image` as it was.")
def brighten(image, amount):
    return image.copy_((image.to(torch.int16) + amount).clamp(0, 255))


@wrong("Your code goes through the values one by one in Python. Add and clamp the whole tensor at once.")
def brighten(image, amount):
    values = [min(max(value + amount, 0), 255) for value in image.flatten().tolist()]
    return torch.tensor(values, dtype=torch.uint8, device=image.device).reshape(image.shape)
