"""Small changes to the solutions: a spec that lets one through lets a wrong answer through."""
