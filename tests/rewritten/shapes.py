"""The wrong answers to the katas of `shapes` once more, each from its sentence alone and in another style."""

import math

import numpy as np
import torch

from kata.variants import rewritten

# swap_last_two


@rewritten("Your result has the right shape, but `reshape`")
def swap_last_two(x):
    *lead, rows, columns = x.shape
    return x.view(*lead, columns, rows) if x.is_contiguous() else x.reshape(*lead, columns, rows)


@rewritten("You reversed all axes")
def swap_last_two(x):
    return x.permute(*reversed(range(x.dim())))


@rewritten("Axes 0 and 1 are the last two of a matrix only")
def swap_last_two(x):
    return x.swapaxes(0, 1)


@rewritten("Axes 1 and 2 are the last two of a batch")
def swap_last_two(x):
    return torch.transpose(x, 1, 2)


@rewritten("`movedim(-1, 0)` brings the last axis")
def swap_last_two(x):
    axes = list(range(x.dim()))
    return x.permute(axes[-1], *axes[:-1])


@rewritten("You exchanged the first axis with the last one")
def swap_last_two(x):
    return x.swapdims(0, x.dim() - 1)


@rewritten("The numbers are right, but `contiguous` copied them")
def swap_last_two(x):
    return x.mT.clone(memory_format=torch.contiguous_format)


@rewritten("The underscore of `transpose_`")
def swap_last_two(x):
    return x.swapaxes_(-1, -2)


@rewritten("`.mH` (or `adjoint`)")
def swap_last_two(x):
    turned = x.transpose(-2, -1)
    return turned.conj() if x.is_complex() else turned


@rewritten("On the way through NumPy the gradient is lost")
def swap_last_two(x):
    return torch.from_numpy(x.detach().numpy().swapaxes(-1, -2))


# channels_first


@rewritten("`reshape` cut the same row of numbers")
def channels_first(images):
    batch, height, width, channels = images.shape
    return images.contiguous().view(batch, channels, height, width)


@rewritten("`transpose(1, 3)` puts the channels first but")
def channels_first(images):
    return images.permute(0, 3, 2, 1).contiguous()


@rewritten("The values are in their places, but the memory")
def channels_first(images):
    return images.movedim(-1, 1)


@rewritten("`permute(0, 2, 3, 1)` is the way back")
def channels_first(images):
    return images.movedim(1, -1).contiguous()


@rewritten("You brought the channels before the batch")
def channels_first(images):
    return images.permute(3, 0, 1, 2).contiguous()


@rewritten("You turned bytes into float32 from 0 to 1")
def channels_first(images):
    moved = images.permute(0, 3, 1, 2)
    if images.dtype == torch.uint8:
        moved = moved.to(torch.float32) / 255
    return moved.contiguous()


@rewritten("You kept the first three channels")
def channels_first(images):
    return images[..., :3].movedim(-1, 1).contiguous()


@rewritten("You removed the axes of size 1 first")
def channels_first(images):
    return images.squeeze().movedim(-1, -3).contiguous()


@rewritten("You also turned the order of the channels round")
def channels_first(images):
    return images.movedim(3, 1).flip(1).contiguous()


# drop_axis


def _checked(x, dim):
    if x.size(dim) != 1:
        raise ValueError(f"dim: axis {dim} of {tuple(x.shape)} is not 1 long")


@rewritten("`squeeze()` without an axis removes every axis")
def drop_axis(x, dim):
    _checked(x, dim)
    return torch.squeeze(x)


@rewritten("`squeeze(dim)` says nothing when the axis")
def drop_axis(x, dim):
    return torch.squeeze(x, dim)


@rewritten("Index 0 along an axis that is longer than 1")
def drop_axis(x, dim):
    return x.select(dim, 0)


@rewritten("You refuse an axis that is longer than 1, and let")
def drop_axis(x, dim):
    if x.shape[dim] > 1:
        raise ValueError("dim: too long")
    return x.squeeze(dim)


@rewritten("An axis that is not 1 long makes `reshape` raise")
def drop_axis(x, dim):
    kept = list(x.shape)
    kept.pop(dim)
    return x.view(kept) if x.is_contiguous() else x.as_strided(*_without(x, dim), x.storage_offset())


def _without(x, dim):
    sizes, strides = list(x.shape), list(x.stride())
    if sizes.pop(dim) != 1:
        x.reshape(sizes)
    strides.pop(dim)
    return sizes, strides


@rewritten("`assert` raises AssertionError")
def drop_axis(x, dim):
    assert x.size(dim) == 1, "dim is not 1 long"
    return x.select(dim, 0)


@rewritten("You joined `x.shape[:dim]` and `x.shape[dim + 1:]`")
def drop_axis(x, dim):
    _checked(x, dim)
    return x.view((*x.shape[:dim], *x.shape[dim + 1 :]))


@rewritten("The underscore of `squeeze_`")
def drop_axis(x, dim):
    _checked(x, dim)
    x.squeeze_(dim)
    return x


@rewritten("A sum over one entry is a copy")
def drop_axis(x, dim):
    _checked(x, dim)
    return torch.sum(x, dim)


@rewritten("The shape is right, but `clone` copied all numbers")
def drop_axis(x, dim):
    _checked(x, dim)
    return x.clone().squeeze(dim)


@rewritten("You ask whether the whole tensor has one element")
def drop_axis(x, dim):
    if math.prod(x.shape) != 1:
        raise ValueError(f"dim {dim}: x has more than one element, or none")
    return x.squeeze(dim)


# flatten_samples


@rewritten("`flatten()` also melts the batch axis")
def flatten_samples(x):
    return x.reshape(-1)


@rewritten("`reshape(len(x), -1)` cannot work out the -1")
def flatten_samples(x):
    return x.reshape(x.size(0), -1)


@rewritten("You gave the number of features and left the batch")
def flatten_samples(x):
    return x.reshape(-1, math.prod(x.shape[1:]))


@rewritten("`view` never copies")
def flatten_samples(x):
    return x.view(x.size(0), math.prod(x.shape[1:]))


@rewritten("You merged the axes 1 and 2")
def flatten_samples(x):
    return x.flatten(1, 2) if x.dim() > 2 else x


@rewritten("You flattened all axes but the last")
def flatten_samples(x):
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


@rewritten("You reshaped to (features, batch) and transposed")
def flatten_samples(x):
    return x.reshape(math.prod(x.shape[1:]), x.shape[0]).T


@rewritten("Your first axis runs fastest in each row")
def flatten_samples(x):
    return x.permute(0, *range(x.dim() - 1, 0, -1)).flatten(1)


@rewritten("`squeeze` after flattening takes the batch axis")
def flatten_samples(x):
    return torch.flatten(x, 1).squeeze()


@rewritten("Your code flattens one sample after the other")
def flatten_samples(x):
    if not len(x):
        return x.flatten(1)
    return torch.cat([sample.reshape(1, -1) for sample in x])


@rewritten("You left axis 1 as it is and flattened from axis 2")
def flatten_samples(x):
    return x.flatten(2) if x.dim() > 2 else x


# repeat_each


@rewritten("`repeat` puts whole copies of the tensor")
def repeat_each(x, times):
    return torch.cat([x] * times) if times else x[:0]


@rewritten("Without `dim`, `repeat_interleave` flattens")
def repeat_each(x, times):
    return x.flatten().repeat_interleave(times)


@rewritten("You repeated along the last axis")
def repeat_each(x, times):
    return torch.repeat_interleave(x, times, dim=x.dim() - 1)


@rewritten("Your copies have an axis of their own")
def repeat_each(x, times):
    return x.unsqueeze(1).expand(x.shape[0], times, *x.shape[1:]).clone()


@rewritten("Every entry came once more than asked for")
def repeat_each(x, times):
    return x.repeat_interleave(1 + times, 0)


@rewritten("You took 0 `times` for 1")
def repeat_each(x, times):
    return x.repeat_interleave(times if times else 1, 0)


@rewritten("Sorting brings equal numbers together")
def repeat_each(x, times):
    return x.repeat(times, *[1] * (x.dim() - 1)).msort()


@rewritten("You copy entry after entry in Python")
def repeat_each(x, times):
    copies = [x[i] for i in range(len(x)) for _ in range(times)]
    return torch.stack(copies) if copies else x[:0]


@rewritten("A new tensor made by `zeros` is float32")
def repeat_each(x, times):
    made = torch.zeros(len(x) * times, *x.shape[1:])
    made.copy_(x.repeat_interleave(times, 0))
    return made


@rewritten("`detach` takes the values out of autograd")
def repeat_each(x, times):
    with torch.no_grad():
        return x.repeat_interleave(times, 0)


# shares_memory


def _address(x):
    return x.untyped_storage().data_ptr()


@rewritten("`a.data_ptr()` is the address of the first number")
def shares_memory(a, b):
    return a.numel() > 0 and b.numel() > 0 and a.data_ptr() == b.data_ptr()


@rewritten("Equal numbers can lie in two places")
def shares_memory(a, b):
    if a.numel() == 0 or b.numel() == 0:
        return False
    return a.shape == b.shape and bool((a == b).all())


@rewritten("`a is b` asks for one and the same Python object")
def shares_memory(a, b):
    return a.numel() > 0 and id(a) == id(b)


@rewritten("You followed `_base`")
def shares_memory(a, b):
    first, second = (x if x._base is None else x._base for x in (a, b))
    return min(a.numel(), b.numel()) > 0 and first is second


@rewritten("The storages of two empty tensors")
def shares_memory(a, b):
    return _address(a) == _address(b)


@rewritten("You looked for an overlap of the stretches")
def shares_memory(a, b):
    if 0 in (a.numel(), b.numel()):
        return False
    (a_first, a_last), (b_first, b_last) = _stretch(a), _stretch(b)
    return max(a_first, b_first) < min(a_last, b_last)


def _stretch(x):
    first = x.data_ptr()
    reach = sum((size - 1) * stride for size, stride in zip(x.shape, x.stride(), strict=True))
    return first, first + (reach + 1) * x.element_size()


@rewritten("You wrote other numbers into one tensor")
def shares_memory(a, b):
    if a.numel() == 0 or b.numel() == 0:
        return False
    memory_a, memory_b = (x.detach().untyped_storage() for x in (a, b))
    with torch.no_grad():
        whole = torch.empty(0, dtype=torch.uint8, device=a.device).set_(memory_a)
        other = torch.empty(0, dtype=torch.uint8, device=b.device).set_(memory_b)
        kept, before = whole.clone(), other.clone()
        a.copy_(~a if a.dtype == torch.bool else a + 1)
        whole.copy_(255 - kept)
        changed = not torch.equal(other, before)
        whole.copy_(kept)
    return changed


@rewritten("You asked for the same dtype as well")
def shares_memory(a, b):
    return a.dtype is b.dtype and a.numel() * b.numel() > 0 and _address(a) == _address(b)


@rewritten("`is_set_to` also wants the same shape")
def shares_memory(a, b):
    whole = a.numel() > 0 and b.numel() > 0 and a.dtype == b.dtype
    same = (a.shape, a.stride(), a.storage_offset()) == (b.shape, b.stride(), b.storage_offset())
    return whole and same and _address(a) == _address(b)


@rewritten("`np.shares_memory` looks for a number that both see")
def shares_memory(a, b):
    return bool(np.shares_memory(a.numpy(), b.numpy()))


@rewritten("Only one of the two was checked for having no")
def shares_memory(a, b):
    return a.nelement() != 0 and _address(a) == _address(b)


# cast_exactly


def _refuse(dtype):
    raise ValueError(f"dtype: {dtype} would change a number")


def _same(x, dtype):
    """Where a number is the same in `dtype`, by Python's own numbers."""
    pairs = zip(x.flatten().tolist(), x.to(dtype).flatten().tolist(), strict=True)
    return [a == b or (a != a and b != b) for a, b in pairs]


@rewritten("`to` rounds, cuts off and wraps round")
def cast_exactly(x, dtype):
    return x.type(dtype)


@rewritten("There and back is not enough")
def cast_exactly(x, dtype):
    there = x.to(dtype)
    back = there.to(x.dtype)
    unchanged = (back == x) | (back.isnan() & x.isnan())
    if not unchanged.all():
        _refuse(dtype)
    return there


@rewritten("To compare an int with a float, `==` converts")
def cast_exactly(x, dtype):
    there = x.to(dtype)
    unchanged = (there == x) | (there.isnan() & x.isnan())
    if not unchanged.all():
        _refuse(dtype)
    return there


@rewritten("NaN equals nothing, not even itself")
def cast_exactly(x, dtype):
    there = x.to(dtype)
    if there.tolist() != x.tolist() or x.isnan().any():
        _refuse(dtype)
    return there


@rewritten("You left out of the comparison what was NaN")
def cast_exactly(x, dtype):
    if not all(a != a or a == b for a, b in zip(x.flatten().tolist(), x.to(dtype).flatten().tolist(), strict=True)):
        _refuse(dtype)
    return x.to(dtype)


@rewritten("`torch.can_cast` compares the kinds")
def cast_exactly(x, dtype):
    return x.to(dtype) if torch.can_cast(x.dtype, dtype) else _refuse(dtype)


@rewritten("You only checked the range")
def cast_exactly(x, dtype):
    if dtype == torch.bool:
        low, high = 0, 1
    else:
        info = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
        low, high = info.min, info.max
    keeps = dtype.is_floating_point
    for number in x.flatten().tolist():
        if math.isfinite(number):
            if not low <= number <= high:
                _refuse(dtype)
        elif not keeps:
            _refuse(dtype)
    return x.to(dtype)


@rewritten("You raise only when every number changed")
def cast_exactly(x, dtype):
    same = _same(x, dtype)
    if same and True not in same:
        _refuse(dtype)
    return x.to(dtype)


@rewritten("`allclose` forgives small differences")
def cast_exactly(x, dtype):
    there = x.to(dtype)
    if not torch.isclose(there.double(), x.double(), equal_nan=True).all():
        _refuse(dtype)
    return there


@rewritten("float64 does not hold all of int64")
def cast_exactly(x, dtype):
    before, after = x.to(torch.float64), x.to(dtype).to(torch.float64)
    if not ((before == after) | (before.isnan() & after.isnan())).all():
        _refuse(dtype)
    return x.to(dtype)


@rewritten("In a bool every number but 0 became True")
def cast_exactly(x, dtype):
    if dtype != torch.bool and not all(_same(x, dtype)):
        _refuse(dtype)
    return x.to(dtype)


@rewritten("You refused infinity also where")
def cast_exactly(x, dtype):
    if x.isinf().any() or not all(_same(x, dtype)):
        _refuse(dtype)
    return x.to(dtype)


@rewritten("You built the result from a list")
def cast_exactly(x, dtype):
    if not all(_same(x, dtype)):
        _refuse(dtype)
    return torch.tensor(x.flatten().tolist(), dtype=dtype).reshape(x.shape)


# brighten


@rewritten("uint8 wraps round like a clock")
def brighten(image, amount):
    return torch.clamp(image + torch.tensor(amount).to(torch.uint8), 0, 255)


@rewritten("You stop at 255 only")
def brighten(image, amount):
    return torch.minimum(image.int() + amount, torch.tensor(255)).to(torch.uint8)


@rewritten("You stop at 0 only")
def brighten(image, amount):
    return (image.int() + amount).relu().to(torch.uint8)


@rewritten("The numbers are right, but they came back as int16")
def brighten(image, amount):
    return (image.short() + amount).clip(0, 255)


@rewritten("On the way through 0 to 1 a value comes out slightly")
def brighten(image, amount):
    unit = (image.float() / 255 + amount / 255).clamp(0, 1)
    return (unit * 255).byte()


@rewritten("A byte ends at 255. You clamped to 256")
def brighten(image, amount):
    return (image.int() + amount).clamp(min=0).clamp(max=256).byte()


@rewritten("`amount` is added to every value. You multiplied")
def brighten(image, amount):
    return (image.double() * (1 + amount / 255)).round().clamp(0, 255).byte()


@rewritten("int8 ends at 127")
def brighten(image, amount):
    return (image.to(torch.int8).int() + amount).clamp(0, 255).byte()


@rewritten("You wrote the new values into the caller's image")
def brighten(image, amount):
    image[...] = (image.int() + amount).clamp(0, 255).byte()
    return image


@rewritten("Your code goes through the values one by one")
def brighten(image, amount):
    values = [max(0, min(255, int(value) + amount)) for value in image.flatten()]
    return torch.tensor(values, dtype=torch.uint8, device=image.device).reshape(image.shape)
