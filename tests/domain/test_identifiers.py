"""Identifiers sort by time of arrival."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from connector.domain.identifiers import new_id


def test_an_id_is_a_version_7_uuid_of_now() -> None:
    """RFC 9562 section 5.7: version, variant, and the milliseconds since 1970 in front."""
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_ids_made_one_after_another_ascend() -> None:
    """Ascending id is order of arrival, also within a millisecond."""
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_threads_never_make_the_same_id() -> None:
    """The counter is shared by the threads of a process."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id(), range(4_000)))
    assert len(set(made)) == len(made)
