"""A Ray cluster of two machines, here two nodes of one. Needs Ray, no torch."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from typing import Any

PATIENCE = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_register_timeout_seconds": "900",
    "RAY_health_check_timeout_ms": "120000",
    "RAY_gcs_server_request_timeout_seconds": "600",
    "RAY_agent_register_timeout_ms": "900000",
}
"""Variables that let Ray wait where the machine is busy; they count when Ray is imported."""
START = 600.0
"""Seconds that a node may take to start, for which Ray waits half a minute."""


def _ports() -> dict[str, int]:
    """Free ports for a node's agents: a node that has to find some gives up after seconds."""
    names = (
        *("metrics_agent_port", "metrics_export_port"),
        *("runtime_env_agent_port", "dashboard_agent_listen_port"),
    )
    with contextlib.ExitStack() as held:
        found = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        return {name: one.getsockname()[1] for name, one in zip(names, found, strict=True)}


@contextlib.contextmanager
def cluster(**node: Any) -> Iterator[Any]:
    """Two nodes with a core each; `second` can be removed."""
    before = {name: os.environ.get(name) for name in PATIENCE}
    os.environ.update(PATIENCE)
    from ray._private import services
    from ray.cluster_utils import Cluster

    found_at_once = services.get_node

    def found_in_time(*values: Any) -> Any:
        begun = time.monotonic()
        while True:
            try:
                return found_at_once(*values)
            except RuntimeError:
                if time.monotonic() - begun > START:
                    raise
                time.sleep(0.2)

    services.get_node = found_in_time
    found = None
    try:
        args = {"num_cpus": 1, "include_dashboard": False, **_ports(), **node}
        found = Cluster(initialize_head=True, head_node_args=args)
        found.second = found.add_node(num_cpus=1, **_ports(), **node)
        found.wait_for_nodes(START)
        yield found
    finally:
        if found is not None:
            found.shutdown()
        services.get_node = found_at_once
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
