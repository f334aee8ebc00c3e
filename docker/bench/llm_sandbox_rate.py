"""Programs a second of llm-sandbox, a container of its own each: llm_sandbox_rate.py IMAGE COUNT CONCURRENCY. Prints a number."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from llm_sandbox import SandboxSession

image, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

# An image without a command of its own, and no network, as ours.
RUNTIME = {"command": "sleep 600", "network_mode": "none"}


def once(index):
    with SandboxSession(lang="python", image=image, skip_environment_setup=True, runtime_configs=RUNTIME) as session:
        result = session.run("print(%d + 1)" % index)
    if result.stdout.strip() != str(index + 1):
        raise SystemExit("llm-sandbox answered %r %r" % (result.stdout, result.stderr))


once(0)
began = time.monotonic()
with ThreadPoolExecutor(concurrency) as pool:
    list(pool.map(once, range(count)))
print(count / (time.monotonic() - began))
