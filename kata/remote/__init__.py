"""Judged mode: the learner's module lives in another process, and only bytes cross.

`learner` starts that process and puts questions to it, `service` answers them
over there, `handle` is what stands here for an object that stays over there, and
`wire` turns plain values into bytes and back.
"""
