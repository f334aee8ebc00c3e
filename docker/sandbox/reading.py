"""What can be read off the tests before anything runs: which names they take from the submission, which of those they
use as classes, and whether they can be kept apart from it at all."""

import ast
import builtins
import sys

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


def names_of(trees):
    return [part for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Name)]


def identifiers(trees):
    return {part.id for part in names_of(trees)}


def bound(trees):
    """Names that the tests make themselves."""
    found = set()
    for tree in trees:
        for part in ast.walk(tree):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                found.add(part.id)
            elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found.add(part.name)
            elif isinstance(part, (ast.Import, ast.ImportFrom)) and getattr(part, "module", "") != "solution":
                found |= {(alias.asname or alias.name).partition(".")[0] for alias in part.names}
            elif isinstance(part, ast.arg):
                found.add(part.arg)
            elif isinstance(part, ast.ExceptHandler) and part.name:
                found.add(part.name)
    return found


def as_module(trees, name):
    """Whether tests use a name as a module's: by its attributes alone."""
    parts = [part for tree in trees for part in ast.walk(tree)]
    bases = {id(part.value) for part in parts if isinstance(part, ast.Attribute)}
    return all(id(part) in bases for part in parts if isinstance(part, ast.Name) and part.id == name)


def shadowing(trees, others):
    """Built-in names that the submission may take over: those under test, where the tests name nothing else of it. Of
    nested calls only the inner one is: `abs(sum(1, 2) - 3)` tests sum."""
    if others:
        return set()

    def called(node):
        return {
            part.func.id for part in ast.walk(node) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        }

    calls = [
        part
        for tree in trees
        for part in ast.walk(tree)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    ]
    found = set()
    for call in calls:
        within = set().union(*(called(part) for part in (*call.args, *call.keywords)))
        if hasattr(builtins, call.func.id) and not within:
            found.add(call.func.id)
    outer = {call.func.id for call in calls} - found
    return found - outer


def wanted(trees):
    """Names that the tests may take from the submission's own."""
    free = identifiers(trees) - bound(trees)
    others = {name for name in free if not hasattr(builtins, name) and name not in sys.stdlib_module_names}
    return {name for name in free if not hasattr(builtins, name)} | shadowing(trees, others), others


def imports_lent(trees):
    """What tests in the file of the program import from the standard library, which it may use too: [name, module,
    name there]."""
    parts = [part for tree in trees for part in tree.body if isinstance(part, (ast.Import, ast.ImportFrom))]
    lent = []
    for part in parts:
        for alias in part.names:
            module = part.module or "" if isinstance(part, ast.ImportFrom) else alias.name
            if module.partition(".")[0] in sys.stdlib_module_names and alias.name != "*":
                lent.append(
                    [alias.asname or alias.name, module, alias.name if isinstance(part, ast.ImportFrom) else ""]
                )
    return [each for each in lent if "." not in each[0]]


def imported(trees):
    """What the tests import from the module `solution`: {name there: names here}; `*` for all."""
    found = {}
    for tree in trees:
        for part in ast.walk(tree):
            if isinstance(part, ast.ImportFrom) and part.module == "solution":
                for alias in part.names:
                    found.setdefault(alias.name, set()).add(alias.asname or alias.name)
    return found


class ClassUse(ast.NodeVisitor):
    """Names that the tests treat as classes: by isinstance and the like, by an attribute of the name or of what its
    call returns, or by calling a name that is written as a class's."""

    def __init__(self):
        self.found, self.results = set(), {}

    def name_of(self, node):
        """The name that a value comes from: `V(1)` and, after `v = V(1)`, `v`."""
        if isinstance(node, ast.Call):
            return self.plain(node.func)
        if isinstance(node, ast.Name):
            return self.results.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.results.get("self." + node.attr)
        return None

    def plain(self, node):
        if isinstance(node, ast.Name):
            return node.id
        return node.attr if isinstance(node, ast.Attribute) else None

    def visit_Assign(self, node):
        for target in node.targets:
            self.assign(target, node.value)
        self.generic_visit(node)

    def assign(self, target, value):
        if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            for each, part in zip(target.elts, value.elts):
                self.assign(each, part)
        elif isinstance(target, ast.Name):
            self.results[target.id] = self.name_of(value)
        elif isinstance(target, ast.Attribute) and self.plain(target.value) == "self":
            self.results["self." + target.attr] = self.name_of(value)

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name):
            self.found.add(node.value.id)
        name = self.name_of(node.value)
        if name is not None and not any(
            hasattr(kind, node.attr) for kind in (list, dict, str, set, tuple, float, bytes)
        ):
            self.found.add(name)
        self.generic_visit(node)

    def visit_Call(self, node):
        checks = (
            "isinstance",
            "issubclass",
            "assertIsInstance",
            "assertNotIsInstance",
            "assertRaises",
            "assertRaisesRegex",
            "raises",
        )
        if self.plain(node.func) in checks:
            for argument in node.args:
                for part in argument.elts if isinstance(argument, ast.Tuple) else [argument]:
                    self.found.add(self.plain(part))
        name = self.plain(node.func)
        if name and name[0].isupper() and "_" not in name and not isinstance(node.func, ast.Attribute):
            self.found.add(name)
        self.generic_visit(node)

    def sent_to(self, node):
        """What made the generator of a call like `g.send(x)`; None where that cannot be read."""
        return self.name_of(node.value) if isinstance(node, ast.Attribute) and node.attr in ("send", "throw") else ""

    def visit_With(self, node):
        for item in node.items:
            name = self.name_of(item.context_expr)
            if name:
                self.found.add(name)
        self.generic_visit(node)


def uses(trees):
    """What the tests do with names, in whatever order they stand."""
    use = ClassUse()
    for _ in range(2):
        for tree in trees:
            use.visit(tree)
    return use


def generators_fed(trees):
    """Functions whose generators the tests send values to; with None among them, it may be any."""
    use = uses(trees)
    return {use.sent_to(part) for tree in trees for part in ast.walk(tree)} - {""}


def classes_named(trees):
    """Classes of the submission whose operators the tests rely on. A name that the tests give to something of their own
    is none, but for `Stack = solution.Stack`."""
    use, assigned = (
        uses(trees),
        {part.id for part in names_of(trees) if not isinstance(part.ctx, ast.Load) and part.id[0].isupper()},
    )
    return {name for name in use.found if name and not hasattr(builtins, name)} - (bound(trees) - assigned)


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


def imports_of(trees):
    """Names of what the tests import, and the modules that they import from."""
    modules = {part.module or "" for tree in trees for part in ast.walk(tree) if isinstance(part, ast.ImportFrom)} - {
        "solution"
    }
    return modules | {
        (alias.asname or alias.name).partition(".")[0]
        for tree in trees
        for part in ast.walk(tree)
        if isinstance(part, (ast.Import, ast.ImportFrom)) and getattr(part, "module", None) != "solution"
        for alias in part.names
        if alias.name != "solution"
    }


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
