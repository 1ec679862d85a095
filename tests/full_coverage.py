"""Where a mistake harms people, every branch is tested: codes, deduplication, resolution, protection.

Prints nothing when all is well, so that a run ends on the tests' own summary.
"""

import subprocess
import sys

ROOMS = (
    "denombrement/dedup/*",
    "denombrement/protection/*",
)

if __name__ == "__main__":
    command = [sys.executable, "-m", "coverage", "report", "--fail-under=100", f"--include={','.join(ROOMS)}"]
    report = subprocess.run(command, check=False, capture_output=True, text=True)
    if report.returncode:
        sys.exit(report.stdout + report.stderr)
