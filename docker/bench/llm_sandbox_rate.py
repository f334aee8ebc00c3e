"""Programs a second of llm-sandbox: llm_sandbox_rate.py IMAGE COUNT CONCURRENCY. Prints one object as JSON.

Set up as its documentation does for an image of one's own, and kindly: no environment is made first, and its containers
have an init, without which each takes the ten seconds to stop that Docker waits for a deaf process.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from llm_sandbox import SandboxSession
from llm_sandbox.pool import PoolConfig, create_pool_manager

image, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

# A pool's sessions ask for a virtual environment's python, which our image need not have.
PYTHON = "/sandbox/.sandbox-venv/bin"
WAIT = ["sh", "-c", "mkdir -p %s && ln -s $(command -v python3) %s/python && exec sleep 3600" % (PYTHON, PYTHON)]
# No network, as ours.
RUNTIME = {"command": WAIT, "network_mode": "none", "init": True}
SESSION = {"lang": "python", "image": image, "skip_environment_setup": True}


def fresh(index):
    with SandboxSession(**SESSION, runtime_configs=RUNTIME) as session:
        return right(session, index)


def right(session, index):
    # At times it gives back no output at all, without an error.
    return session.run("print(%d + 1)" % index).stdout.strip() == str(index + 1)


def rate(once):
    """Programs answered right a second, and those that were not."""
    once(0)
    began = time.monotonic()
    with ThreadPoolExecutor(concurrency) as threads:
        answers = list(threads.map(once, range(count)))
    return sum(answers) / (time.monotonic() - began), answers.count(False)


fresh_per_s, fresh_wrong = rate(fresh)
config = PoolConfig(max_pool_size=concurrency, min_pool_size=concurrency)
pool = create_pool_manager(backend="docker", config=config, runtime_configs=RUNTIME, **SESSION)
try:

    def pooled(index):
        with SandboxSession(pool=pool) as session:
            return right(session, index)

    pooled_per_s, pooled_wrong = rate(pooled)
finally:
    pool.close()
rates = {"freshPerS": fresh_per_s, "freshWrong": fresh_wrong, "pooledPerS": pooled_per_s, "pooledWrong": pooled_wrong}
print(json.dumps(rates))
