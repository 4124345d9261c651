"""The loop of a contender's process: one JSON request a line comes in, one JSON answer a line goes out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable


def serve(make: Callable[[], object]) -> int:
    """Make the worker and call the method that each request names in ``do``, until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not come between the answers
    worker = make()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:  # told to the coordinator, whatever it is
            answer = {"error": f"{type(error).__name__}: {str(error).strip()[:300]}"}
        print(json.dumps(answer), file=answers, flush=True)
    return 0
