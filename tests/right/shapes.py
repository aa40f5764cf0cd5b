"""Right answers to the katas of `shapes` in other styles, none of which a spec may reject."""

import math

import torch
from torch.nn import functional

from kata.variants import right

# swap_last_two


@right("transpose")
def swap_last_two(x):
    return x.transpose(-2, -1)


@right("einsum")
def swap_last_two(x):
    return torch.einsum("...ij->...ji", x)


@right("permute")
def swap_last_two(x):
    *leading, rows, columns = range(x.ndim)
    return x.permute(*leading, columns, rows)


@right("strides by hand")
def swap_last_two(x):
    shape, strides = list(x.shape), list(x.stride())
    shape[-2:], strides[-2:] = reversed(shape[-2:]), reversed(strides[-2:])
    return x.as_strided(shape, strides)


@right("movedim")
def swap_last_two(x):
    return torch.movedim(x, -1, -2)


# channels_first


@right("einsum")
def channels_first(images):
    return torch.einsum("bhwc->bchw", images).contiguous()


@right("movedim, always copied")
def channels_first(images):
    return images.movedim(-1, 1).clone(memory_format=torch.contiguous_format)


@right("stack of the channels")
def channels_first(images):
    if images.shape[-1] == 0:
        return images.new_empty(len(images), 0, *images.shape[1:3])
    return torch.stack(images.unbind(-1), dim=1)


@right("written into a new tensor")
def channels_first(images):
    batch, height, width, channels = images.shape
    result = images.new_empty(batch, channels, height, width)
    for channel in range(channels):
        result[:, channel] = images[..., channel]
    return result


@right("one transpose of the flattened pixels")
def channels_first(images):
    batch, height, width, channels = images.shape
    pixels = images.reshape(batch, height * width, channels)
    return pixels.transpose(1, 2).contiguous().view(batch, channels, height, width)


# drop_axis


@right("select")
def drop_axis(x, dim):
    if x.size(dim) != 1:
        raise ValueError(f"{dim=} must have size 1")
    return x.select(dim, 0)


@right("reshape to the other sizes")
def drop_axis(x, dim):
    sizes = list(x.shape)
    if sizes.pop(dim) != 1:
        raise ValueError("the axis dim is not of size 1")
    return x.reshape(sizes)


@right("unbind, of which there is one")
def drop_axis(x, dim):
    try:
        (only,) = x.unbind(dim)
    except ValueError:
        raise ValueError(f"dim: axis {dim} of {list(x.shape)} is not of size 1") from None
    return only


@right("an index for every axis")
def drop_axis(x, dim):
    if not x.shape[dim] == 1:
        raise ValueError("dim")
    index = [slice(None)] * x.ndim
    index[dim] = 0
    return x[tuple(index)]


# flatten_samples


@right("reshape, the product worked out")
def flatten_samples(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


@right("nn.Flatten")
def flatten_samples(x):
    return torch.nn.Flatten()(x)


@right("contiguous, then view")
def flatten_samples(x):
    return x.contiguous().view(len(x), x[:1].numel() if len(x) else x.shape[1:].numel())


@right("axis by axis")
def flatten_samples(x):
    while x.ndim > 2:
        x = x.flatten(-2, -1)
    return x.clone()


@right("vmap")
def flatten_samples(x):
    return torch.vmap(torch.ravel)(x) if len(x) else x.reshape(0, x.shape[1:].numel())


# repeat_each


@right("an index")
def repeat_each(x, times):
    return x[torch.arange(len(x), device=x.device).repeat_interleave(times)]


@right("a new axis, expanded and merged")
def repeat_each(x, times):
    return x.unsqueeze(1).expand(-1, times, *x.shape[1:]).flatten(0, 1)


@right("every copy into its places")
def repeat_each(x, times):
    result = x.new_empty((len(x) * times, *x.shape[1:]))
    for i in range(times):
        result[i::times] = x
    return result


@right("stack of whole copies")
def repeat_each(x, times):
    return torch.stack([x] * times, dim=1).flatten(0, 1) if times else x[:0]


@right("index_select by division")
def repeat_each(x, times):
    index = torch.arange(len(x) * times, device=x.device) // max(times, 1)
    return x.index_select(0, index)


@right("repeat, then the order put right")
def repeat_each(x, times):
    return x.repeat(times, *[1] * (x.ndim - 1)).unflatten(0, (times, len(x))).transpose(0, 1).flatten(0, 1)


# shares_memory


@right("stretches of storage that overlap")
def shares_memory(a, b):
    if not (a.numel() and b.numel()) or a.device != b.device:
        return False
    one, other = a.untyped_storage(), b.untyped_storage()
    return one.data_ptr() < other.data_ptr() + other.nbytes() and other.data_ptr() < one.data_ptr() + one.nbytes()


@right("identity of the storage")
def shares_memory(a, b):
    return a.nelement() != 0 and b.nelement() != 0 and a.untyped_storage()._cdata == b.untyped_storage()._cdata


@right("the first number's address, less its offset")
def shares_memory(a, b):
    def start(x):
        return x.device, x.data_ptr() - x.storage_offset() * x.element_size()

    return bool(a.numel()) and bool(b.numel()) and start(a) == start(b)


@right("None for no memory")
def shares_memory(a, b):
    def where(x):
        return x.untyped_storage().data_ptr() if x.numel() else None

    return where(a) is not None and where(a) == where(b)


# cast_exactly


@right("number by number")
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    for before, after in zip(x.flatten().tolist(), cast.flatten().tolist()):
        if before != after and not (math.isnan(before) and math.isnan(after)):
            raise ValueError(f"{before} would become {after} (dtype={dtype})")
    return cast


@right("compared, and there and back, within the range")
def cast_exactly(x, dtype):
    cast = x.to(dtype)
    same = (cast == x) & (cast.to(x.dtype) == x)
    for whole, real in ((x, cast), (cast, x)):
        if real.is_floating_point() and not whole.is_floating_point() and whole.dtype != torch.bool:
            # The largest int64 is rounded to 2**63 as a float, and on some machines comes back as itself.
            same = same & (real < float(torch.iinfo(whole.dtype).max) + 1)
    if not torch.all(same | (x.isnan() & cast.isnan())):
        raise ValueError(f"some numbers do not fit the dtype {dtype}")
    return cast


@right("case by case, before converting")
def cast_exactly(x, dtype):
    values = x.detach().cpu().flatten().tolist()
    if dtype == torch.bool:
        fits = all(value in (0, 1) for value in values)
    elif not dtype.is_floating_point:
        info = torch.iinfo(dtype)
        fits = all(info.min <= value <= info.max and value == int(value) for value in values)
    else:
        after = torch.tensor(values, dtype=dtype).tolist()
        fits = all(a == b or (a != a and b != b) for a, b in zip(values, after))
    if not fits:
        raise ValueError("dtype is too small")
    return x.type(dtype)


@right("NaN replaced on both sides")
def cast_exactly(x, dtype):
    cast = x.to(dtype, copy=True)
    nan = x.isnan() & cast.isnan()
    if cast.masked_fill(nan, 0).tolist() != x.masked_fill(nan, 0).tolist():
        raise ValueError(f"not exact: {x.dtype} to dtype {dtype}")
    return cast


# brighten


@right("through float")
def brighten(image, amount):
    return (image.float() + amount).clamp(0, 255).byte()


@right("clamped in uint8 before adding")
def brighten(image, amount):
    if amount < 0:
        return image.clamp(min=-amount) - (-amount)
    return image.clamp(max=255 - amount) + amount


@right("a table of all values")
def brighten(image, amount):
    table = (torch.arange(256, device=image.device) + amount).clamp(0, 255).to(torch.uint8)
    return table[image.long()]


@right("where")
def brighten(image, amount):
    total = image.int() + amount
    total = torch.where(total > 255, 255, total)
    return torch.where(total < 0, 0, total).to(torch.uint8)


@right("relu from both ends")
def brighten(image, amount):
    up = functional.relu(image.long() + amount)
    return (255 - functional.relu(255 - up)).type_as(image)


@right("minimum and maximum")
def brighten(image, amount):
    wide = torch.add(image.half(), amount)
    return torch.minimum(torch.maximum(wide, wide.new_tensor(0)), wide.new_tensor(255)).to(torch.uint8)
