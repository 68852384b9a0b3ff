"""An attribute that is computed when it is first read.

As functools.cached_property of Python 3.12, without the lock of 3.11's, which costs more than what most frames compute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801  a decorator, written as property is
    """Computes on the first read, then stands in the instance's dictionary.

    >>> class Sum:
    ...     @lazy
    ...     def of_all(self):
    ...         return sum(range(4))
    >>> found = Sum()
    >>> found.of_all, found.__dict__
    (6, {'of_all': 6})
    """

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self, instance: object | None, owner: type) -> Self | Value:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
