"""The tool of torch-katas: it runs specs, tells a learner what is wrong, and measures the specs.

Nothing here imports a learner's code, and importing this package never imports torch.
"""
