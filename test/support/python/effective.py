"""Runs a traitlets configuration file and prints what it sets, as JSON.

Reads {"folder", "config", "paths", "environment", "traits"} from standard input: `folder` holds a container's files,
`config` is the configuration file's path in the container, `paths` are the folders of the container that the file may
name. Python, PyYAML and traitlets are real; what else the file imports is played, since it makes objects of it and no
settings. With `traits`, a list of modules, nothing is played; they are imported, and what is printed is each setting that
no class has, or that its class does not take.
"""

import builtins
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import sys
import types
from unittest.mock import MagicMock

import yaml
from traitlets import TraitError
from traitlets.config import Config, Configurable
from traitlets.config.loader import LazyConfigValue


class KubeSpawner(Configurable):
    """To be a base class beside a Configurable."""


class YAML:
    """Of ruamel.yaml: what a reader of values uses."""

    def load(self, stream):
        return yaml.safe_load(stream)


def url_path_join(*pieces):
    path = "/".join(piece.strip("/") for piece in pieces if piece.strip("/"))
    ends = ("/" if pieces[0].startswith("/") else "", "/" if pieces[-1].endswith("/") else "")
    return ends[0] + path + (ends[1] if path else "")


KNOWN = {
    "kubespawner": {"KubeSpawner": KubeSpawner},
    "ruamel.yaml": {"YAML": YAML},
    "jupyterhub.utils": {"url_path_join": url_path_join},
}
PLAYED = {"binderhub", "google", "jupyterhub", "kubernetes_asyncio", "kubespawner", "prometheus_client", "ruamel", "tornado"}


class Played(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return KNOWN.get(self.__name__, {}).get(name) or MagicMock(name=f"{self.__name__}.{name}")


class Player(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name.split(".")[0] in PLAYED else None

    def create_module(self, spec):
        return Played(spec.name)

    def exec_module(self, module):
        pass


def untouched(value):
    """What was only looked at: traitlets makes a value of it, which nothing was put into."""
    return isinstance(value, LazyConfigValue) and not value.to_dict()


def plain(value):
    if isinstance(value, LazyConfigValue):
        start = [] if value._update is None else type(value._update)()
        return plain(value.get_value(start))
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items() if not untouched(inner)}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(inner) for inner in value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return f"<{getattr(value, '__name__', type(value).__name__)}>"


def classes(modules):
    """Every class that can be configured, by its name."""
    for module in modules:
        importlib.import_module(module)
    found, todo = {}, [Configurable]
    while todo:
        one = todo.pop()
        found[one.__name__] = one
        todo.extend(one.__subclasses__())
    return found


def misfits(settings, known):
    for section, traits in settings.items():
        owner = known.get(section)
        if owner is None:
            yield f"{section}: no such class"
            continue
        instance = owner.__new__(owner)
        for name, value in traits.items():
            trait = owner.class_traits(config=True).get(name)
            if trait is None:
                yield f"{section}.{name}: no such trait"
                continue
            if untouched(value) or isinstance(value, LazyConfigValue):
                continue
            try:
                trait._validate(instance, value)
            except (TraitError, ValueError) as error:
                yield f"{section}.{name}: {error}"
            except AttributeError:
                pass  # asks the application, which does not run


def main():
    order = json.load(sys.stdin)
    folder = order["folder"]

    def inside(path):
        if isinstance(path, str) and any(path == one or path.startswith(f"{one}/") for one in order["paths"]):
            return folder + path
        return path

    real_open, real_exists, real_isdir = builtins.open, os.path.exists, os.path.isdir
    builtins.open = lambda path, *args, **kwargs: real_open(inside(path), *args, **kwargs)
    os.path.exists = lambda path: real_exists(inside(path))
    os.path.isdir = lambda path: real_isdir(inside(path))

    os.environ.clear()
    os.environ.update(order["environment"])
    if order.get("traits") is None:
        sys.meta_path.insert(0, Player())
    file = inside(order["config"])
    sys.path.insert(0, os.path.dirname(file))
    c = Config()
    scope = {"c": c, "get_config": lambda: c, "__file__": file, "__name__": "config"}
    with open(file) as stream:
        source = stream.read()
    with contextlib.redirect_stdout(sys.stderr):
        exec(compile(source, order["config"], "exec"), scope)
    if order.get("traits") is None:
        json.dump(plain(c), sys.stdout)
    else:
        json.dump(sorted(misfits(c, classes(order["traits"]))), sys.stdout)


main()
