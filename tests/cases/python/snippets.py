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
