"""Analysis of the tests before anything runs: which names they take from the submission, and which of
those they use as classes."""

import ast
import builtins
import sys


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
    """Names that tests in the file of the program import from the standard library, which it may use too: [name, module,
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
