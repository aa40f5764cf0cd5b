"""Wrong answers to the topic `joint_datasets`: one misconception each, with the sentence that would help."""

import torch
from torch.utils.data import Dataset, Subset, TensorDataset, random_split

from kata.variants import wrong


class _Pairs(Dataset):
    def __init__(self, features, labels):
        if len(features) != len(labels):
            raise ValueError("labels: as many as features, please")
        self.features = features
        self.labels = labels

    def __len__(self):
        return len(self.features)

    def __getitem__(self, index):
        return self.features[index], self.labels[index]


class _Mapped(Dataset):
    def __init__(self, dataset, transform):
        self.dataset = dataset
        self.transform = transform

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        features, label = self.dataset[index]
        return self.transform(features), label


# -- JointDataset --------------------------------------------------------------------------------------------


@wrong(
    "The length is one short: an index starts at 0, a length does not, so n samples have the length n. "
    "Return the length of the features as it is, or the last sample never reaches a loader."
)
class JointDataset(_Pairs):
    def __len__(self):
        return len(self.features) - 1


@wrong(
    "An index past the end came back as another sample, so a loop over the dataset never stops. A dataset "
    "has to raise IndexError there: let the tensor's own indexing do it."
)
class JointDataset(_Pairs):
    def __getitem__(self, index):
        return super().__getitem__(index % max(len(self), 1))


@wrong(
    "A slice of one row keeps its axis, and is empty instead of an error past the end. Take the row with "
    "features[index]: the loader adds the batch axis itself."
)
class JointDataset(_Pairs):
    def __getitem__(self, index):
        return self.features[index : index + 1], self.labels[index : index + 1]


@wrong(
    "Unequal lengths went unnoticed until some sample was missing, far from where the mistake was made. "
    "Compare the lengths when the dataset is made, and raise ValueError."
)
class JointDataset(_Pairs):
    def __init__(self, features, labels):
        self.features = features
        self.labels = labels


@wrong(
    "`assert` raises AssertionError, and is left out altogether under `python -O`. For a caller's mistake "
    "raise ValueError and name the argument."
)
class JointDataset(_Pairs):
    def __init__(self, features, labels):
        assert len(features) == len(labels), "labels: as many as features, please"
        super().__init__(features, labels)


@wrong(
    "Negative indices were refused. dataset[-1] is the last sample, as in a list: check the index against "
    "both ends, or leave the check to the tensor."
)
class JointDataset(_Pairs):
    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"index {index} is out of range")
        return super().__getitem__(index)


@wrong(
    "The tensors were copied and turned into float32: labels are no class numbers any more. Keep the "
    "tensors that you were given."
)
class JointDataset(_Pairs):
    def __init__(self, features, labels):
        super().__init__(features.clone().float(), labels.clone().float())


@wrong(
    "`contiguous` copies a tensor whose rows do not lie in one piece, such as a transposed one. Samples are views: "
    "keep the tensors as they were given."
)
class JointDataset(_Pairs):
    def __init__(self, features, labels):
        super().__init__(features.contiguous(), labels.contiguous())


@wrong(
    "The label came back as a Python number: its dtype and device are lost, and on a GPU every sample "
    "waits for a copy. Return labels[index], without `item()`."
)
class JointDataset(_Pairs):
    def __getitem__(self, index):
        features, label = super().__getitem__(index)
        return features, label.item() if label.numel() == 1 else label


@wrong(
    "The class is no `Dataset`, so whatever asks for one refuses it. Write Dataset in the brackets after "
    "the class's name."
)
class JointDataset:
    def __init__(self, features, labels):
        self.pairs = _Pairs(features, labels)

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        return self.pairs[index]


@wrong(
    "The samples were cut off from the graph by `detach`, so no gradient reaches the features. Hand out "
    "the rows as they are."
)
class JointDataset(_Pairs):
    def __init__(self, features, labels):
        super().__init__(features.detach(), labels.detach())


# -- pair ----------------------------------------------------------------------------------------------------


@wrong(
    "`TensorDataset` answers unequal lengths with an AssertionError. Compare the lengths before, and "
    "raise ValueError naming `labels`."
)
def pair(features, labels):
    return TensorDataset(features, labels)


@wrong(
    "The longer tensor was cut to the length of the shorter: samples vanish and nobody is told. Raise "
    "ValueError when the lengths differ."
)
def pair(features, labels):
    count = min(len(features), len(labels))
    return TensorDataset(features[:count], labels[:count])


@wrong(
    "A list of pairs is no TensorDataset. Hand the two tensors to `TensorDataset`: it does the pairing at each access."
)
def pair(features, labels):
    if len(features) != len(labels):
        raise ValueError("labels: as many as features, please")
    return list(zip(features, labels, strict=True))


@wrong(
    "The label came first. `TensorDataset` gives the entries of a sample in the order of its arguments: "
    "features, then labels."
)
def pair(features, labels):
    if len(features) != len(labels):
        raise ValueError("labels: as many as features, please")
    return TensorDataset(labels, features)


@wrong(
    "The labels were converted to float32. Class numbers stay whole numbers: hand them over as they are, "
    "and convert where a loss asks for it."
)
def pair(features, labels):
    if len(features) != len(labels):
        raise ValueError("labels: as many as features, please")
    return TensorDataset(features, labels.float())


@wrong(
    "Both tensors were handed over as one, so a sample is a tuple with a single entry. Give "
    "`TensorDataset` two arguments, not a stack of them."
)
def pair(features, labels):
    if len(features) != len(labels):
        raise ValueError("labels: as many as features, please")
    return TensorDataset(torch.column_stack([features.flatten(1), labels]))


# -- MappedDataset -------------------------------------------------------------------------------------------


@wrong(
    "All samples were transformed when the dataset was made. Keep the dataset and the transform, and do "
    "the work in __getitem__: a big dataset does not fit into memory, and a random transform must draw "
    "anew."
)
class MappedDataset(_Mapped):
    def __init__(self, dataset, transform):
        super().__init__([(transform(features), label) for features, label in dataset], transform)

    def __getitem__(self, index):
        return self.dataset[index]


@wrong(
    "A sample was transformed at its first access and remembered from then on, so a random transform "
    "shows the same picture every epoch. Transform at each access."
)
class MappedDataset(_Mapped):
    def __init__(self, dataset, transform):
        super().__init__(dataset, transform)
        self.seen = {}

    def __getitem__(self, index):
        if index not in self.seen:
            self.seen[index] = super().__getitem__(index)
        return self.seen[index]


@wrong(
    "The sample was read twice, once for the features and once for the label: twice the decoding, and a "
    "random dataset gives two that do not belong together. Read it once and unpack it."
)
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        return self.transform(self.dataset[index][0]), self.dataset[index][1]


@wrong("The label went through the transform too. Unpack the sample, and transform its features only.")
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        features, label = self.dataset[index]
        return self.transform(features), self.transform(label) if isinstance(label, torch.Tensor) else label


@wrong("The label is gone. A sample stays a pair: return (transform(features), label).")
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        features, _ = self.dataset[index]
        return self.transform(features)


@wrong(
    "The transform is kept inside a lambda, and a lambda cannot be pickled, so worker processes cannot "
    "get the dataset. Keep the transform itself as an attribute."
)
class MappedDataset(_Mapped):
    def __init__(self, dataset, transform):
        super().__init__(dataset, lambda features: transform(features))


@wrong(
    "The transform ran while the dataset was made, to try it out. Only an access may call it: a transform "
    "that draws random numbers or counts is not the same afterwards."
)
class MappedDataset(_Mapped):
    def __init__(self, dataset, transform):
        super().__init__(dataset, transform)
        if len(dataset):
            transform(dataset[0][0])


@wrong(
    "The rows of the dataset underneath were overwritten, and the next access transforms them once more. "
    "Return a new sample, and leave `dataset` as it is."
)
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        features, label = self.dataset[index]
        changed = self.transform(features)
        if isinstance(features, torch.Tensor):
            features.copy_(changed)
        return changed, label


@wrong(
    "The index was checked and counted from the end here, but what it means is for `dataset` to say. Hand it on as "
    "it is, and let the IndexError of `dataset` through."
)
class MappedDataset(_Mapped):
    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range")
        return super().__getitem__(index % len(self))


# -- standardize_splits --------------------------------------------------------------------------------------


def _check(train, test):
    if len(train) == 0:
        raise ValueError("train has no row")
    if test.shape[1] != train.shape[1]:
        raise ValueError("test has other columns")


def _scale(train):
    return train.std(dim=0, correction=0).masked_fill((train == train[0]).all(dim=0), 1)


@wrong(
    "The statistics were taken over both splits, so test rows leak into training. Measure mean and std on "
    "`train` alone and apply them to both."
)
def standardize_splits(train, test):
    _check(train, test)
    everything = torch.cat([train, test])
    mean, scale = everything.mean(dim=0), _scale(everything)
    return (train - mean) / scale, (test - mean) / scale


@wrong(
    "Each split was standardized by its own statistics, so the same value means different things in the "
    "two. Use those of `train` for `test` too."
)
def standardize_splits(train, test):
    _check(train, test)
    test_scale = _scale(test) if len(test) else 1
    return (train - train.mean(dim=0)) / _scale(train), (test - test.mean(dim=0)) / test_scale


@wrong(
    "`std` divides by n - 1 unless it is told otherwise. The population standard deviation, NumPy's, is "
    "std(correction=0)."
)
def standardize_splits(train, test):
    _check(train, test)
    std = train.std(dim=0) if len(train) > 1 else torch.zeros_like(train[0])
    scale = std.masked_fill((train == train[0]).all(dim=0), 1)
    return (train - train.mean(dim=0)) / scale, (test - train.mean(dim=0)) / scale


@wrong(
    "A column that does not vary has std 0, and the division made it NaN or infinite. Divide such a "
    "column by 1 instead."
)
def standardize_splits(train, test):
    _check(train, test)
    std, mean = torch.std_mean(train, dim=0, correction=0)
    return (train - mean) / std, (test - mean) / std


@wrong(
    "`nan_to_num` hides the division by 0 in train, but in test the difference from a constant column became infinite, "
    "and then the largest number there is. Divide such a column by 1 instead."
)
def standardize_splits(train, test):
    _check(train, test)
    std, mean = torch.std_mean(train, dim=0, correction=0)
    return ((train - mean) / std).nan_to_num(), ((test - mean) / std).nan_to_num()


@wrong(
    "A small number added to std keeps NaN away, but in a column that is constant in train it blows the "
    "test values up a hundred million times. Divide such a column by 1 instead."
)
def standardize_splits(train, test):
    _check(train, test)
    std, mean = torch.std_mean(train, dim=0, correction=0)
    return (train - mean) / (std + 1e-8), (test - mean) / (std + 1e-8)


@wrong(
    "A column of equal values was not recognised: its computed std came out a rounding error away from 0. "
    "Compare the values themselves, for example with the first row."
)
def standardize_splits(train, test):
    _check(train, test)
    mean, std = train.mean(dim=0), train.std(dim=0, correction=0)
    scale = std.masked_fill(std == 0, 1)
    return (train - mean) / scale, (test - mean) / scale


@wrong(
    "A column whose std is below 1e-6 was taken for constant, but numbers may be that small and still differ. "
    "Constant means that all values are equal: compare the values."
)
def standardize_splits(train, test):
    _check(train, test)
    std, mean = torch.std_mean(train, dim=0, correction=0)
    scale = std.masked_fill(std < 1e-6, 1)
    return (train - mean) / scale, (test - mean) / scale


@wrong(
    "One mean and one std were taken of the whole tensor, so columns of different size keep their "
    "difference. Take them along the rows, for each column: dim=0."
)
def standardize_splits(train, test):
    _check(train, test)
    std, mean = torch.std_mean(train, correction=0)
    scale = std.masked_fill(std == 0, 1)
    return (train - mean) / scale, (test - mean) / scale


@wrong("The deviations were divided by the variance. The standard deviation is its square root.")
def standardize_splits(train, test):
    _check(train, test)
    scale = _scale(train) ** 2
    return (train - train.mean(dim=0)) / scale, (test - train.mean(dim=0)) / scale


@wrong("`-=` and `/=` write into the caller's tensors. Compute new ones: (train - mean) / std.")
def standardize_splits(train, test):
    _check(train, test)
    mean, scale = train.mean(dim=0), _scale(train)
    for split in (train, test):
        split -= mean
        split /= scale
    return train, test


@wrong("The test split came back as it was. It needs the same shift and scale, measured on train.")
def standardize_splits(train, test):
    _check(train, test)
    return (train - train.mean(dim=0)) / _scale(train), test.clone()


@wrong(
    "A test split with one column was broadcast to the columns of train, or the other way round. Compare "
    "the number of columns first, and raise ValueError naming `test`."
)
def standardize_splits(train, test):
    if len(train) == 0:
        raise ValueError("train has no row")
    if 1 not in (train.shape[1], test.shape[1]):
        _check(train, test)
    mean, scale = train.mean(dim=0), _scale(train)
    return (train - mean) / scale, (test - mean) / scale


@wrong(
    "A train split without rows has no mean, and everything became NaN without a word. Raise ValueError naming `train`."
)
def standardize_splits(train, test):
    _check(train if len(train) else torch.ones_like(test), test)
    mean = train.mean(dim=0)
    scale = _scale(train) if len(train) else mean
    return (train - mean) / scale, (test - mean) / scale


# -- split_with_transforms -----------------------------------------------------------------------------------


def _order(dataset, seed):
    return torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed)).tolist()


def _check_fraction(fraction):
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction is {fraction}")


def _sides(dataset, train, test, train_transform, test_transform):
    return _Mapped(Subset(dataset, train), train_transform), _Mapped(Subset(dataset, test), test_transform)


@wrong(
    "Both sides show the transform that was set last: they are windows on one dataset, and it has one "
    "`.transform`. Give each side a dataset of its own around the split."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    count = round(fraction * len(dataset))
    shared = _Mapped(dataset, None)
    generator = torch.Generator().manual_seed(seed)
    train, test = random_split(shared, [count, len(dataset) - count], generator=generator)
    train.dataset.transform = train_transform
    test.dataset.transform = test_transform
    return train, test


@wrong(
    "The dataset was shuffled twice, once for each side, so some samples are on both sides and some on "
    "neither. Shuffle once and cut once."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    count = round(fraction * len(dataset))
    generator = torch.Generator().manual_seed(seed)
    lengths = [count, len(dataset) - count]
    train, _ = random_split(_Mapped(dataset, train_transform), lengths, generator=generator)
    _, test = random_split(_Mapped(dataset, test_transform), lengths, generator=generator)
    return train, test


@wrong(
    "`torch.manual_seed` sets the random state of the whole program. Draw from a generator of your own: "
    "torch.Generator().manual_seed(seed)."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    torch.manual_seed(seed)
    order = torch.randperm(len(dataset)).tolist()
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@wrong(
    "The seed was not used: every call splits in another way, and a rerun trains on what it tested "
    "before. Give randperm a generator that starts from `seed`."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    generator = torch.Generator()
    generator.seed()
    order = torch.randperm(len(dataset), generator=generator).tolist()
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@wrong(
    "The first samples became train and the last ones test, whatever the seed. Files are often sorted by "
    "class: shuffle the indices before the cut."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = list(range(len(dataset)))
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@wrong(
    "`int` cuts off what follows the point, and 0.29 * 100 is a hair below 29. Use `round`, which the "
    "docstring promises."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _order(dataset, seed)
    cut = int(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@wrong(
    "The length of the test side was computed on its own, and rounding lost a sample or put one on both "
    "sides. Test is whatever train leaves over."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _order(dataset, seed)
    train_count, test_count = round(fraction * len(order)), round((1 - fraction) * len(order))
    test = order[len(order) - test_count :]
    return _sides(dataset, order[:train_count], test, train_transform, test_transform)


@wrong("The two sides were mixed up: `fraction` of the samples are train, and train comes first.")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _order(dataset, seed)
    cut = round(fraction * len(order))
    return _sides(dataset, order[cut:], order[:cut], test_transform, train_transform)


@wrong("The test side was given the train transform. An augmentation has no place there: use test_transform.")
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _order(dataset, seed)
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, train_transform)


@wrong(
    "Every sample was read and transformed during the split. Keep indices and transform at each access, "
    "or a random augmentation is drawn once for all epochs."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _order(dataset, seed)
    cut = round(fraction * len(order))
    train, test = _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)
    return _Mapped(list(train), torch.nn.Identity()), _Mapped(list(test), torch.nn.Identity())


@wrong(
    "The dataset was asked for samples by tensors, which only some datasets understand: a dict or a data "
    "frame does not find them. Turn the permutation into Python ints with `tolist`."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed))
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@wrong(
    "The class of the sides stands inside the function, where no worker process finds it, so they cannot be pickled. "
    "Move it out of the function."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    class Side(_Mapped):
        pass

    _check_fraction(fraction)
    order = _order(dataset, seed)
    cut = round(fraction * len(order))
    train, test = Subset(dataset, order[:cut]), Subset(dataset, order[cut:])
    return Side(train, train_transform), Side(test, test_transform)


@wrong(
    "A fraction beyond 0 and 1 was taken without a word: 80 made everything train, and a negative one "
    "counted from the end. Raise ValueError naming `fraction`."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    order = _order(dataset, seed)
    cut = round(fraction * len(order))
    return _sides(dataset, order[:cut], order[cut:], train_transform, test_transform)


@wrong(
    "This works only for a dataset made of tensors. Any dataset has a length and gives a sample for an "
    "index: use nothing else of it."
)
def split_with_transforms(dataset, fraction, train_transform, test_transform, seed):
    _check_fraction(fraction)
    order = _order(dataset, seed)
    cut = round(fraction * len(order))
    features, labels = dataset.tensors
    train = TensorDataset(features[order[:cut]], labels[order[:cut]])
    test = TensorDataset(features[order[cut:]], labels[order[cut:]])
    return _Mapped(train, train_transform), _Mapped(test, test_transform)
