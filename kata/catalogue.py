"""The manifest `solutions/katas.toml`, read once into typed values."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kata.course import Course
from kata.errors import KataError

TIME_LIMIT = 10.0


@dataclass(frozen=True)
class Kata:
    """One exercise. Its points are its difficulty."""

    topic: str
    name: str
    difficulty: int
    hints: tuple[str, ...]
    needs: tuple[str, ...] = ()
    time_limit: float = TIME_LIMIT

    @property
    def id(self) -> str:
        return f"{self.topic}.{self.name}"

    @property
    def points(self) -> int:
        return self.difficulty


@dataclass(frozen=True)
class Topic:
    """One module of katas, with the part of the chapter that it belongs to."""

    name: str
    title: str
    section: str
    katas: tuple[Kata, ...]

    def owner(self, test: str) -> Kata | None:
        """Return the kata that a test belongs to, by the test's name; None when there is none."""
        return next((kata for kata in self.katas if test.startswith(f"test_{kata.name}_")), None)


@dataclass(frozen=True)
class Catalogue:
    """All topics, in the order in which they are learned."""

    topics: tuple[Topic, ...]

    @cached_property
    def katas(self) -> tuple[Kata, ...]:
        return tuple(kata for topic in self.topics for kata in topic.katas)

    @cached_property
    def _by_id(self) -> Mapping[str, Kata]:
        return {kata.id: kata for kata in self.katas}

    def topic(self, name: str) -> Topic:
        for topic in self.topics:
            if topic.name == name:
                return topic
        raise self._unknown(name)

    def kata(self, id: str) -> Kata:
        """Return the kata of that id (`topic.name`, or the bare name where only one has it)."""
        if id in self._by_id:
            return self._by_id[id]
        namesakes = [kata for kata in self.katas if kata.name == id]
        if len(namesakes) == 1:
            return namesakes[0]
        raise self._unknown(id)

    def select(self, selector: str) -> tuple[Kata, ...]:
        """Return the katas that `all`, a topic's name or a kata's id stands for."""
        if selector == "all":
            return self.katas
        for topic in self.topics:
            if topic.name == selector:
                return topic.katas
        return (self.kata(selector),)

    def _unknown(self, word: str) -> KataError:
        known = [topic.name for topic in self.topics] + list(self._by_id)
        names = {kata.name.lower(): kata.id for kata in self.katas}
        near = difflib.get_close_matches(word, known, n=3, cutoff=0.6)
        near += [names[name] for name in difflib.get_close_matches(word.lower(), list(names), n=2)]
        hint = f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else "`kata list` shows them all"
        return KataError(f"there is no topic or kata called {word!r}", hint=hint)


def read(course: Course) -> Catalogue:
    """Read a course's manifest.

    Raises:
        KataError: for a mistake in it, with file and key.
    """
    where = course.shown(course.manifest)
    try:
        data = tomllib.loads(course.manifest.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KataError(f"{where} is not valid TOML: {error}") from error
    reader = _Reader(where)
    catalogue = Catalogue(tuple(reader.topics(data)))
    reader.check_references(catalogue)
    return catalogue


class _Reader:
    """Turns the parsed manifest into dataclasses, naming file and key of the first mistake."""

    def __init__(self, where: str) -> None:
        self.where = where

    def fail(self, key: str, problem: str) -> KataError:
        return KataError(f"{self.where}: {key} {problem}")

    def topics(self, data: Mapping[str, Any]) -> list[Topic]:
        self.only(data, "", {"topics"})
        topics = [self.topic(entry, f"topics[{i}]") for i, entry in enumerate(self.tables(data, "topics", ""))]
        self.unique([topic.name for topic in topics], "topics")
        return topics

    def topic(self, entry: Mapping[str, Any], key: str) -> Topic:
        self.only(entry, key, {"name", "title", "section", "katas"})
        name = self.identifier(entry, key)
        katas = [self.kata(kata, name, f"{key}.katas[{i}]") for i, kata in enumerate(self.tables(entry, "katas", key))]
        names = [kata.name for kata in katas]
        self.unique(names, f"{key}.katas")
        for name_ in names:
            for other in names:
                if other.startswith(f"{name_}_"):
                    problem = f"{other!r} begins with {name_!r} and '_': a test could belong to either"
                    raise self.fail(f"{key}.katas", problem)
        return Topic(name, self.text(entry, "title", key), self.text(entry, "section", key), tuple(katas))

    def kata(self, entry: Mapping[str, Any], topic: str, key: str) -> Kata:
        self.only(entry, key, {"name", "difficulty", "hints", "needs", "time_limit"})
        difficulty = entry.get("difficulty")
        if type(difficulty) is not int or not 1 <= difficulty <= 5:
            raise self.fail(f"{key}.difficulty", f"must be a whole number from 1 to 5, not {difficulty!r}")
        hints = self.texts(entry, "hints", key)
        if not 1 <= len(hints) <= 3:
            raise self.fail(f"{key}.hints", f"must hold one to three hints, not {len(hints)}")
        limit = entry.get("time_limit", TIME_LIMIT)
        if type(limit) not in (int, float) or not 0 < limit <= 600:
            raise self.fail(f"{key}.time_limit", f"must be seconds between 0 and 600, not {limit!r}")
        needs = self.texts(entry, "needs", key) if "needs" in entry else ()
        return Kata(topic, self.identifier(entry, key), difficulty, hints, needs, float(limit))

    def check_references(self, catalogue: Catalogue) -> None:
        seen: set[str] = set()
        for kata in catalogue.katas:
            for need in kata.needs:
                if need not in seen:
                    problem = f"names {need!r}, which is no kata before it"
                    raise self.fail(f"{kata.id}.needs", problem)
            seen.add(kata.id)

    def tables(self, entry: Mapping[str, Any], name: str, key: str) -> list[Mapping[str, Any]]:
        value = entry.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.fail(f"{key}.{name}".lstrip("."), f"must be at least one table ([[{name}]])")
        return value

    def text(self, entry: Mapping[str, Any], name: str, key: str) -> str:
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"{key}.{name}", f"must be a text, not {value!r}")
        return value

    def texts(self, entry: Mapping[str, Any], name: str, key: str) -> tuple[str, ...]:
        value = entry.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.fail(f"{key}.{name}", f"must be a list of texts, not {value!r}")
        return tuple(value)

    def identifier(self, entry: Mapping[str, Any], key: str) -> str:
        value = self.text(entry, "name", key)
        if not value.isidentifier():
            raise self.fail(f"{key}.name", f"must be a Python name, not {value!r}")
        return value

    def only(self, entry: Mapping[str, Any], key: str, allowed: set[str]) -> None:
        for name in entry:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, n=1)
                problem = "is not known here" + (f"; did you mean {near[0]!r}?" if near else "")
                raise self.fail(f"{key}.{name}".lstrip("."), problem)

    def unique(self, names: list[str], key: str) -> None:
        for name in names:
            if names.count(name) > 1:
                raise self.fail(key, f"has {name!r} more than once")
