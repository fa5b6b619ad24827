"""Dependencies of handlers: values that the application provides by the parameter's name."""

from typing import Any, TypeAlias, TypeVar

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

T = TypeVar("T")

# The values are our own and of the right type; validating each again costs more than some answers.
Injected: TypeAlias = NamedDependency[SkipValidation[T]]
AnyRequest: TypeAlias = SkipValidation[Request[Any, Any, Any]]
