"""Ranks: real processes that compute together, for katas that train on several of them.

They belong to the process that the learner's code lives in. `starting` starts them,
`pool` keeps them there and hands out work, `rank` does it over there, `answers` waits
for what comes back, and `trouble` says what went wrong among them.
"""
