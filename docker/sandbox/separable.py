"""Whether tests can be kept apart from the program: nothing of theirs reaches into its process."""

import ast
import builtins
import sys

from reading import bound, imports_of
from suite import library, root_of

# Touching these reaches into the submission's own process: files, environment, seeds, standard input.
SHARED_STATE = {
    "os": (
        "environ chdir mkdir makedirs remove unlink rename rmdir listdir getcwd putenv "
        "path.exists path.isfile path.isdir"
    ).split(),
    "random": ["seed", "setstate"],
    "sys": ["stdin", "argv", "path", "setrecursionlimit", "modules"],
    "time": ["sleep", "tzset"],
    "locale": ["setlocale"],
    **dict.fromkeys(("np", "numpy"), ["random.seed", "random.set_state"]),
    "decimal": ["getcontext", "setcontext", "localcontext"],
}
SHARED_MODULES = set(
    "tempfile shutil sqlite3 subprocess socket signal logging gc weakref importlib zipfile tarfile glob "
    "pickle shelve".split()
)
PATCHES_IN_REACH = ("sys.stdout", "sys.stderr")


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def threads(part):
    """Threads that wait for one another within the submission cannot: one request is answered before the next."""
    if isinstance(part, ast.Call) and dotted(part.func).rpartition(".")[2] in ("Thread", "ThreadPoolExecutor"):
        return "they start threads"
    return None


def own_classes(trees):
    """Classes of the tests' own that are neither test cases nor exceptions."""
    found, other = (
        {},
        {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)},
    )
    for part in (part for tree in trees for part in ast.walk(tree) if isinstance(part, ast.ClassDef)):
        bases = [dotted(base).rpartition(".")[2] for base in part.bases]
        if any(base.endswith("TestCase") or base in other for base in bases):
            other.add(part.name)
        else:
            found[part.name] = part
    return found


def handed_over(trees):
    """A class of the tests' own that the submission gets as a class, or helps to make; such a class is itself in its
    own process only."""
    classes, here = own_classes(trees), bound(trees)

    def theirs(node):
        root = root_of(node)
        return bool(root) and not hasattr(builtins, root) and (root not in here or root == "solution")

    def named(node):
        """Names in an expression that stand for themselves."""
        if isinstance(node, ast.Name):
            yield node.id
        elif not isinstance(node, (ast.Call, ast.Lambda, ast.Attribute)):
            for each in ast.iter_child_nodes(node):
                yield from named(each)

    for name, part in classes.items():
        methods = [each for each in part.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
        makers = [each for made in (part, *methods) for each in made.decorator_list]
        makers += [
            each.value
            for each in part.body
            if isinstance(each, (ast.Assign, ast.AnnAssign)) and isinstance(each.value, ast.Call)
        ]
        if any(map(theirs, makers)):
            return "their class %s is made with the program's" % name
    functions = {
        part.name
        for tree in trees
        for part in ast.walk(tree)
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    own = functions | set().union(*(library(part) for tree in trees for part in ast.walk(tree)))
    for part in (part for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Call)):
        root = root_of(part.func)
        if (
            root in own
            or hasattr(builtins, root)
            or isinstance(part.func, ast.Attribute)
            and getattr(part.func.value, "id", "") == "self"
        ):
            continue
        given = {
            name for each in (*part.args, *(each.value for each in part.keywords)) for name in named(each)
        } & classes.keys()
        if given:
            return "they hand over their class %s" % min(given)
    return None


def inseparable(trees):
    """Why these tests have to share the submission's process; None where they need not."""
    own = {part.name for tree in trees for part in ast.walk(tree) if isinstance(part, ast.ClassDef)}
    handed = handed_over(trees)
    if handed is not None:
        return handed
    for tree in trees:
        for part in ast.walk(tree):
            reason = foreign_import(part) or shared_state(part) or patching(part) or threads(part)
            if reason is not None:
                return reason
            if isinstance(part, ast.ClassDef):
                for base in part.bases:
                    name = dotted(base)
                    root = name.partition(".")[0]
                    if root not in own and not hasattr(builtins, root) and root not in imports_of(trees):
                        return "they subclass %s" % name
    return None


def foreign_import(part):
    if isinstance(part, ast.Import):
        names = [alias.name for alias in part.names]
    elif isinstance(part, ast.ImportFrom) and not part.level:
        names = [part.module or ""]
    else:
        return None
    for name in names:
        root = name.partition(".")[0]
        if root in SHARED_MODULES or root not in sys.stdlib_module_names and root != "solution":
            return "they use %s" % name
    return None


def shared_state(part):
    if isinstance(part, ast.Attribute):
        if part.attr in ("assertLogs", "assertNoLogs"):
            return "they look at logs"
        root, _, rest = dotted(part).partition(".")
        if rest in SHARED_STATE.get(root, ()) and not (root == "time" and rest == "sleep"):
            return "they use %s.%s" % (root, rest)
    if (
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and part.func.id in ("open", "exec", "eval", "globals")
    ):
        return "they use %s()" % part.func.id
    return None


def patching(part):
    """Mocks; but for replacing a standard stream, which crosses."""
    if isinstance(part, ast.Call):
        name = dotted(part.func)
        if name.endswith("patch") or ".patch." in "." + name:
            first = part.args[0] if part.args else None
            if not (isinstance(first, ast.Constant) and first.value in PATCHES_IN_REACH):
                return "they patch"
    if isinstance(part, ast.Name) and part.id.endswith("Mock"):
        return "they use %s" % part.id
    return None
