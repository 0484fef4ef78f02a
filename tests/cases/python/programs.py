"""Random programs of plain Python, and what Python makes of them: a line of JSON for each.

The module `m` stands for what is in no source: it answers by chance, and each program runs several times.
"""

import json, random, sys, types, warnings

warnings.simplefilter("ignore")

RUNS = 6


class Writer:
    def __init__(self, random):
        self.random, self.lines, self.indent = random, [], 0
        self.ints, self.lists, self.strings, self.dicts = ["i0", "i1"], ["l0", "l1", "l2"], ["s0", "s1"], ["d0", "d1"]
        self.functions, self.generators, self.objects = [], [], []
        self.counter = 0
        self.depth = 0
        self.in_loop = False
        self.in_function = False

    def line(self, text):
        self.lines.append("    " * self.indent + text)

    def fresh(self, prefix):
        self.counter += 1
        return f"{prefix}{self.counter}"

    def one(self, *of):
        return self.random.choice(of)

    def chance(self, p):
        return self.random.random() < p

    # Expressions, by the type that they have.

    def int(self, deep=2):
        r = self.random.randrange(17 if deep > 0 else 3)
        if r == 0: return str(self.random.randrange(-3, 10))
        if r in (1, 2): return self.one(*self.ints)
        if r == 3: return f"({self.int(deep-1)} {self.one('+', '-', '*')} {self.int(deep-1)})"
        if r == 4: return f"len({self.list(deep-1)})"
        if r == 5: return f"({self.int(deep-1)} if {self.bool(deep-1)} else {self.int(deep-1)})"
        if r == 6: return f"sum({self.list(deep-1)})"
        if r == 7: return f"max({self.list(deep-1)}, default={self.int(0)})"
        if r == 8: return f"{self.one(*self.dicts)}.get({self.str(deep-1)}, {self.int(deep-1)})"
        if r == 9: return f"({self.int(deep-1)} {self.one('//', '%')} {self.random.randrange(1, 5)})"
        if r == 10 and self.functions: return f"{self.one(*self.functions)}({self.int(deep-1)})"
        if r == 11: return f"({self.int(deep-1)} {self.one('or', 'and')} {self.int(deep-1)})"
        if r == 12: return f"{self.list(deep-1)}.count({self.int(0)})"
        if r == 13: return f"len({self.str(deep-1)})"
        if r == 14 and self.objects: return f"{self.one(*self.objects)}.{self.one('total()', 'size', 'x', 'y')}"
        if r == 15: return f"abs({self.int(deep-1)})"
        if r == 16: return f"(lambda a, b={self.int(0)}: a {self.one('+', '-')} b)({self.int(deep-1)})"
        return self.one(*self.ints)

    def bool(self, deep=2):
        r = self.random.randrange(13 if deep > 0 else 3)
        if r == 0: return self.one("True", "False")
        if r in (1, 2): return f"{self.int(deep-1)} {self.one('<', '>', '==', '!=', '<=', '>=')} {self.int(deep-1)}"
        if r == 3: return f"not {self.bool(deep-1)}"
        if r == 4: return f"({self.bool(deep-1)} {self.one('and', 'or')} {self.bool(deep-1)})"
        if r == 5: return f"{self.int(deep-1)} {self.one('in', 'not in')} {self.list(deep-1)}"
        if r == 6: return f"{self.str(deep-1)} {self.one('==', '!=', 'in')} {self.str(deep-1)}"
        if r == 7: return "m.flag()"
        if r == 8: return f"any({self.int(0)} == e for e in {self.list(deep-1)})"
        if r == 9: return f"all(e < {self.int(0)} for e in {self.list(deep-1)})"
        if r == 10: return f"bool({self.list(deep-1)})"
        if r == 11: return f"{self.int(0)} < {self.int(0)} < {self.int(0)}"
        if r == 12: return f"isinstance({self.one(*self.ints, *self.lists, *self.strings)}, {self.one('int', 'str', 'list', '(int, str)')})"

    def str(self, deep=2):
        r = self.random.randrange(15 if deep > 0 else 3)
        if r == 0: return repr(self.one("a", "bc", "a_b", "", "X y", "abcab"))
        if r in (1, 2): return self.one(*self.strings)
        if r == 3: return f"({self.str(deep-1)} + {self.str(deep-1)})"
        if r == 4: return f"{self.str(deep-1)}.{self.one('upper()', 'lower()', 'strip()', 'title()', 'capitalize()', 'swapcase()')}"
        if r == 5: return f"f'{{{self.one(*self.ints)}}}-{{{self.one(*self.strings)}!r}}'"
        if r == 6: return f"'%s/%d' % ({self.str(deep-1)}, {self.int(deep-1)})"
        if r == 7: return f"'{{}}:{{k}}'.format({self.str(deep-1)}, k={self.int(deep-1)})"
        if r == 8: return f"{self.str(deep-1)}.replace({self.str(0)}, {self.str(0)})"
        if r == 9: return f"'_'.join(str(e) for e in {self.list(deep-1)})"
        if r == 10: return f"{self.str(deep-1)}[{self.slice()}]"
        if r == 11: return f"str({self.int(deep-1)})"
        if r == 12: return f"({self.str(deep-1)} * {self.random.randrange(3)})"
        if r == 13: return f"({self.str(deep-1)} if {self.bool(deep-1)} else {self.str(deep-1)})"
        if r == 14: return f"{self.str(deep-1)}.{self.one('rstrip', 'lstrip', 'strip')}({self.str(0)} or None)"

    def slice(self):
        part = lambda: self.one("", "", str(self.random.randrange(-3, 4)))
        step = self.one("", "", ":-1", ":2")
        return f"{part()}:{part()}{step}"

    def list(self, deep=2):
        r = self.random.randrange(18 if deep > 0 else 3)
        if r == 0: return "[" + ", ".join(self.int(deep-1) for _ in range(self.random.randrange(4))) + "]"
        if r in (1, 2): return self.one(*self.lists)
        if r == 3: return f"({self.list(deep-1)} + {self.list(deep-1)})"
        if r == 4: return f"sorted({self.list(deep-1)}{self.one('', ', reverse=True', ', key=lambda e: -e')})"
        if r == 5: return f"[e {self.one('+', '*')} {self.int(0)} for e in {self.list(deep-1)}{self.one('', f' if e > {self.int(0)}', ' if m.flag()')}]"
        if r == 6: return f"list(range({self.random.randrange(5)}))"
        if r == 7: return f"{self.list(deep-1)}[{self.slice()}]"
        if r == 8: return f"[*{self.list(deep-1)}, {self.int(deep-1)}, *{self.list(deep-1)}]"
        if r == 9: return f"[a - b for a, b in zip({self.list(deep-1)}, {self.list(deep-1)})]"
        if r == 10: return f"[n * e for n, e in enumerate({self.list(deep-1)}{self.one('', ', 1', ', start=2')})]"
        if r == 11: return f"list({self.one(*self.dicts)}.values())"
        if r == 12 and self.generators: return f"list({self.one(*self.generators)}({self.int(deep-1)}))"
        if r == 13: return f"list({self.one('map(lambda e: e + 1, ', 'filter(lambda e: e > 1, ', 'reversed(')}{self.list(deep-1)}))"
        if r == 14: return "m.items()"
        if r == 15: return f"sorted(set({self.list(deep-1)}) {self.one('|', '&', '-', '^')} {{{self.int(0)}, {self.int(0)}}})"
        if r == 16: return f"[a + b for a in {self.list(deep-1)} for b in ({self.int(0)}, {self.int(0)}){self.one('', ' if a != b')}]"
        if r == 17: return f"({self.list(deep-1)} or [{self.int(0)}])"
        return self.one(*self.lists)

    def raising(self):
        """A statement that raises, or may."""
        name = self.one(*self.ints)
        r = self.random.randrange(24)
        if r == 0: return f"{self.one(*self.dicts)}[{self.str(0)}]"
        if r == 1: return f"raise {self.one('KeyError', 'ValueError', 'TypeError', 'AssertionError', 'ZeroDivisionError')}(1)"
        if r == 2: return "pass"
        if r == 3: return f"{name} = {self.list(1)}[{self.int()}]"
        if r == 4: return self.one("int('x')", f"{name} = int({self.str(1)})")
        if r == 5: return f"{name} = {self.int(1)} {self.one('//', '%')} {self.int(1)}"
        if r == 6: return f"{self.int(1)} {self.one('+', '-', '<')} {self.str(1)}"
        if r == 7: return f"{self.str(1)} {self.one('+', '<=')} {self.int(1)}"
        if r == 8: return f"{self.list(1)} {self.one('+', '>')} {self.int(1)}"
        if r in (9, 10): return f"assert {self.bool(1)}"
        if r == 11: return f"{name} = [*{self.list(1)}].index({self.int(1)})"
        if r == 12: return f"{self.one(*self.lists)}.remove({self.int(1)})"
        if r == 13: return f"{self.str(1)}[{self.int(1)}]"
        if r == 14: return f"{name}, {self.one(*self.ints)} = {self.list(1)}"
        if r == 15: return self.one("None.x", f"{self.int(1)}.nothing", f"{self.str(1)}.nothing", f"{self.list(1)}.nothing")
        if r == 16: return self.one("(lambda a: a)(1, 2)", "(lambda a: a)()", "(lambda a: a)(b=1)", f"(lambda a: a)(*{self.list(1)})")
        if r == 17: return f"{name} = {self.one('max', 'min')}({self.list(1)})"
        if r == 18: return f"{name} = next(iter({self.list(1)}))"
        if r == 19: return f"for {name} in {self.int(1)}: pass"
        if r == 20: return f"{self.one(*self.strings)} = '%d' % {self.one(self.str(1), self.int(1))}"
        if r == 21: return self.one(f"{name}()", f"len({self.int(1)})", f"-{self.str(1)}", f"sum([{self.str(1)}])", f"sorted([{self.str(0)}, {self.int(0)}])", f"{self.int(1)} in {self.int(1)}")
        if r == 22: return f"del {self.one(*self.dicts)}[{self.str(1)}]"
        if r == 23: return f"{name} = 1 // len({self.list(1)})"

    # Statements.

    def body(self, count, *, loop=None):
        self.indent += 1
        self.depth += 1
        was = self.in_loop
        if loop is not None:
            self.in_loop = loop
        for _ in range(self.random.randrange(1, count + 1)):
            self.statement()
        self.in_loop = was
        self.depth -= 1
        self.indent -= 1

    def statement(self):
        deep = self.depth < 3
        r = self.random.randrange(50)
        if r == 0: self.line(f"{self.one(*self.ints)} = {self.int()}")
        elif r == 1: self.line(f"{self.one(*self.ints)} {self.one('+=', '-=')} {self.int()}")
        elif r == 2: self.line(f"{self.one(*self.lists)} = [*{self.list()}]")
        elif r == 3: self.line(f"{self.one(*self.lists)}.append({self.int()})")
        elif r == 4: self.line(f"{self.one(*self.lists)}.extend({self.list()})")
        elif r == 5: self.line(f"{self.one(*self.lists)} += {self.list()}")
        elif r == 6: self.line(f"{self.one(*self.lists)}.insert({self.random.randrange(-2, 3)}, {self.int()})")
        elif r == 7: self.line(f"{self.one(*self.strings)} = {self.str()}")
        elif r == 8: self.line(f"{self.one(*self.dicts)}[{self.str(1)}] = {self.int()}")
        elif r == 9: self.line(f"{self.one(*self.dicts)}.update({{{self.str(0)}: {self.int(1)}}}{self.one('', ', k=' + self.int(0))})")
        elif r == 10: self.line(f"{self.one(*self.dicts)}.setdefault({self.str(1)}, {self.int(1)})")
        elif r == 11: self.line(f"{self.one(*self.dicts)}.pop({self.str(1)}, None)")
        elif r == 12:
            name = self.one(*self.lists)
            self.line(f"if {name}:")
            self.line("    " + self.one(f"{name}.pop()", f"{name}.pop(0)", f"del {name}[0]", f"{name}[-1] = {self.int(1)}", f"{name}[0] += 1"))
        elif r == 13: self.line(f"{self.one(*self.lists)}[{self.slice().split('::')[0] if False else self.one('1:2', ':1', '1:', '-1:')}] = {self.list(1)}")
        elif r == 14: self.line(f"{self.one(*self.lists)}.{self.one('reverse()', 'sort()', 'sort(reverse=True)', 'clear()', 'sort(key=lambda e: e % 3)')}")
        elif r == 15 and self.functions: self.line(f"{self.bool(1)} {self.one('and', 'or')} {self.one(*self.functions)}({self.int(1)})")
        elif r in (16, 17) and deep:
            self.line(f"if {self.bool()}:")
            self.body(3)
            if self.chance(0.3):
                self.line(f"elif {self.bool()}:")
                self.body(2)
            if self.chance(0.5):
                self.line("else:")
                self.body(3)
        elif r in (18, 19) and deep:
            name = self.fresh("e")
            if self.chance(0.2):
                self.line(f"for {self.fresh('n')}, {name} in enumerate({self.list(1)}[:5]):")
            elif self.chance(0.2):
                self.line(f"for k, {name} in list({self.one(*self.dicts)}.items()):")
            else:
                self.line(f"for {name} in {self.list(1)}[:5]:")
            self.ints.append(name)
            self.body(3, loop=True)
            self.ints.remove(name)
            if self.chance(0.2):
                self.line("else:")
                self.body(2)
        elif r == 20 and deep:
            name = self.fresh("w")
            self.line(f"{name} = 0")
            self.line(f"while {name} < {self.random.randrange(4)} and {self.bool(1)}:")
            self.line(f"    {name} += 1")
            self.body(2, loop=True)
        elif r == 21 and self.in_loop: self.line(f"if {self.bool()}:"), self.line("    " + self.one("break", "continue"))
        elif r == 22 and deep:
            self.line("try:")
            if self.chance(0.7): self.body(2)
            self.line("    " + self.raising())
            self.body(1)
            if self.chance(0.3):
                self.line(f"except {self.one('KeyError', 'TypeError', 'ZeroDivisionError', 'ArithmeticError', 'AssertionError', 'ValueError', 'AttributeError')}:")
                self.body(2)
            self.line(f"except {self.one('Exception', '(KeyError, IndexError, ValueError)', 'LookupError', 'Exception as error', 'TypeError', 'ArithmeticError')}:")
            self.body(2)
            if self.chance(0.3): self.line("else:"), self.body(1)
            if self.chance(0.3): self.line("finally:"), self.body(1)
        elif r == 23 and deep and not self.in_function: self.function()
        elif r == 24 and deep and not self.in_function: self.generator()
        elif r == 25 and deep and not self.in_function: self.klass()
        elif r == 26 and self.functions: self.line(f"{self.one(*self.functions)}({self.int()})")
        elif r == 27: self.line(f"{self.one(*self.ints)}, {self.one(*self.ints)} = {self.int()}, {self.int()}")
        elif r == 28: self.line(f"first, *{self.one(*self.lists)} = [{self.int(1)}, *{self.list(1)}]")
        elif r == 29 and self.objects: self.line(f"{self.one(*self.objects)}.{self.one('add(' + self.int(1) + ')', 'x = ' + self.int(1), 'x += 1', 'size = ' + self.int(1))}")
        elif r == 30: self.line(f"[{self.one(*self.lists)}.append(e) for e in {self.list(1)}[:4]]")
        elif r == 31: self.line(f"if ({self.one(*self.ints)} := {self.int(1)}) > 2:"), self.body(1)
        elif r == 32: self.line(f"{self.one(*self.dicts)} = {{str(e): e for e in {self.list(1)}}}")
        elif r == 33: self.line(f"{self.one(*self.dicts)} = {{**{self.one(*self.dicts)}, {self.str(0)}: {self.int(1)}}}")
        # What has two names, of which a condition gives one to another.
        elif r in (34, 35): self.line(self.one("", f"if {self.bool(1)}: ") + f"{self.one(*self.lists)} = {self.list(1)}")
        elif r == 36: self.line(self.one("", "if m.flag(): ") + f"{self.one(*self.dicts)} = {self.one(*self.dicts, '{}')}")
        elif r == 37 and len(self.objects) > 1:
            self.line(self.one("", "if m.flag(): ") + f"{self.one(*self.objects)} = {self.one(*self.objects)}")
        elif r == 38:
            self.line(f"either = {self.one(*self.lists)} if m.flag() else {self.one(*self.lists, 'None')}")
            self.line(f"if either is not None: either.append({self.int(1)})")
        elif r == 39:
            self.line(f"of = [{self.one(*self.lists)}, {self.one(*self.lists)}][{self.one('0', '-1', 'm.flag()')}]")
            self.line(f"of += {self.list(1)}")
        # What is gone through later, once, in part or not at all.
        elif r in (40, 41):
            made = self.one(
                f"map(lambda e: {self.one(*self.lists)}.append(e) or e, {self.list(1)})",
                f"({self.one(*self.lists)}.append(e) or e for e in {self.list(1)})",
                f"(e + 1 for e in {self.list(1)})",
                f"{self.one('iter', 'reversed')}({self.list(1)})",
                f"zip({self.list(1)}, {self.list(1)})",
                *(f"{it}({self.int(1)})" for it in self.generators),
            )
            if self.chance(0.3): return self.line(made)
            self.line(f"later = {made}")
            if self.chance(0.5): self.statement()
            for _ in range(self.random.randrange(3)):
                self.line(self.one(
                    f"{self.one(*self.lists)} = [1 for e in later]",
                    f"l0 += [len(list(later))]",
                    f"i0 = 1 if next(later, None) is None else 2",
                    f"i1 = int(any(e == {self.int(0)} for e in later))",
                    "for it in later: break",
                    f"for it in later: {self.one(*self.lists)}.append({self.int(1)})",
                    f"i0 = int({self.int(0)} in later)",
                    f"i0 = int(bool(later))",
                ))
        elif r in (42, 43) and self.generators:
            self.line(f"{self.one(*self.lists)}{self.one(' += ', '.extend(', '[1:2] = ')}{self.one(*self.generators)}({self.int(1)})")
            if ".extend(" in self.lines[-1]: self.lines[-1] += ")"
        elif r == 44 and self.generators: self.line(f"{self.one(*self.generators)}({self.int(1)})")
        # What is called by a library, or for each of an unknown number of elements.
        elif r in (45, 46, 47):
            does = self.one(
                f"lambda *e: {self.one(*self.lists)}.{self.one('append(1)', 'clear()')}",
                f"lambda *e: {self.one(*self.dicts)}.update(k={self.int(1)})",
                f"{self.one(*self.lists)}.append",
                *self.functions,
                *(f"{it}.add" for it in self.objects),
            )
            self.line(self.one(
                f"m.each({self.list(1)}, {does})",
                f"m.each({self.list(1)}, call={does})",
                f"x = m.each([], {does})",
                f"m.Kept({does}).each(2)",
            ))
        elif r == 48: self.line(f"{self.one('sorted', 'max')}([0, *m.items()], key=lambda e: {self.one(*self.lists)}.append(1) or e)")
        elif r == 49: self.line(f"{self.one('list', 'any')}({self.one('map', 'filter')}(lambda e: {self.one(*self.lists)}.append(1), m.items()))")
        else: self.line(f"{self.one(*self.ints)} = {self.int()}")

    def inner(self, header, end):
        """A function's body with names of its own."""
        kept = self.ints, self.lists, self.strings, self.dicts, self.in_function, self.in_loop
        outer = [it for it in ("i0", "i1", "l0", "l1") if self.chance(0.5)]
        self.line(header)
        self.indent += 1
        if outer and not header.startswith("    "):
            self.line(f"global {', '.join(outer)}")
        self.line(f"local = {self.random.randrange(5)}")
        self.line("mine = [a]")
        self.line("text = 'in'")
        self.line("pairs = {'p': a}")
        self.indent -= 1
        self.ints = ["a", "local"] + [it for it in outer if it[0] == "i"]
        self.lists = ["mine"] + [it for it in outer if it[0] == "l"]
        self.strings, self.dicts = ["text"], ["pairs"]
        self.in_function, self.in_loop = True, False
        self.depth += 1
        self.body(3)
        self.indent += 1
        if self.chance(0.3):
            self.line(f"if {self.bool(1)}:")
            self.line(f"    {end()}")
        if self.chance(0.3):
            self.line(f"for e in {self.list(1)}[:4]:")
            self.line(f"    {end()}")
        self.line(end())
        self.indent -= 1
        self.depth -= 1
        self.ints, self.lists, self.strings, self.dicts, self.in_function, self.in_loop = kept

    def function(self):
        name = self.fresh("f")
        self.inner(f"def {name}(a, more={self.one('[]', '()')}, *rest, **named):", lambda: f"return {self.int(1)}")
        if self.depth == 0:
            self.functions.append(name)

    def generator(self):
        name = self.fresh("g")
        self.inner(f"def {name}(a):", lambda: self.one(f"yield {self.int(1)}", f"yield from {self.list(1)}[:3]"))
        if self.depth == 0:
            self.generators.append(name)

    def klass(self):
        name, base = self.fresh("C"), self.fresh("B")
        self.line(f"class {base}:")
        self.line(f"    x = {self.int(1)}")
        self.line(f"    size = {self.int(0)}")
        self.line("    def __init__(self, a=1):")
        self.line("        self.y = a")
        self.line("        self.kept = []")
        self.line("    def add(self, a):")
        self.line(f"        {self.one('self.kept.append(a)', 'self.y += a', 'self.x = a', 'type(self).size = a')}")
        self.line("    def total(self):")
        self.line("        return self.y + len(self.kept) + self.x")
        self.line(f"class {name}({base}):")
        self.line(f"    {self.one('x', 'z')} = {self.int(1)}")
        if self.chance(0.5):
            self.line("    def add(self, a):")
            self.line(f"        {self.one('super().add(a)', 'super().add(a + 1)', 'self.kept += [a]')}")
            self.line(f"        l0.append(a)")
        if self.chance(0.4):
            self.line("    @property")
            self.line("    def size(self):")
            self.line(f"        return len(self.kept)")
            self.line("    @size.setter")
            self.line("    def size(self, value):")
            self.line("        self.kept.append(value)")
        made = self.fresh("o")
        self.line(f"{made} = {name}({self.int(1)})")
        if self.depth == 0:
            self.objects.append(made)

    def program(self):
        self.line("import m")
        self.line(f"i0, i1 = {self.random.randrange(5)}, {self.random.randrange(5)}")
        self.line("l0, l1, l2 = [1, 2], [], [3]")
        self.line("s0, s1 = 'ab', 'c'")
        self.line("d0, d1 = {'a': 1}, {}")
        for _ in range(self.random.randrange(4, 16)):
            self.statement()
        return "\n".join(self.lines) + "\n"


def encoded(value):
    if value is None or isinstance(value, (bool, str)): return value
    if isinstance(value, int): return {"int": str(value)}
    if isinstance(value, float): return {"float": repr(value)}
    if isinstance(value, list): return [encoded(it) for it in value]
    if isinstance(value, tuple): return {"tuple": [encoded(it) for it in value]}
    if isinstance(value, dict): return {"dict": [[encoded(k), encoded(v)] for k, v in value.items()]}
    raise TypeError(value)


NAMES = ["i0", "i1", "l0", "l1", "l2", "s0", "s1", "d0", "d1"]


def run(text, seed):
    chance = random.Random(seed)
    m = types.ModuleType("m")
    m.flag = lambda: chance.random() < 0.5
    m.items = lambda: [chance.randrange(4) for _ in range(chance.randrange(4))]
    m.each = lambda items, call: [call(it) for it in [*items, 1, 2] if chance.random() < 0.5]
    m.Kept = lambda call: types.SimpleNamespace(each=lambda it: m.each([it], call))
    sys.modules["m"] = m
    names = {"__name__": "program"}
    exec(compile(text, "program", "exec"), names)
    return {name: encoded(names[name]) for name in NAMES}


class TooLong(Exception):
    pass


def limited(text, seed):
    count = 0
    def tracer(frame, event, arg):
        nonlocal count
        count += 1
        if count > 20000: raise TooLong
        return tracer
    sys.settrace(tracer)
    try:
        return run(text, seed)
    finally:
        sys.settrace(None)


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    made = 0
    while made < count:
        seed += 1
        text = Writer(random.Random(seed)).program()
        try:
            values = [limited(text, it) for it in range(RUNS)]
        except (Exception, TooLong):
            continue
        if any(len(json.dumps(it)) > 5000 for it in values):
            continue
        made += 1
        print(json.dumps({"seed": seed, "text": text, "values": values}))


main()
