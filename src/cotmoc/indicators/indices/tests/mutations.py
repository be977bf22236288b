"""Small changes of a good index, for tests of what no fault may break."""

from hypothesis import strategies as st

from cotmoc.indicators.indices.tests.texts import raw


def paths(value, before=()):
    """The place of everything in a tree of mappings and lists."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in pairs:
        yield (*before, key)
        if isinstance(each, dict | list):
            yield from paths(each, (*before, key))


def put(value, path, new):
    """A tree with something else at a place; the tree itself stays as it is."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(copy[path[0]], path[1:], new)
    return copy


PATHS = list(paths(raw()))
ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(),
        st.sampled_from(["ratio", "bands", "formula", "full", "points", "vi", "en", "A + B"]),
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3), st.dictionaries(st.text(max_size=8), below, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["put", "drop", "copy", "rename"]),
        st.sampled_from(PATHS),
        st.sampled_from(PATHS),
        ANYTHING,
    ),
    min_size=1,
    max_size=4,
)


def mutated(whole, change):
    what, path, other, value = change
    try:
        if what == "put":
            return put(whole, path, value)
        parent = at(whole, path[:-1]).copy()
        if what == "copy":
            parent[path[-1]] = at(whole, other)
        elif what == "rename" and isinstance(parent, dict):
            parent[str(other[-1])] = parent.pop(path[-1])
        else:
            del parent[path[-1]]
        return put(whole, path[:-1], parent)
    except (KeyError, IndexError, TypeError, AttributeError):
        return whole  # an earlier change took the place away


def at(value, path):
    for key in path:
        value = value[key]
    return value
