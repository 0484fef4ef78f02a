# What some functions of the standard library do, for the interpreter to follow as it follows any other source
# (https://docs.python.org/3/library/itertools.html and operator.html give nearly the same).


def itertools_repeat(object, times):
    for _ in range(times):
        yield object


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
    if count > 0:
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

    class Named(tuple):
        _fields = tuple(names)
        _field_defaults = usual

        def __init__(self, *args, **keywords):
            given = {**usual, **dict(zip(names, args)), **keywords}
            for name in names:
                setattr(self, name, given[name])

        def __iter__(self):
            return iter([getattr(self, name) for name in names])

        def __getitem__(self, at):
            return [getattr(self, name) for name in names][at]

        def __len__(self):
            return len(names)

        def _asdict(self):
            return {name: getattr(self, name) for name in names}

        def _replace(self, **keywords):
            return type(self)(**{**self._asdict(), **keywords})

    return Named
