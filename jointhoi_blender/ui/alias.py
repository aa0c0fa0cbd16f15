"""`import jointhoi_blender` in the console and in scripts of a Blender in which the extension is installed.

An extension's modules live below `bl_ext`, and Blender warns of any that also appear at the top level. So what is
added there is no second copy of the package, only an empty module that hands every name on to the one package; it goes
when the extension is disabled. A package that is at the top level already (a checkout) is left alone.
"""

import sys
import types

PACKAGE = __package__.rpartition(".")[0]
NAME = PACKAGE.rpartition(".")[2]


def add():
    if NAME in sys.modules:
        return
    package = sys.modules[PACKAGE]

    def handed_on(name):
        if name.startswith("__"):  # with the package's __path__ this would become a second copy of it
            raise AttributeError(name)
        return getattr(package, name)

    module = types.ModuleType(NAME, package.__doc__)
    module.__getattr__ = handed_on
    module.__dir__ = lambda: dir(package)
    module.alias_of = PACKAGE
    sys.modules[NAME] = module


def remove():
    if getattr(sys.modules.get(NAME), "alias_of", None) == PACKAGE != NAME:
        del sys.modules[NAME]
