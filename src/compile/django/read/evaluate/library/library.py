# What some functions of the standard library do, for the interpreter to follow as it follows any other source
# (https://docs.python.org/3/library/itertools.html and operator.html give nearly the same).


def itertools_repeat(object, times):
    for _ in range(times):
        yield object


# These go on for ever.
class itertools_count:
    def __init__(self, start=0, step=1):
        self._value = start
        self._step = step

    def __iter__(self):
        return self

    def __next__(self):
        value = self._value
        self._value = value + self._step
        return value


class itertools_forever(itertools_count):
    def __init__(self, object):
        self._object = object

    def __next__(self):
        return self._object


def itertools_islice(iterable, *bounds):
    start, stop, step = 0, None, 1
    if len(bounds) == 1:
        stop = bounds[0]
    elif len(bounds) == 2:
        start, stop = bounds
    else:
        start, stop, step = bounds
    items = [*iterable] if stop is None else [*itertools_head(iterable, stop)]
    for at in range(start or 0, len(items), step or 1):
        yield items[at]


def itertools_head(iterable, count):
    if isinstance(iterable, itertools_count):
        for _ in range(count):
            yield next(iterable)
    elif count > 0:
        for item in iterable:
            yield item
            count -= 1
            if count == 0:
                break


def itertools_zip_longest(*iterables, fillvalue=None):
    columns = [[*it] for it in iterables]
    for at in range(max([len(it) for it in columns], default=0)):
        yield tuple([it[at] if at < len(it) else fillvalue for it in columns])


def itertools_accumulate(iterable, func=None, *, initial=None):
    total, is_first = initial, initial is None
    if not is_first:
        yield total
    for item in iterable:
        if is_first:
            total, is_first = item, False
        elif func is None:
            total = total + item
        else:
            total = func(total, item)
        yield total


def itertools_groupby(iterable, key=None):
    groups = []
    for item in iterable:
        value = item if key is None else key(item)
        if groups and groups[-1][0] == value:
            groups[-1][1].append(item)
        else:
            groups.append((value, [item]))
    for value, items in groups:
        yield (value, iter(items))


def itertools_combinations(iterable, r):
    items = [*iterable]
    rows = [()]
    for _ in range(r):
        rows = [(*row, at) for row in rows for at in range(row[-1] + 1 if row else 0, len(items))]
    for row in rows:
        yield tuple([items[at] for at in row])


def itertools_permutations(iterable, r=None):
    items = [*iterable]
    rows = [()]
    for _ in range(len(items) if r is None else r):
        rows = [(*row, at) for row in rows for at in range(len(items)) if at not in row]
    for row in rows:
        yield tuple([items[at] for at in row])


def itertools_takewhile(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            break
        yield item


def itertools_dropwhile(predicate, iterable):
    dropping = True
    for item in iterable:
        if dropping and predicate(item):
            continue
        dropping = False
        yield item


def itertools_filterfalse(predicate, iterable):
    for item in iterable:
        if not (item if predicate is None else predicate(item)):
            yield item


def itertools_pairwise(iterable):
    items = [*iterable]
    for at in range(len(items) - 1):
        yield (items[at], items[at + 1])


def itertools_compress(data, selectors):
    for item, selector in zip(data, selectors):
        if selector:
            yield item


def operator_itemgetter(*items):
    if len(items) == 1:
        return lambda obj: obj[items[0]]
    return lambda obj: tuple([obj[it] for it in items])


def operator_attrgetter(*names):
    def one(obj, name):
        for part in name.split("."):
            obj = getattr(obj, part)
        return obj

    if len(names) == 1:
        return lambda obj: one(obj, names[0])
    return lambda obj: tuple([one(obj, it) for it in names])


def operator_methodcaller(name, *args, **keywords):
    return lambda obj: getattr(obj, name)(*args, **keywords)


def operator_add(a, b):
    return a + b


def operator_concat(a, b):
    return a + b


def operator_iadd(a, b):
    a += b
    return a


def operator_sub(a, b):
    return a - b


def operator_mul(a, b):
    return a * b


def operator_or_(a, b):
    return a | b


def operator_and_(a, b):
    return a & b


def operator_xor(a, b):
    return a ^ b


def operator_eq(a, b):
    return a == b


def operator_ne(a, b):
    return a != b


def operator_lt(a, b):
    return a < b


def operator_gt(a, b):
    return a > b


def operator_not_(a):
    return not a


def operator_contains(a, b):
    return b in a


def operator_getitem(a, b):
    return a[b]


def collections_namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    names = field_names.replace(",", " ").split() if isinstance(field_names, str) else [*field_names]
    usual = dict(zip(names[len(names) - len(defaults or ()):], defaults or ()))
    return typing_named(typename, names, usual)


def typing_named(typename, names, usual):
    class Named(tuple):
        _fields = tuple(names)
        _field_defaults = usual

        def __init__(self, *args, **keywords):
            given = {**usual, **dict(zip(names, args)), **keywords}
            if len(args) > len(names) or len(given) != len(names):
                raise TypeError(typename)
            for name in names:
                object.__setattr__(self, name, given[name])

        @classmethod
        def _make(cls, iterable):
            return cls(*iterable)

        def __iter__(self):
            return iter([getattr(self, name) for name in names])

        def __getitem__(self, at):
            return [getattr(self, name) for name in names][at]

        def __len__(self):
            return len(names)

        def __add__(self, other):
            return tuple(self.__iter__()) + tuple(other)

        def __radd__(self, other):
            return tuple(other) + tuple(self.__iter__())

        def __repr__(self):
            return typename + "(" + ", ".join([f"{name}={getattr(self, name)!r}" for name in names]) + ")"

        def _asdict(self):
            return {name: getattr(self, name) for name in names}

        def _replace(self, **keywords):
            return type(self)(**{**{name: getattr(self, name) for name in names}, **keywords})

        def index(self, value):
            return [getattr(self, name) for name in names].index(value)

        def count(self, value):
            return [getattr(self, name) for name in names].count(value)

    return Named


class collections_deque:
    def __init__(self, iterable=(), maxlen=None):
        self.maxlen = maxlen
        self._items = []
        self.extend(iterable)

    def append(self, item):
        self._items.append(item)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            del self._items[0]

    def appendleft(self, item):
        self._items.insert(0, item)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            self._items.pop()

    def extend(self, iterable):
        for item in [*iterable]:
            self.append(item)

    def extendleft(self, iterable):
        for item in [*iterable]:
            self.appendleft(item)

    def pop(self):
        return self._items.pop()

    def popleft(self):
        return self._items.pop(0)

    def clear(self):
        self._items.clear()

    def copy(self):
        return type(self)(self._items, self.maxlen)

    def count(self, item):
        return self._items.count(item)

    def index(self, item):
        return self._items.index(item)

    def insert(self, at, item):
        self._items.insert(at, item)

    def remove(self, item):
        self._items.remove(item)

    def reverse(self):
        self._items.reverse()

    def rotate(self, n=1):
        if self._items:
            n = n % len(self._items)
            kept = self._items[len(self._items) - n:] + self._items[:len(self._items) - n]
            self._items = kept

    def __iter__(self):
        return iter(self._items)

    def __reversed__(self):
        return iter(self._items[::-1])

    def __len__(self):
        return len(self._items)

    def __getitem__(self, at):
        return self._items[at]

    def __setitem__(self, at, item):
        self._items[at] = item

    def __delitem__(self, at):
        del self._items[at]

    def __contains__(self, item):
        return item in self._items

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __add__(self, other):
        return type(self)([*self._items, *other], self.maxlen)

    def __eq__(self, other):
        return self._items == other._items if isinstance(other, collections_deque) else NotImplemented

    def __repr__(self):
        return f"deque({self._items!r})" if self.maxlen is None else f"deque({self._items!r}, maxlen={self.maxlen})"


class collections_Counter(dict):
    def __init__(self, iterable=None, /, **keywords):
        self._counts = {}
        self.update(iterable, **keywords)

    def _each(self, iterable, keywords):
        pairs = []
        if iterable is not None:
            if isinstance(iterable, dict):
                pairs = [*iterable.items()]
            else:
                pairs = [(item, 1) for item in iterable]
        return [*pairs, *keywords.items()]

    def update(self, iterable=None, /, **keywords):
        for item, count in self._each(iterable, keywords):
            self._counts[item] = self._counts.get(item, 0) + count

    def subtract(self, iterable=None, /, **keywords):
        for item, count in self._each(iterable, keywords):
            self._counts[item] = self._counts.get(item, 0) - count

    def __getitem__(self, item):
        return self._counts.get(item, 0)

    def __setitem__(self, item, count):
        self._counts[item] = count

    def __delitem__(self, item):
        self._counts.pop(item, None)

    def __contains__(self, item):
        return item in self._counts

    def __iter__(self):
        return iter([*self._counts])

    def __len__(self):
        return len(self._counts)

    def items(self):
        return [*self._counts.items()]

    def keys(self):
        return [*self._counts]

    def values(self):
        return [*self._counts.values()]

    def get(self, item, default=None):
        return self._counts.get(item, default)

    def pop(self, item, *default):
        return self._counts.pop(item, *default)

    def setdefault(self, item, default=None):
        return self._counts.setdefault(item, default)

    def clear(self):
        self._counts.clear()

    def copy(self):
        return type(self)(self)

    def elements(self):
        for item, count in [*self._counts.items()]:
            for _ in range(count):
                yield item

    def total(self):
        return sum(self._counts.values())

    def most_common(self, n=None):
        pairs = sorted(self._counts.items(), key=lambda pair: pair[1], reverse=True)
        return pairs if n is None else pairs[:n]

    def __add__(self, other):
        made = collections_Counter()
        for item, count in [*self.items(), *other.items()]:
            made[item] += count
        return made._positive()

    def __sub__(self, other):
        made = collections_Counter()
        for item, count in self.items():
            made[item] = count - other[item]
        for item, count in other.items():
            if item not in self:
                made[item] = -count
        return made._positive()

    def _positive(self):
        made = collections_Counter()
        for item, count in self.items():
            if count > 0:
                made[item] = count
        return made

    def __eq__(self, other):
        if isinstance(other, collections_Counter):
            return all([self[it] == other[it] for it in [*self, *other]])
        return self._counts == other

    def __repr__(self):
        if not self._counts:
            return "Counter()"
        return "Counter({" + ", ".join([f"{item!r}: {count!r}" for item, count in self.most_common()]) + "})"


class collections_ChainMap:
    def __init__(self, *maps):
        self.maps = [*maps] or [{}]

    def _merged(self):
        made = {}
        for it in self.maps[::-1]:
            made.update(it)
        return made

    def __getitem__(self, key):
        for it in self.maps:
            if key in it:
                return it[key]
        raise KeyError(key)

    def get(self, key, default=None):
        for it in self.maps:
            if key in it:
                return it[key]
        return default

    def __setitem__(self, key, value):
        self.maps[0][key] = value

    def __delitem__(self, key):
        del self.maps[0][key]

    def __contains__(self, key):
        return any([key in it for it in self.maps])

    def __iter__(self):
        return iter([*self._merged()])

    def __len__(self):
        return len(self._merged())

    def __bool__(self):
        return any([len(it) > 0 for it in self.maps])

    def keys(self):
        return [*self._merged()]

    def values(self):
        return [self[key] for key in self._merged()]

    def items(self):
        return [(key, self[key]) for key in self._merged()]

    def new_child(self, m=None, **keywords):
        return type(self)({**(m or {}), **keywords} if m is None or keywords else m, *self.maps)

    @property
    def parents(self):
        return type(self)(*self.maps[1:])


class dataclasses_Missing:
    pass


dataclasses_MISSING = dataclasses_Missing()


class dataclasses_Field:
    # Annotations are not evaluated.
    type = an_annotation

    def __init__(self, default, default_factory, init, repr, compare, kw_only):
        self.name = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare
        self.kw_only = kw_only
        self.metadata = {}

    def has_default(self):
        return self.default is not dataclasses_MISSING or self.default_factory is not dataclasses_MISSING

    def value(self):
        if self.default_factory is not dataclasses_MISSING:
            return self.default_factory()
        return self.default


def dataclasses_field(
    *, default=dataclasses_MISSING, default_factory=dataclasses_MISSING, init=True, repr=True, hash=None, compare=True,
    metadata=None, kw_only=dataclasses_MISSING
):
    made = dataclasses_Field(default, default_factory, init, repr, compare, kw_only)
    if metadata is not None:
        made.metadata = metadata
    return made


# What the decorator does: `own` are the annotated names with whether they are for keywords only, `bound` what the body
# binds them to, `defined` all names that the body binds, `inherited` the fields of the bases.
def dataclasses_process(cls, own, bound, defined, inherited, prepares, init, repr, eq, order, frozen, kw_only):
    fields = {}
    for of_base in inherited:
        fields.update(of_base)
    for name, is_keyword in own:
        field = bound.get(name, dataclasses_MISSING)
        if not isinstance(field, dataclasses_Field):
            field = dataclasses_field(default=field)
        field.name = name
        if field.kw_only is dataclasses_MISSING:
            field.kw_only = is_keyword or kw_only
        fields[name] = field
        if field.default is not dataclasses_MISSING:
            setattr(cls, name, field.default)
        elif name in bound:
            delattr(cls, name)
    cls.__dataclass_fields__ = fields
    all_fields = [*fields.values()]
    positional = [it for it in all_fields if it.init and not it.kw_only]
    initial = [it for it in all_fields if it.init]
    names = [it.name for it in initial]

    def __init__(self, *args, **keywords):
        if len(args) > len(positional):
            raise TypeError("too many arguments")
        given = dict(zip([it.name for it in positional], args))
        for name, value in keywords.items():
            if name in given or name not in names:
                raise TypeError(name)
            given[name] = value
        for field in all_fields:
            if field.init and field.name in given:
                value = given[field.name]
            elif field.has_default():
                value = field.value()
            elif field.init:
                raise TypeError(field.name)
            else:
                continue
            if frozen:
                object.__setattr__(self, field.name, value)
            else:
                setattr(self, field.name, value)
        if prepares:
            self.__post_init__()

    def __repr__(self):
        shown = [f"{it.name}={getattr(self, it.name)!r}" for it in all_fields if it.repr]
        return type(self).__qualname__ + "(" + ", ".join(shown) + ")"

    def values(it):
        return tuple([getattr(it, field.name) for field in all_fields if field.compare])

    def __lt__(self, other):
        return values(self) < values(other) if type(self) is type(other) else NotImplemented

    def __le__(self, other):
        return values(self) <= values(other) if type(self) is type(other) else NotImplemented

    def __gt__(self, other):
        return values(self) > values(other) if type(self) is type(other) else NotImplemented

    def __ge__(self, other):
        return values(self) >= values(other) if type(self) is type(other) else NotImplemented

    def __setattr__(self, name, value):
        raise AttributeError(name)

    def __delattr__(self, name):
        raise AttributeError(name)

    made = {}
    if init:
        made["__init__"] = __init__
    if repr:
        made["__repr__"] = __repr__
    if order:
        made.update(__lt__=__lt__, __le__=__le__, __gt__=__gt__, __ge__=__ge__)
    if frozen:
        made.update(__setattr__=__setattr__, __delattr__=__delattr__)
    for name, method in made.items():
        if name not in defined:
            setattr(cls, name, method)
    return tuple([it.name for it in all_fields if it.compare])


def dataclasses_fields(class_or_instance):
    return tuple(class_or_instance.__dataclass_fields__.values())


def dataclasses_is_dataclass(obj):
    return hasattr(obj, "__dataclass_fields__")


def dataclasses_replace(obj, /, **changes):
    for field in obj.__dataclass_fields__.values():
        if field.init and field.name not in changes:
            changes[field.name] = getattr(obj, field.name)
    return type(obj)(**changes)


def textwrap_indent(text, prefix, predicate=None):
    lines = []
    for line in text.splitlines(True):
        lines.append(prefix + line if (line.strip() if predicate is None else predicate(line)) else line)
    return "".join(lines)


class string_Template:
    def __init__(self, template):
        self.template = template

    def substitute(self, mapping=None, /, **keywords):
        return self._filled({**(mapping or {}), **keywords}, False)

    def safe_substitute(self, mapping=None, /, **keywords):
        return self._filled({**(mapping or {}), **keywords}, True)

    def _filled(self, values, is_safe):
        pieces = self.template.split("$")
        out = [pieces[0]]
        at = 1
        while at < len(pieces):
            piece = pieces[at]
            at += 1
            if piece == "" and at < len(pieces):
                out.append("$" + pieces[at])
                at += 1
                continue
            if piece.startswith("{"):
                name, _, rest = piece[1:].partition("}")
            else:
                name = ""
                for letter in piece:
                    if letter != "_" and not letter.isalnum():
                        break
                    name += letter
                rest = piece[len(name):]
            if name in values:
                out.append(str(values[name]) + rest)
            elif is_safe:
                out.append("$" + piece)
            else:
                raise KeyError(name)
        return "".join(out)
