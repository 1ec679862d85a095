"""Time and memory of the synthetic province: ``python -m benchmarks.synthetic --persons 1000000``, one JSON object.

``--returns`` builds all returns too, with their codes and tokens; ``peak_memory_bytes`` is that of the whole process.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from datetime import UTC, datetime

import orjson

from denombrement.dedup.codes import Recipe
from denombrement.synthetic import Province, default_parameters, generate
from denombrement.synthetic.returns import IdentityFunction, keyed_identities, returns
from denombrement.synthetic.truth import truth_counts

SECRET = b"benchmark-only-secret-benchmark!"
CAMPAIGN = "benchmark"
NOT_KNOWN = {"status": "not_known"}


def main() -> None:
    options = _options()
    started = time.perf_counter()
    province = generate(default_parameters(), options.persons, options.seed)
    result: dict[str, object] = {
        "persons": options.persons,
        "seed": options.seed,
        "generate_seconds": round(time.perf_counter() - started, 2),
        "declarations": len(province.declarations),
        "generate_peak_memory_bytes": _peak_memory_bytes(),
    }
    if options.returns:
        result |= _returns(province)
    truth = truth_counts(province)
    result |= {
        "adults": truth["adults"],
        "children": truth["children"],
        "peak_memory_bytes": _peak_memory_bytes(),
    }
    print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1021)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--returns", action="store_true")
    return parser.parse_args()


def _returns(province: Province) -> dict[str, object]:
    keyed = _measured(province, keyed_identities(SECRET, CAMPAIGN, Recipe.load()))
    bare = _measured(province, lambda rows: [NOT_KNOWN] * len(rows))
    return {**keyed, "declarations_per_second_without_tokens": bare["declarations_per_second"]}


def _measured(province: Province, identity: IdentityFunction) -> dict[str, object]:
    started = time.perf_counter()
    written, made = 0, 0
    for _, body in returns(province, CAMPAIGN, datetime(2023, 11, 2, tzinfo=UTC), identity):
        written += len(orjson.dumps(body))
        made += len(body.get("declarations", ()))
    seconds = time.perf_counter() - started
    return {
        "returns_seconds": round(seconds, 2),
        "returned_declarations": made,
        "returned_bytes": written,
        "declarations_per_second": round(made / seconds),
    }


def _peak_memory_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
