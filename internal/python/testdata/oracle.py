# Prints what CPython's own ast makes of the files named on standard input, one
# record a line, for oracle_test.go. Runs on Python 2.7 and on 3.8 or later.
#
#   F <path>                                   a file begins
#   E                                          this Python cannot parse it
#   <Type> <line> <col> <endline> <endcol> [name]
#   D <line> <col>                             a decorator's expression
#   L <line> <col> <n>                         a list or tuple of n strings
#
# With the argument "values" the records are instead, for each string that is no
# f-string's text:
#
#   V <line> <col> <s or b> <crc32 of the value, text in UTF-8>
#
# Columns are 0-based offsets in UTF-8, lines are counted from 1. Python 2.7
# has no ends: they are 0 there. Nodes inside of f-strings are left out before
# 3.12, which was the first to place them right.
import ast
import sys
import warnings
import zlib

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)
old = sys.version_info < (3,)
opaque = sys.version_info < (3, 12)

NAMES = {
    "FunctionDef": "name", "AsyncFunctionDef": "name", "ClassDef": "name",
    "Attribute": "attr", "Name": "id", "arg": "arg", "keyword": "arg",
    "alias": "name", "ExceptHandler": "name", "MatchAs": "name",
    "MatchStar": "name", "TypeVar": "name", "ParamSpec": "name",
    "TypeVarTuple": "name",
}


def is_string(node):
    if old:
        return isinstance(node, ast.Str)
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


def dump(tree, out):
    stack = [tree]
    while stack:
        node = stack.pop()
        kind = type(node).__name__
        line = getattr(node, "lineno", None)
        if line is not None:
            name = getattr(node, NAMES.get(kind, "_"), None)
            if not isinstance(name, str) or any(ord(c) > 127 for c in name):
                name = ""
            out.append("%s %d %d %d %d %s" % (
                kind, line, node.col_offset, getattr(node, "end_lineno", 0) or 0,
                getattr(node, "end_col_offset", 0) or 0, name))
            for d in getattr(node, "decorator_list", ()):
                out.append("D %d %d" % (d.lineno, d.col_offset))
            if kind in ("List", "Tuple") and node.elts and all(map(is_string, node.elts)):
                out.append("L %d %d %d" % (line, node.col_offset, len(node.elts)))
        if kind in ("JoinedStr", "TemplateStr"):
            # Its fields only; the text between them has no node here.
            if not opaque:
                stack.extend(v for v in node.values if not isinstance(v, ast.Constant))
            continue
        if kind in ("FormattedValue", "Interpolation"):
            stack.append(node.value)
            if node.format_spec is not None:
                stack.extend(v for v in node.format_spec.values if not isinstance(v, ast.Constant))
            continue
        stack.extend(ast.iter_child_nodes(node))


def values(tree, out):
    stack = [tree]
    while stack:
        node = stack.pop()
        if type(node).__name__ in ("JoinedStr", "TemplateStr"):
            continue
        if is_string(node):
            kind, value = "b", node.value
            if not isinstance(value, bytes):
                kind, value = "s", value.encode("utf-8", "surrogatepass")
            out.append("V %d %d %s %d" % (node.lineno, node.col_offset, kind, zlib.crc32(value)))
        stack.extend(ast.iter_child_nodes(node))


for path in sys.stdin:
    path = path.rstrip("\n")
    out = ["F " + path]
    try:
        with open(path, "rb") as f:
            source = f.read()
        if old:
            tree = compile(source.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), "f", "exec", ast.PyCF_ONLY_AST, True)
        else:
            tree = ast.parse(source, "f")
        (values if sys.argv[1:] == ["values"] else dump)(tree, out)
    except Exception as e:
        out = ["F " + path, "E"]
    sys.stdout.write("\n".join(out) + "\n")
