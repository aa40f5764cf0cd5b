from kata.variants import wrong


@wrong("The box keeps the learner's tensor itself: a later change of it changes the box; keep a copy.")
class Box:
    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        if not -len(self.values) <= index < len(self.values):
            raise IndexError(f"index {index} is out of range for {len(self.values)} values")
        return self.values[index]


@wrong("You count from the end only for -1: any negative index up to the length is valid.")
class Box:
    def __init__(self, values):
        self.values = values.clone()

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        if not -1 <= index < len(self.values):
            raise IndexError(f"index {index} is out of range for {len(self.values)} values")
        return self.values[index]


@wrong("Past the end you wrapped around to the beginning: raise an IndexError there.")
class Box:
    def __init__(self, values):
        self.values = values.clone()

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        return self.values[index % len(self.values)]
