"""The author's check: does each spec reject every wrong answer, and accept every right one?"""
