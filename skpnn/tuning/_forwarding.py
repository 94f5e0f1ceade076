"""Standing before another object: whatever is not defined in front is the other's."""

from typing import Any

__all__ = ["Forwarding"]


class Forwarding:
    """Base of what stands before an estimator or a scorer in a search.

    Parameters
    ----------
    inner : object
        Has every attribute that the object in front has not.
    """

    # Callbacks of scikit-learn's belong to the search; what stands in front has no place for them.
    _own = frozenset({"inner", "set_callbacks", "_skl_callbacks", "_parent_callback_ctx"})

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        # Pickling asks for special methods before `inner` is there.
        if name in self._own or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(self.inner, name)

    def __repr__(self) -> str:
        return repr(self.inner)
