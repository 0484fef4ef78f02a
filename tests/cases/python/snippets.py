"""Small pieces of plain Python, by what they need of the standard library, and what Python makes of `made`: a line of JSON for
each, in the notation of `programs.py`.
"""

import json

SNIPPETS = {
    "namedtuple": [
        """\
from collections import namedtuple
P = namedtuple('P', 'x y')
p = P(1, y=2)
made = [p.x, p.y, p[0], tuple(p), p._replace(x=5).x, P._fields, list(p._asdict().items())]
""",
        """\
from collections import namedtuple
P = namedtuple('P', ['x', 'y'], defaults=(7,))
made = [P(1).y, [q.x for q in [P(1), P(2)]]]
""",
        """\
from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 3
    def total(self): return self.x + self.y
made = [P(1).total(), P(1, 2)[1]]
""",
        """\
from collections import namedtuple
class P(namedtuple('P', 'x y')):
    def total(self): return self.x + self.y
a, b = P(1, 2)
made = [P(1, 2).total(), a, b]
""",
    ],
    "dataclass": [
        """\
from dataclasses import dataclass, field
@dataclass
class A:
    x: int
    y: list = field(default_factory=list)
    z: str = 'q'
a = A(1)
a.y.append(2)
made = [a.x, a.y, a.z, A(2).y, A(x=3, z='w').z]
""",
        """\
from dataclasses import dataclass, replace, asdict, astuple
@dataclass(frozen=True)
class A:
    x: int = 1
@dataclass(frozen=True)
class B(A):
    y: int = 2
made = [replace(B(), y=5).y, asdict(B(4)), astuple(B(4)), B(1) == B(1), B(1) == B(2)]
""",
        """\
from dataclasses import dataclass
@dataclass
class A:
    x: int
    def __post_init__(self):
        self.y = self.x + 1
made = [A(1).y]
""",
    ],
    "collections": [
        """\
from collections import defaultdict
d = defaultdict(list)
d['a'].append(1)
d['b'].append(2)
made = dict(d)
""",
        """\
from collections import defaultdict
d = defaultdict(int)
for c in 'aab': d[c] += 1
made = dict(d)
""",
        """\
from collections import Counter
c = Counter('aab')
made = [c['a'], c['z'], c.most_common(1), dict(c)]
""",
        """\
from collections import OrderedDict
d = OrderedDict([('a', 1), ('b', 2)])
d.move_to_end('a')
made = list(d.items())
""",
        """\
from collections import deque
d = deque([1, 2])
d.appendleft(0)
d.append(3)
made = [list(d), d.popleft()]
""",
        """\
from collections import ChainMap
c = ChainMap({'a': 1}, {'a': 2, 'b': 3})
made = [c['a'], c['b'], c.get('z', 5)]
""",
    ],
    "itertools": [
        """\
import itertools
made = [list(itertools.chain([1], [2])), list(itertools.chain.from_iterable([[1], [2]])), list(itertools.product('ab', [1, 2])), list(itertools.product([0, 1], repeat=2))]
""",
        """\
from itertools import repeat, islice, zip_longest, count, accumulate
made = [list(repeat(1, 2)), list(islice([1, 2, 3, 4], 1, 3)), list(zip_longest([1], [2, 3])), list(islice(count(5), 2)), list(accumulate([1, 2, 3]))]
""",
        """\
from itertools import groupby
made = [(k, list(g)) for k, g in groupby([1, 1, 2])]
""",
        """\
from itertools import starmap, combinations, permutations, takewhile, dropwhile
made = [list(starmap(lambda a, b: a + b, [(1, 2)])), list(combinations('abc', 2)), list(permutations([1, 2])), list(takewhile(lambda e: e < 2, [1, 2, 1])), list(dropwhile(lambda e: e < 2, [1, 2, 1]))]
""",
        """\
from itertools import count
c = count(1)
made = [next(c), next(c)]
""",
        """\
from itertools import zip_longest, repeat
made = list(zip(['a', 'b'], repeat(1)))
""",
        """\
from itertools import count, islice, repeat
c = count(10, 5)
made = [list(zip(c, 'ab')), next(c), list(islice(c, 2)), list(zip('xy', count())), [f'{n}{i}' for n, i in zip('xy', count(1))], list(islice(repeat('r'), 2))]
""",
    ],
    "functools": [
        """\
from functools import partial, reduce
made = [partial(int, base=2)('11'), reduce(lambda a, b: a + b, [1, 2, 3]), reduce(lambda a, b: a + b, [1], 5)]
""",
        """\
from functools import lru_cache, cache
@lru_cache(maxsize=None)
def f(x): return x + 1
@cache
def g(x): return x
made = [f(1), g(2)]
""",
        """\
from functools import wraps
def deco(f):
    @wraps(f)
    def inner(*a): return f(*a) + 1
    return inner
@deco
def h(x): return x
made = h(1)
""",
    ],
    "operator": [
        """\
from operator import attrgetter, itemgetter, add, or_, mul
from functools import reduce
made = [itemgetter(1)([1, 2]), itemgetter('a', 'b')({'a': 1, 'b': 2}), add(1, 2), reduce(or_, [{'a': 1}, {'b': 2}]), sorted([(2, 'a'), (1, 'b')], key=itemgetter(0)), reduce(mul, [2, 3])]
""",
        """\
from operator import attrgetter
class A:
    def __init__(self, x): self.x = x
made = [attrgetter('x')(A(3)), [a.x for a in sorted([A(2), A(1)], key=attrgetter('x'))]]
""",
    ],
    "re": [
        """\
import re
made = [re.sub(r'[^a-z]+', '_', 'ab cd--e'), bool(re.match(r'\\d+', '12a')), re.findall(r'\\w+', 'a b'), re.split(r',\\s*', 'a, b,c')]
""",
        """\
import re
m = re.match(r'(?P<a>\\d+)-(\\w+)', '12-ab')
made = [m.group(1), m.group('a'), m.groups(), m[2], re.match('x', 'y') is None]
""",
        """\
import re
P = re.compile(r'^v(\\d+)$', re.I)
made = [P.match('V5').group(1), P.search('zz'), P.sub(r'<\\1>', 'v7')]
""",
        """\
import re
made = re.sub('(?<!^)(?=[A-Z])', '_', 'CamelCase').lower()
""",
    ],
    "enum": [
        """\
from enum import Enum
class C(Enum):
    A = 1
    B = 2
made = [C.A.value, C.A.name, [c.value for c in C], C(2).name, C['A'].value, len(C), C.A in C, C.A == C.A, C.A is C.B, [m.name for m in C]]
""",
        """\
from enum import Enum, auto, IntEnum
class C(Enum):
    A = auto()
    B = auto()
class D(IntEnum):
    X = 3
made = [C.B.value, D.X + 1, D.X.value, D.X.name, D(3).name]
""",
        """\
from enum import StrEnum
class C(StrEnum):
    A = 'a'
made = [C.A, C.A.value, C.A.name, C.A.upper(), list(C)]
""",
        """\
from enum import Enum
class C(str, Enum):
    A = 'a'
    @classmethod
    def choices(cls): return [(k.value, k.name) for k in cls]
made = [C.choices(), C.A.value]
""",
        """\
from enum import Enum
class C(Enum):
    A = 'x'
    @property
    def doubled(self): return self.value * 2
made = [C.A.doubled, [(t.value, t.name.title()) for t in C]]
""",
        """\
from enum import Enum
class C(Enum):
    A = ('x', 3)
    def __init__(self, a, b):
        self.a = a
        self.b = b
made = [C.A.a, C.A.b]
""",
    ],
    "text": [
        """\
from string import Template
made = Template('$a and ${b}').substitute(a=1, b='x')
""",
        """\
import textwrap
made = [textwrap.dedent('  a\\n    b\\n'), textwrap.indent('a\\nb', '> ')]
""",
        """\
import string
made = [string.ascii_lowercase[:3], string.digits]
""",
        """\
made = ['a-b'.partition('-'), 'a.b.c'.rsplit('.', 1), 'ab'.zfill(4), 'ab'.center(6, '*'), 'ab'.ljust(4) + '|', '{:>5}|{:05.2f}|{:,}'.format('a', 3.14159, 12345), f'{3:03d}', f'{"a":<3}|', 'a' 'b', 'ab'.translate(str.maketrans('a', 'x')), 'aXb'.casefold(), 'a\\tb'.expandtabs(4), 'x=%(a)s' % {'a': 1}, '%5.1f' % 2.25, '%r' % 'a', 'abc'.removeprefix('a'), 'abc'.find('c'), 'a,b'.split(',')]
""",
        """\
made = [slug for slug in map(str.lower, ['A'])]
""",
    ],
    "paths": [
        """\
import os
made = [os.path.join('a', 'b'), os.path.basename('a/b.py'), os.path.splitext('b.py'), os.path.dirname('/a/b'), os.path.normpath('a/../b')]
""",
        """\
from pathlib import Path
p = Path('/a/b.tar.gz')
made = [p.name, p.stem, p.suffix, str(p.parent), str(p / 'c'), p.parts, str(p.with_suffix('.x')), p.suffixes, p.as_posix(), p.is_absolute()]
""",
    ],
    "numbers": [
        """\
from decimal import Decimal
made = [str(Decimal('1.50')), int(Decimal('3')), Decimal('1') + 2 == 3, Decimal('1.5') < 2]
""",
        """\
import datetime
d = datetime.date(2020, 1, 2)
made = [d.year, d.isoformat(), str(d + datetime.timedelta(days=1)), datetime.timedelta(days=1, hours=2).total_seconds(), datetime.datetime(2020, 1, 2, 3, 4).strftime('%Y-%m-%d')]
""",
        """\
import uuid
made = [str(uuid.UUID('12345678123456781234567812345678')), uuid.UUID('12345678123456781234567812345678').hex]
""",
        """\
made = [divmod(7, 2), round(2.567, 1), pow(2, 5), hex(255), bin(5), oct(8), chr(97), ord('a'), abs(-2.5), sum([[1], [2]], []), min('b', 'a'), 7 // -2, -7 % 3, 2 ** -1, 1_000, 0x10, 3 / 2, int('0x1f', 16), float('1.5'), round(5.5), 1e3]
""",
        """\
import math
made = [math.ceil(1.2), math.floor(1.8), math.pi > 3, math.log2(8)]
""",
        """\
import json
made = [json.dumps({'a': 1}), json.loads('[1]')]
""",
        """\
import hashlib
made = hashlib.md5(b'a').hexdigest()[:8]
""",
        """\
import copy
a = [[1]]
b = copy.deepcopy(a)
b[0].append(2)
made = [a, b]
""",
    ],
    "idioms": [
        """\
def f(**kw): return kw
made = f(a=1, **{'b': 2})
""",
        """\
match 3:
    case 3: made = 'x'
    case _: made = 'y'
""",
        """\
a, (b, *c) = 1, (2, 3, 4)
made = [a, b, c]
""",
        """\
made = [x for x in range(10) if x % 2][::-1]
""",
        """\
class A:
    x = 1
    def __getattr__(self, n): return n
made = [A().x, A().foo]
""",
        """\
class A:
    _r = {}
    def __init_subclass__(cls, **k):
        cls._r[cls.__name__] = cls
class B(A): pass
made = list(A._r)
""",
        """\
made = {**{'a': 1}, 'b': 2} | {'c': 3}
""",
        """\
def f(x, /, y, *, z=1): return (x, y, z)
made = f(1, 2, z=3)
""",
        """\
from contextlib import contextmanager
@contextmanager
def c():
    yield 5
with c() as made: pass
""",
        """\
class A:
    def __eq__(self, o): return True
    def __add__(self, o): return 9
    def __len__(self): return 4
    def __contains__(self, x): return True
    def __iter__(self): return iter([1, 2])
    def __call__(self): return 8
    def __getitem__(self, i): return i
    def __bool__(self): return False
    def __str__(self): return 's'
a = A()
made = [a == 1, a + 1, len(a), 3 in a, list(a), a(), a[5], bool(a), str(a), f'{a}']
""",
        """\
made = sorted({'b': 1, 'a': 2}.items(), key=lambda kv: kv[1], reverse=True)
""",
        """\
made = list(dict.fromkeys([3, 1, 3]))
""",
        """\
import types
n = types.SimpleNamespace(a=1)
made = n.a
""",
        """\
x = [1, 2, 3]
x[::2] = [9, 9]
del x[1]
made = x
""",
        """\
d = {'a': 1}
d |= {'b': 2}
made = d
""",
        """\
s = {1} | {2}
s |= {3}
s -= {1}
made = sorted(s)
""",
        """\
i = 5
i //= 2
i **= 2
made = i
""",
        """\
made = (lambda *a, **k: (a, k))(1, b=2)
""",
        """\
while True:
    made = 1
    break
""",
        """\
made = [(i, j) for i in range(2) for j in range(i)]
""",
        """\
made = any(x > 1 for x in [1, 2]), all([])
""",
        """\
made = 'yes' if [] else 'no'
""",
        """\
t = (1, 2)
t += (3,)
made = t
""",
        """\
made = [*range(3)], sorted({*'a'}), {**{}}
""",
    ],
    "classes": [
        """\
class A: pass
made = [A() == A(), A() != A(), [A()] == [A()], A() in [A()], A() is A(), {A(): 1, A(): 2}.__len__(), len({A(), A()})]
""",
        """\
class A:
    x = 1
a = A()
a.x = 2
del a.x
made = a.x
""",
        """\
class A:
    x = 1
a = A()
a.y = 2
del a.y
made = hasattr(a, 'y')
""",
        """\
class A:
    x = 1
a = A()
a.y = 2
delattr(a, 'y')
made = hasattr(a, 'y')
""",
        """\
class A:
    def __init__(self): self.d = {}
    def __setitem__(self, k, v): self.d[k] = v
a = A()
a[1] = 2
made = a.d
""",
        """\
class A:
    def __init__(self): self.d = [1]
    def __delitem__(self, k): del self.d[k]
a = A()
del a[0]
made = a.d
""",
        """\
class A:
    def __init__(self): self.d = [1]
    def __iadd__(self, k):
        self.d.append(k)
        return self
a = A()
b = a
a += 3
made = b.d
""",
        """\
class A:
    def __init__(self): self.__dict__['d'] = [1]
    def __setattr__(self, k, v): self.d.append((k, v))
a = A()
a.x = 3
made = a.d
""",
        """\
class A:
    d = []
    def __enter__(self):
        self.d.append(1)
        return 5
    def __exit__(self, *a): self.d.append(2)
with A() as x:
    pass
made = [x, A.d]
""",
        """\
class A:
    d = []
    def __add__(self, o):
        self.d.append(o)
        return 5
x = A() + 1
made = [x, A.d]
""",
        """\
class A:
    d = []
    def __contains__(self, o):
        self.d.append(o)
        return True
x = 1 in A()
made = [x, A.d]
""",
        """\
class A:
    d = []
    def __lt__(self, o):
        self.d.append(o)
        return True
x = A() < 1
made = [x, A.d]
""",
        """\
class A:
    d = []
    def __bool__(self):
        self.d.append(1)
        return False
x = 1 if A() else 2
made = [x, A.d]
""",
        """\
class A:
    d = []
    def __str__(self):
        self.d.append(1)
        return 'a'
x = f'{A()}'
y = '%s' % A()
z = '{}'.format(A())
made = [x, y, z, str(A()), A.d]
""",
        """\
class A:
    d = []
    def __len__(self):
        self.d.append(1)
        return 0
x = bool(A())
made = [x, len(A()), A.d]
""",
        """\
class A:
    d = []
    def __neg__(self):
        self.d.append(1)
        return 0
x = -A()
made = [x, A.d]
""",
        """\
class A:
    def __eq__(self, o): return True
a = A()
made = [a == 1, a != 1, 1 == a, [1, 2].index(a), [1].count(a), a in [3], 3 in [a]]
""",
        """\
class A(list):
    pass
a = A([1])
a.append(2)
made = [len(a), a[0], list(a)]
""",
        """\
class A(dict):
    pass
a = A(x=1)
a['y'] = 2
made = [len(a), a['x'], dict(a), 'y' in a]
""",
        """\
class A(str):
    pass
a = A('x')
made = [a + 'y', a == 'x', len(a)]
""",
        """\
class A(int):
    pass
a = A(3)
made = [a + 1, a == 3]
""",
        """\
class A(dict):
    def __getattr__(self, n): return self[n]
    def __setattr__(self, n, v): self[n] = v
a = A(x=1)
a.y = 2
made = [a.x, a['y']]
""",
        """\
class A(dict):
    def __missing__(self, n): return n
a = A(x=1)
made = [a['x'], a['q']]
""",
        """\
from collections import UserDict, UserList
class A(UserDict): pass
a = A(x=1)
a['y'] = 2
made = [len(a), a['x'], dict(a), 'y' in a]
""",
        """\
class A:
    def __init__(self, x): self.x = x
a = A([1])
b = a
b.x.append(2)
import copy
c = copy.copy(a)
d = copy.deepcopy(a)
c.x.append(3)
d.x.append(4)
c.x = 5
made = [a.x, d.x, c.x]
""",
        """\
class D:
    def __get__(self, i, o): return 7
class A:
    x = D()
made = [A().x, A.x]
""",
        """\
class D:
    def __set_name__(self, o, n): self.n = n
class A:
    x = D()
made = A.__dict__['x'].n
""",
        """\
class A:
    __slots__ = ('x',)
    def __init__(self): self.x = 1
made = A().x
""",
        """\
class A:
    def __init__(self): self.x = 1
    def __hash__(self): return 1
    def __eq__(self, o): return self.x == o.x
made = [len({A(), A()}), A() in {A(): 1}, A() == A(), [A()] == [A()], A() in [A()], [A()].index(A())]
""",
        """\
class A:
    def __init__(self, x): self.x = x
a, b = A(1), A(1)
made = [a in [b], [a, b].index(b), {a: 1, b: 2}[b], a == b, [a] == [b], (a,) == (b,), {'k': a} == {'k': b}]
""",
    ],
    "contexts, formats, descriptors": [
        """\
d = {'a': 1}
e = d
d |= {'b': 2}
made = e
""",
        """\
s = {1}
t = s
s |= {2}
s -= {1}
made = sorted(t)
""",
        """\
l = [1]
m = l
l *= 2
made = m
""",
        """\
import copy
x = [1]
y = copy.deepcopy([x, x])
y[0].append(2)
made = y
""",
        """\
from contextlib import contextmanager
log = []
@contextmanager
def c(a):
    log.append('in')
    try:
        yield a + 1
    finally:
        log.append('out')
with c(1) as x:
    log.append(x)
made = log
""",
        """\
from contextlib import contextmanager
log = []
@contextmanager
def c(a):
    log.append('in')
    try:
        yield a + 1
    except ValueError:
        log.append('caught')
with c(1) as x:
    log.append(x)
    raise ValueError(1)
made = log
""",
        """\
from contextlib import contextmanager
log = []
@contextmanager
def c(a):
    yield a
    log.append(a)
def f():
    for i in range(3):
        with c(i) as x, c(7):
            if x == 1: return x
            if x == 0: continue
    return 9
made = [f(), log]
""",
        """\
from contextlib import contextmanager
log = []
class A:
    @contextmanager
    def c(self, a):
        yield a
        log.append(a)
try:
    with A().c(3) as x:
        raise KeyError('x')
except KeyError:
    log.append('k')
made = log
""",
        """\
class A:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): return t is KeyError
made = []
with A():
    raise KeyError(1)
made.append(1)
try:
    with A():
        raise ValueError(1)
except ValueError:
    made.append(2)
""",
        """\
made = ['{:>8.2f}|{:<6}|{:^7}|{:+d}|{:,}|{:_}|{:x}|{:#X}|{:08b}|{:%}|{:e}'.format(3.14159, 'ab', 'mid', 5, 1234567, 1234567, 255, 255, 5, 0.25, 1234.5)]
""",
        """\
made = [f'{1.0}', f'{1e16}', f'{1e-5}', f'{123456789.123}', str(1e22), repr(0.1), f'{2.5:.0f}', f'{0.125:.2f}', f'{2.675:.2f}', f'{1e100:.3f}', f'{0.1:.20f}', f'{7:.2f}', f'{True:d}', f'{True}', f'{True:>5}', '%5.1f' % 2.25, '%05d' % -3, '%+d' % 4, '%x' % 255, '%-5d|' % 3, '%5s|%-5s|' % ('a', 'b'), '%.2s' % 'abc', '%r' % ['a'], '%%', '%c' % 'x' if 0 else '']
""",
        """\
class P:
    x = 3
    d = {'k': [1, 2]}
made = ['{0.x} {0.d[k][1]} {a!r:>5}'.format(P(), a='z'), '{:>{w}}'.format('q', w=4), '{}{}'.format(1, 2), '{1}{0}'.format(1, 2), '{{}}'.format()]
""",
        """\
class A:
    def __init__(self): self.__dict__['x'] = 1
    def up(self, **k): self.__dict__.update(k)
a = A()
a.up(y=3)
d = a.__dict__
d['z'] = 5
made = [a.x, a.__dict__['x'], vars(a)['x']]
""",
        """\
class A:
    def up(self, **k): self.__dict__.update(k)
a = A()
a.up(y=3)
made = a.y
""",
        """\
class A:
    y = 1
a = A()
d = vars(a)
d['y'] = 5
made = a.y
""",
        """\
class F:
    def __init__(self, **k):
        object.__setattr__(self, 'k', k)
    def __setattr__(self, n, v): raise AttributeError(n)
f = F(a=1)
try:
    f.x = 2
except AttributeError:
    pass
made = [f.k, hasattr(f, 'x')]
""",
        """\
class V:
    def __init__(self, x): self.x = x
    def __add__(self, o): return V(self.x + (o.x if isinstance(o, V) else o))
    __radd__ = __add__
    def __repr__(self): return f'V({self.x})'
    def __lt__(self, o): return self.x < o.x
    def __eq__(self, o): return isinstance(o, V) and self.x == o.x
    def __bool__(self): return self.x != 0
made = [repr(V(1) + V(2)), str(V(1) + 5), f'{5 + V(1)!r}', sum([V(1), V(2)]).x, V(1) < V(2), V(3) > V(2), V(1) == V(1), V(1) != V(1), bool(V(0)), 'y' if V(1) else 'n', not V(0), [str(v) for v in sorted([V(3), V(1)])], V(0) or 7, max(V(1), V(5)).x]
""",
        """\
from functools import total_ordering
@total_ordering
class V:
    def __init__(self, x): self.x = x
    def __lt__(self, o): return self.x < o.x
    def __eq__(self, o): return self.x == o.x
made = [V(1) <= V(1), V(2) >= V(3), V(2) > V(1)]
""",
        """\
class B:
    def __init__(self): self.l = {}
    def __getitem__(self, i): return self.l.get(i, 0)
    def __setitem__(self, i, v): self.l[i] = v
b = B()
b['a'] = 1
b['b'] += 4
b['a'] += 1
made = b.l
""",
        """\
class D:
    def __init__(self, n): self.n = n
    def __get__(self, i, o): return self.n if i is None else i.__dict__.get(self.n, 0)
    def __set__(self, i, v): i.__dict__[self.n] = v * 2
class A:
    x = D('x')
a = A()
a.x = 3
made = [a.x, A.x]
""",
        """\
class D:
    def __set_name__(self, o, n): self.n = n
    def __get__(self, i, o): return self.n
class A:
    x = D()
made = [A().x, A.x]
""",
    ],
    "records": [
        """\
from dataclasses import dataclass, field, fields, asdict, astuple, replace, is_dataclass
@dataclass(order=True)
class Base:
    name: str
    size: int = 5
    tags: list = field(default_factory=list)
    hidden: int = field(default=3, repr=False, compare=False)
@dataclass
class Child(Base):
    extra: str = 'x'
    name: str = 'changed'
    CONST = 9
a, b = Base('a'), Base('a')
a.tags.append(1)
c = Child(size=7)
made = [a.tags, b.tags, a == b, Base('b') == Base('b'), Base('a') < Base('b'), repr(a), str(c), asdict(c), astuple(a), [f.name for f in fields(Child)], replace(a, size=9).size, is_dataclass(Base), is_dataclass(a), Base.size, c.CONST, a != b, a == 1, sorted([Base('z'), Base('y')])[0].name, [f.default for f in fields(Base)][1]]
""",
        """\
from dataclasses import dataclass, field, KW_ONLY
from typing import ClassVar, Optional
import typing as t
@dataclass(frozen=True, kw_only=True)
class A:
    registry: ClassVar[dict] = {}
    name: str
    other: Optional[str] = None
    n: t.ClassVar[int] = 3
a = A(name='q')
try:
    a.name = 'z'
    r = 'set'
except AttributeError:
    r = 'frozen'
made = [a.name, a.other, r, A.registry, {a: 1}[A(name='q')], len({A(name='q'), A(name='q')}), a in [A(name='q')], hash(a) == hash(a)]
""",
        """\
from dataclasses import dataclass, field
@dataclass
class A:
    x: int
    y: int = field(init=False)
    z: list = field(default_factory=lambda: [1, 2], kw_only=True)
    def __post_init__(self):
        self.y = self.x * 2
    def __repr__(self): return 'mine'
    @property
    def both(self): return self.x + self.y
    @classmethod
    def of(cls, text): return cls(len(text))
made = [A(3).y, A(4).both, repr(A(1)), A.of('abc').x, A(1, z=[]).z, A(1).z]
""",
        """\
from dataclasses import dataclass
@dataclass
class A:
    x: int
try:
    A()
    r = 1
except TypeError:
    r = 2
made = r
""",
        """\
from dataclasses import dataclass, asdict
from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 2
@dataclass
class In:
    p: P
    many: list
@dataclass
class Out:
    inner: In
    d: dict
made = asdict(Out(In(P(1), [P(3, 4), 'a']), {'k': In(P(5), [])}))
""",
        """\
from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 3
    def total(self): return self.x + self.y
p = P(1)
a, b = p
made = [p.total(), p[1], p[-1], a, b, p == (1, 3), (1, 3) == p, p < P(2), sorted([P(2), P(1)])[0].x, len(p), 3 in p, tuple(p), list(p), p + (4,), repr(p), '%s-%s' % p, P._fields, p._replace(x=9), p._asdict(), {p: 'v'}[(1, 3)], isinstance(p, tuple), P(*[7, 8]), P(**{'x': 5}), [x for x, y in [P(1), P(2)]], dict([P('k', 'v')]), P._make([1, 2]), max([P(1), P(4)]).x]
""",
        """\
from collections import namedtuple
P = namedtuple('P', 'x y z', defaults=[5])
made = [P(1, 2), P(1, 2)._asdict(), P(x=1, y=2) == P(1, 2, 5), P._field_defaults, str(P(1, 2)), f'{P(1, 2)}', (0, *P(1, 2)), [P(1, 2), P(3, 4)] == [(1, 2, 5), (3, 4, 5)], P(1, 2).index(2), P(1, 2).count(5)]
""",
        """\
from collections import Counter
c = Counter('abca')
c.update('az', q=2)
c['n'] += 4
made = [c['a'], c['zz'], dict(c), c.most_common(2), sorted(c.elements()), sum(c.values()), 'a' in c, len(c), list(c), (c + Counter('a'))['a'], (Counter('aab') - Counter('ab')) == Counter('a'), c == {'a': 1}, [k for k, v in c.items() if v > 1], str(Counter('aab')), c.total(), {**Counter('a')}, bool(Counter()), max(c, key=c.get), isinstance(c, dict), c.get('a'), c.get('missing', 7)]
""",
        """\
from collections import deque
d = deque([1, 2, 3], maxlen=3)
d.append(4)
d.appendleft(0)
e = deque('ab')
e.extend([1])
e.extendleft([2, 3])
e.rotate(1)
made = [list(d), list(e), e[0], len(e), 'a' in e, e.popleft(), e.pop(), list(e), bool(deque()), deque([1]) == deque([1]), str(deque([1])), [x for x in d], isinstance(d, deque)]
q = deque([1])
seen = []
while q:
    n = q.popleft()
    seen.append(n)
    if n < 4: q.append(n + 1)
made.append(seen)
""",
        """\
from collections import ChainMap
base = {'a': 1}
c = ChainMap({'x': 0}, base, {'a': 2, 'b': 3})
c['new'] = 5
base['later'] = 6
made = [c['a'], c['b'], c.get('z', 5), sorted(c), dict(c), 'later' in c, len(c), c.maps[0], c.new_child({'a': 9})['a'], c.parents.get('x'), list(c), c['new']]
""",
        """\
import textwrap
made = [textwrap.indent('a\\n\\nb\\n', '> '), textwrap.dedent('''
    a
      b

    c
''')]
""",
        """\
from collections import OrderedDict, defaultdict
d = defaultdict(lambda: defaultdict(list))
d['a']['b'].append(1)
o = OrderedDict(x=1)
o.update(y=2)
made = [dict(d['a']), list(o), o == {'x': 1, 'y': 2}, 'q' in d, d.get('q'), isinstance(d, dict)]
""",
        """\
import copy
from dataclasses import dataclass
@dataclass
class A:
    l: list
a = A([1])
b = copy.deepcopy(a)
b.l.append(2)
c = copy.copy(a)
c.l.append(3)
made = [a.l, b.l, c.l, a == c, a == b]
""",
        """\
from dataclasses import dataclass, field
from enum import Enum
class Kind(Enum):
    A = 'a'
@dataclass
class Column:
    name: str
    kind: Kind = Kind.A
    args: dict = field(default_factory=dict)
    def sql(self): return f'{self.name} {self.kind.value}' + (' NULL' if self.args.get('null') else '')
@dataclass
class Table:
    name: str
    columns: list = field(default_factory=list)
    def add(self, *a, **k):
        self.columns.append(Column(*a, **k))
        return self
    def sql(self): return f'CREATE TABLE {self.name} ({", ".join(c.sql() for c in self.columns)})'
made = Table('t').add('a').add('b', args={'null': True}).sql()
""",
    ],
    "patterns": [
        """\
import re
made = [re.sub(r'[^a-z0-9]+', '_', 'ab cd--e9'), re.sub(r'(\\w+)-(\\w+)', r'\\2-\\g<1>', 'a-b c-d'), re.sub('x', lambda m: m.group(0).upper() + '!', 'axbx'), re.sub('a', 'b', 'aaa', count=2), re.sub('a', 'b', 'aaa', 1), re.sub(r'\\s+', ' ', ' a \\n b'), re.sub(r'(?P<n>\\d+)', r'<\\g<n>>', 'a12b3'), re.sub('A', 'z', 'aA', flags=re.I), re.sub(r'([a-z])([A-Z])', r'\\1_\\2', 'camelCaseName').lower()]
""",
        """\
import re
m = re.match(r'(?P<a>\\d+)-(\\w+)?(x)?', '12-ab')
n = re.search(r'b(\\d)', 'aab3')
made = [m.group(1), m.group('a'), m.groups(), m[2], m.group(1, 2), m.groupdict(), m.start(), m.end(2), m.span(), m['a'], re.match('x', 'y') is None, bool(m), n.group(1), n.start(1), re.match('b', 'ab') is None, bool(re.fullmatch('ab', 'abc')), bool(re.fullmatch('a|ab', 'ab')), m.groups('q')]
if m := re.search('(z)', 'abz'): made.append(m.group(1))
""",
        """\
import re
made = [re.split(r',\\s*', 'a, b,c'), re.split('(-)', 'a-b-c', maxsplit=1), re.findall(r'\\d+', 'a1b22'), re.findall(r'(\\w)(\\d)', 'a1b2'), re.findall(r'(\\w)\\d', 'a1b2'), [x.group() for x in re.finditer('[ab]', 'cab')], re.escape('a.b(c)_d-e'), re.split(r'\\W+', 'a-b c')]
""",
        """\
import re
P = re.compile(r'^v(\\d+)$', re.I)
Q = re.compile('a|b')
made = [P.match('V5').group(1), P.search('zz'), P.sub(r'<\\1>', 'v7'), Q.findall('cabx'), Q.split('xaybz'), [m.start() for m in Q.finditer('ab')], bool(Q.match('b'))]
""",
        """\
import re
made = [re.findall('a*', 'baac'), re.sub('x*', '-', 'abxd'), re.match('$', 'a') is None, bool(re.match('a$', 'a\\n')), re.sub('(?<!^)(?=[A-Z])', '_', 'CamelCase'), re.match(r'(a)?b', 'b').group(1), re.match(r'(a|b)+', 'ab').group(1), re.sub(r'[\\[\\]]', '', '[a]'), re.match('[^-]+', 'ab-c').group(), re.match(r'\\bab\\b', 'ab c').end(), re.findall(r'^\\w', 'a\\nb', re.M), re.match('.', '\\n') is None, re.split('x', ''), re.findall('é', 'é')]
""",
        """\
import re
SQL = 'CREATE TABLE "a" (x int); CREATE INDEX i ON a (x);'
made = [[s.strip() for s in re.split(r';\\s*', SQL) if s], re.sub(r'"(\\w+)"', r'\\1', SQL), re.findall(r'CREATE (\\w+)', SQL)]
""",
    ],
    "string": [
        """\
from string import Template
t = Template('CREATE INDEX ${name} ON $table ($column) -- $$5 $missing')
made = [t.safe_substitute(name='a', table='b', column=1), t.safe_substitute({'name': 'x'}, table='y'), Template('$a_b.c').substitute(a_b=2)]
""",
        """\
import string
class Own(string.Template):
    pass
try:
    Own('$a').substitute()
    made = 'filled'
except KeyError:
    made = 'lacks'
""",
    ],
    "enumerations": [
        """\
from enum import Enum, IntEnum
class Kind(str, Enum):
    A = 'a'
    B = 'b'
made = [str(Kind.A), '%s' % Kind.A, Kind.A.value, Kind.A.name, Kind.A + 'x', Kind.A.upper(), ','.join([Kind.A, Kind.B]), {'a': 1}[Kind.A], Kind.A in ('a', 'b'), Kind('b') is Kind.B, len(Kind.A), Kind.A == 'a', sorted([Kind.B, Kind.A])[0].name]
""",
        """\
from enum import Enum
class Twice(Enum):
    A = 1
    B = 1
    C = 2
made = [len(Twice.__members__), [it.name for it in Twice], Twice.B is Twice.A, Twice.B.name, Twice['C'].value]
""",
        """\
from enum import Enum
class Full(Enum):
    A = (1, 'one')
    B = (2, 'two')
    def __init__(self, number, label):
        self.number = number
        self.label = label
    @property
    def both(self): return f'{self.number}{self.label}'
    def __str__(self): return 'Full ' + self.label
made = [Full.B.label, Full.A.number, Full.A.both, str(Full.B), f'{Full.A}', [it.label for it in Full]]
""",
        """\
from enum import Enum
class Kind(Enum):
    A = 'a'
def found(text):
    try: return Kind(text).name
    except ValueError: return 'no value'
def named(text):
    try: return Kind[text].value
    except KeyError: return 'no name'
made = [found('a'), found('z'), named('A'), named('Z'), str(Kind.A), Kind.A == 'a']
""",
    ],
    "metaclasses": [
        """\
class Meta(type):
    def __getitem__(cls, key): return key * 2
    def __contains__(cls, it): return it == 'in'
    def __len__(cls): return 9
    def __bool__(cls): return False
    def __iter__(cls): return iter(['p', 'q'])
    def hello(cls): return 'hello ' + cls.__name__
    @property
    def label(cls): return cls.__name__.lower()
class Made(metaclass=Meta): pass
made = [Made['a'], 'in' in Made, 'x' in Made, len(Made), bool(Made), list(Made), Made.hello(), Made.label]
""",
        """\
class Single(type):
    made = {}
    def __call__(cls, *args):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*args)
        return cls.made[cls]
class One(metaclass=Single):
    def __init__(self, number): self.number = number
made = [One(1) is One(2), One(3).number]
""",
        """\
class Number(type):
    def __call__(cls, *args): return 77
class Called(metaclass=Number): pass
made = Called()
""",
        """\
class Base:
    children = []
    tag = 'none'
    def __init_subclass__(cls, tag=None, **rest):
        super().__init_subclass__(**rest)
        cls.children.append(cls.__name__)
        if tag: cls.tag = tag
class One(Base): pass
class Two(One, tag='two'): pass
made = [Base.children, One.tag, Two.tag, Base.tag]
""",
    ],
    "cached_property": [
        """\
from functools import cached_property
class Counts:
    asked = 0
    @cached_property
    def number(self):
        Counts.asked += 1
        return Counts.asked
    @property
    def next(self):
        Counts.asked += 1
        return Counts.asked
a = Counts()
first = [a.number, a.number, a.next, a.next]
a.number = 9
made = first + [a.number, Counts.asked]
""",
    ],
    "classes without constructors": [
        """\
from typing import TypedDict
class Row(TypedDict):
    a: int
class Plain: pass
class A: pass
class B(A): pass
def takes(cls):
    try:
        cls(1)
        return True
    except TypeError:
        return False
made = [Row(a=1) == {'a': 1}, Row(a=1)['a'], [it.__name__ for it in B.__mro__], takes(Plain), takes(list) if False else takes(B)]
""",
    ],
    "match": [
        """\
def kind(it):
    match it:
        case (1, y) | [2, y, _]: return ('pair', y)
        case {'k': v, 'n': [a, *b]}: return ('mapping', v, a, b)
        case str(s) if s.startswith('x'): return ('text', s)
        case int() | float(): return 'number'
        case [*_, last]: return ('last', last)
        case None: return 'none'
        case str() as t: return t
        case _: return 'else'
made = [kind(it) for it in [(1, 5), [2, 6, 0], {'k': 1, 'n': [3, 4, 5], 'z': 0}, 'xa', 3.5, [7, 8, 9], None, 'q', {1}]]
""",
        """\
from dataclasses import dataclass
@dataclass
class Point:
    x: int = 0
    y: int = 0
def where(it):
    match it:
        case Point(x=0, y=height): return height
        case Point(x=width): return -width
        case _: return 'nowhere'
def parts(text):
    match text.split('.'):
        case [app, model]: return app + '/' + model
        case [one]: return one
made = [where(Point(0, 3)), where(Point(4, 1)), where('a'), parts('a.b'), parts('c'), parts('a.b.c')]
""",
    ],
    "sets": [
        """\
a, b = {1, 2}, {2, 3}
c = {1}
c.add(5)
c.discard(9)
try:
    c.remove(9)
    removed = True
except KeyError:
    removed = False
made = [sorted(a.difference([1])), sorted(a.intersection(b)), sorted(a.symmetric_difference(b)), {1} <= a, a < a, a >= {2}, a.issubset([1, 2, 3]), a.issuperset(b), a.isdisjoint({9}), removed, ({'x': 1, 'y': 2}.keys() & {'x'}) == {'x'}, {'a': 1}.keys() == {'a'}]
""",
    ],
    "property": [
        """\
class A:
    def __init__(self): self._x = 1
    def _get(self): return self._x
    def _set(self, x): self._x = x * 2
    x = property(_get, _set)
    y = property(fget=lambda self: self._x + 1)
    @property
    def z(self): return 9
    @z.setter
    def z(self, z): self._x = z
a = A()
a.x = 5
b = A()
b.z = 7
c = A()
try:
    c.y = 3
    said = 'set'
except AttributeError:
    said = 'refused'
made = [a.x, a.y, b.x, b.z, c.y, said]
""",
        """\
class A:
    @property
    def x(self): return 1
class B(A):
    @A.x.getter
    def x(self): return 2
a = A()
try: a.x = 3
except AttributeError: made = [a.x, 'refused']
else: made = [a.x, 'set']
""",
    ],
    "missing members": [
        """\
import enum
class A(enum.Enum):
    X = 'x'
class B(str, enum.Enum):
    X = 'x'
    upper = 'u'
class C(enum.IntEnum):
    X = 1
def has(cls, name):
    try: getattr(cls, name)
    except AttributeError: return False
    return True
made = [has(A, 'X'), has(A, 'Y'), has(B, 'Y'), has(C, 'Y'), hasattr(A, 'lower'), hasattr(B, 'lower'), hasattr(C, 'real'), getattr(A, 'Z', None)]
""",
    ],
    "places": ["""\
t = 'a.b.a.ü.b'
made = [t.find('a'), t.rfind('a'), t.index('b'), t.rindex('b'), t.rfind('z'), t[:t.rindex('.')], t.count('a'), t.count(''), ''.rfind('')]
""", """\
made = ['abcab'.find('a', 1), 'abab'.count('a', 1)]
"""],
    "signs": ["""\
made = ['-7'.zfill(4), '+7'.zfill(3), '7'.zfill(2), '-7'.zfill(1), ''.zfill(2)]
"""],
    "random": ["""\
import uuid
a, b = uuid.uuid4(), uuid.uuid4()
c = uuid.UUID(int=1)
made = [a == a, c == uuid.UUID(int=1)]
if a == b: made.append('same')
"""],
}


def encoded(value):
    if value is None or isinstance(value, bool): return value
    if isinstance(value, str): return str(value)
    if isinstance(value, int): return {"int": str(int(value))}
    if isinstance(value, float): return {"float": repr(value)}
    if isinstance(value, list): return [encoded(it) for it in value]
    if isinstance(value, tuple): return {"tuple": [encoded(it) for it in value]}
    if isinstance(value, dict): return {"dict": [[encoded(k), encoded(v)] for k, v in value.items()]}
    return {"other": repr(value)}


for topic, texts in SNIPPETS.items():
    for text in texts:
        names = {"__name__": "snippet"}
        exec(text, names)
        print(json.dumps({"topic": topic, "text": text, "made": encoded(names["made"])}))
