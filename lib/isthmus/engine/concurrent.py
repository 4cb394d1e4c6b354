"""Work side by side in threads of the driver: small tables mostly wait for their query to be planned."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def concurrently(*tasks: Callable[[], T], at_once: int | None = None) -> list[T]:
    """Return the results of tasks that run at the same time, in their order.

    The first failure is raised after all ended.

    Parameters
    ----------
    tasks : Callable[[], T]
        Functions without arguments.
    at_once : int | None, optional
        Most that run at the same time; all of them without it.
    """
    with ThreadPoolExecutor(max_workers=max(1, at_once or len(tasks)), thread_name_prefix="isthmus") as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]
