"""A scenario from its files: what it extends, the overlays laid over it, and single values set last.

Mappings merge, scalars and plain lists replace, lists of named things merge by name, `null` deletes.
The place of a value is where the value that won is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path

from planner.errors import InputError, Place, Problem
from planner.scenario.assign import IsNamed, parse_path, parse_set, set_value, waits_for_table
from planner.scenario.reader import read
from planner.scenario.source import STDIN, display_name
from planner.scenario.suggest import did_you_mean, quoted
from planner.scenario.tree import Index, Node, PendingSet, Tree, merge, pruned

__all__ = ["Index", "PendingSet", "load_tree", "merge", "parse_path", "parse_set", "set_value"]

_LONGEST_CHAIN = 20


def load_tree(
    path: str | Path,
    overlays: Sequence[str | Path] = (),
    sets: Sequence[str] = (),
    *,
    text: str | None = None,
    allow_path: bool = False,
    is_named: IsNamed = lambda _: False,
) -> Tree:
    """Return the scenario at `path` with everything that it extends and that is laid over it.

    Parameters
    ----------
    path
        The scenario file; `-` is standard input.
    overlays
        Files laid over it in order, as given by `-f`; each may extend others itself.
    sets
        Settings `path.to.key=VALUE`, applied last and in order.
    text
        The text of the scenario where it is at hand; `path` then only names it.
    allow_path
        Whether `extends` may name an absolute path.
    is_named
        Whether the children of this path are named things, among which `sets` may not create any.

    Raises
    ------
    InputError
        With the problems of all files and settings.

    """
    loader = _Loader(allow_path=allow_path)
    problems: list[Problem] = []
    layers: list[Node] = []
    for number, source in enumerate((path, *overlays)):
        try:
            layers.append(loader.load(source, text=text if number == 0 else None))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems + _problems_of_sets(sets))
    tree = Tree(pruned(reduce(merge, layers)), tuple(loader.files), tuple(loader.folders))
    return _apply(tree, sets, is_named)


def _problems_of_sets(sets: Sequence[str]) -> list[Problem]:
    """Return what is wrong with the settings themselves, where a file is too wrong to apply them."""

    def check(text: str) -> None:
        parse_set(text)

    return _each(sets, check)


def _apply(tree: Tree, sets: Sequence[str], is_named: IsNamed) -> Tree:
    def apply(text: str) -> None:
        nonlocal tree
        path, value, place = parse_set(text)
        if any(isinstance(part, Index) for part in path) or waits_for_table(tree, path):
            tree = replace(tree, pending=(*tree.pending, PendingSet(path, value, place)))
        else:
            tree = set_value(tree, path, value, place, is_named)

    problems = _each(sets, apply)
    if problems:
        raise InputError(problems)
    return tree


def _each(sets: Sequence[str], apply: Callable[[str], None]) -> list[Problem]:
    problems: list[Problem] = []
    for text in sets:
        try:
            apply(text)
        except InputError as error:
            problems += error.problems
    return problems


@dataclass
class _Loader:
    """Reads files with what they extend, each once."""

    allow_path: bool
    files: list[str] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    done: dict[str, Node | InputError] = field(default_factory=dict)

    def load(self, path: str | Path, *, text: str | None = None, chain: tuple[str, ...] = ()) -> Node:
        """Return the root of a file with its bases below it; `chain` holds the files that led here."""
        key = os.path.realpath(path)
        if key not in self.done:
            try:
                self.done[key] = self._load(path, text, chain)
            except InputError as error:
                self.done[key] = error  # kept too, lest files that name each other twice are read without end
        found = self.done[key]
        if isinstance(found, InputError):
            raise found
        return found

    def _load(self, path: str | Path, text: str | None, chain: tuple[str, ...]) -> Node:
        tree = read(path, text=text)
        self._note(path)
        content = tree.root.content
        if not isinstance(content, dict):
            message = "a scenario is a mapping of keys to values"
            raise InputError(Problem(message, place=tree.root.place, code="not-a-mapping"))
        root = replace(tree.root, content={k: entry for k, entry in content.items() if k != "extends"})
        bases = self._bases(content["extends"], path, chain) if "extends" in content else []
        return reduce(merge, (*bases, root))

    def _note(self, path: str | Path) -> None:
        self.files.append(display_name(path))
        folder = Path() if str(path) == STDIN else Path(path).parent
        if folder not in self.folders:
            self.folders.append(folder)

    def _bases(self, extends: Node, path: str | Path, chain: tuple[str, ...]) -> list[Node]:
        """Return the roots of the files named by `extends`, the least important first."""
        names = extends.content if isinstance(extends.content, list) else [extends]
        folder = Path() if str(path) == STDIN else Path(path).parent
        bases: list[Node] = []
        problems: list[Problem] = []
        for name in names:
            try:
                target = self._target(name, folder, (*chain, str(path)))
                bases.append(self.load(target, chain=(*chain, str(path))))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        return bases

    def _target(self, name: Node, folder: Path, chain: tuple[str, ...]) -> Path:
        """Return the file that one name in `extends` means, or say at that name why there is none."""
        if not isinstance(name.content, str) or name.content in ("", STDIN):
            raise _extends("write the name of a file, or a list of names", name.place)
        if Path(name.content).is_absolute() and not self.allow_path:
            raise _extends("absolute paths need --allow-path", name.place)
        target = folder / name.content
        resolved = [os.path.realpath(file) for file in chain]
        if os.path.realpath(target) in resolved:
            cycle = chain[resolved.index(os.path.realpath(target)) :]
            raise _extends(f"the files extend each other: {' -> '.join((*cycle, str(target)))}", name.place)
        if len(chain) >= _LONGEST_CHAIN:
            raise _extends(f"more than {_LONGEST_CHAIN} files extend each other in a row", name.place)
        if not os.path.exists(target):
            raise _extends(f"there is no file {quoted(str(target))}{_beside(target)}", name.place)
        return target


def _extends(message: str, place: Place) -> InputError:
    return InputError(Problem(message, "extends", place, "extends"))


def _beside(target: Path) -> str:
    """Return a suggestion from the files in the folder where `target` was looked for."""
    try:
        return did_you_mean(target.name, sorted(os.listdir(target.parent)))
    except OSError:
        return ""
