/** A set-up step that could not be done: what is wrong, and what to do about it. Exit code as in the CLI. */
export class SetupFailure extends Error {
  /**
   * @param {string} problem one line, names the place
   * @param {string} remedy what the reader should do
   * @param {{code?: string, exitCode?: number, detail?: string}} [options] exitCode: 3 prerequisite missing, 1 anything else
   */
  constructor(problem, remedy, options = {}) {
    super(problem);
    this.name = "SetupFailure";
    this.remedy = remedy;
    this.code = options.code ?? "setup_failed";
    this.exitCode = options.exitCode ?? 1;
    this.detail = options.detail ?? "";
  }
}

const RERUN = "then run the same command again: it goes on where it stopped";

/** What installers say → what it means. The first that matches wins. `tool` is a command's name in words. */
const SIGNS = [
  {
    code: "no_disk",
    sign: /ENOSPC|No space left on device|Errno 28|disk quota exceeded|EDQUOT/i,
    problem: (tool) => `the disk is full (${tool})`,
    remedy: `free some space (set-up needs about 4 GB where the project lies and in the cache folder), ${RERUN}`,
  },
  {
    code: "no_ensurepip",
    sign: /ensurepip is not available|No module named '?ensurepip|No module named '?venv/i,
    problem: () => "this Python cannot make virtual environments: ensurepip or venv is missing",
    remedy: `on Debian or Ubuntu: apt install python3-venv (or python3.12-venv for that version), ${RERUN}`,
    exitCode: 3,
  },
  {
    code: "no_network",
    sign: /\bENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT|NewConnectionError|NameResolutionError|Max retries exceeded|Temporary failure in name resolution|Could not resolve host|ReadTimeoutError|ConnectTimeoutError|ProxyError|network is unreachable/i,
    problem: (tool) => `the package registry cannot be reached (${tool})`,
    remedy: `check the network and the proxy settings (HTTPS_PROXY; npm config get registry; pip config list), ${RERUN}`,
  },
  {
    code: "bad_certificate",
    sign: /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER|SSLError/i,
    problem: (tool) => `the package registry's certificate is not trusted (${tool})`,
    remedy: `behind a company proxy: set NODE_EXTRA_CA_CERTS and PIP_CERT to its certificate file, ${RERUN}`,
  },
  {
    code: "lock_out_of_step",
    sign: /npm ci` can only install packages when|package-lock\.json .*in sync|EUSAGE/i,
    problem: () => "package.json and package-lock.json do not agree",
    remedy: "run: npm install, commit package-lock.json, then run the same command again",
  },
  {
    code: "corrupt_download",
    sign: /EINTEGRITY|THESE PACKAGES DO NOT MATCH THE HASHES|BadZipFile|is not a zip file|invalid wheel/i,
    problem: (tool) => `a downloaded package is damaged (${tool})`,
    remedy: "empty the cache (npm cache clean --force; python -m pip cache purge), then run the same command again",
  },
  {
    code: "no_permission",
    sign: /\bEACCES\b|\bEPERM\b|Permission denied|\bEROFS\b|Read-only file system/i,
    problem: (tool) => `no permission to write (${tool})`,
    remedy: "make the folder yours, or set OMNI_CACHE_DIR (installed package) to a folder that is, then run it again",
  },
  {
    code: "no_matching_package",
    sign: /No matching distribution found|Could not find a version that satisfies|requires a different Python/i,
    problem: () => "a pinned Python package has no build for this Python or this machine",
    remedy: "use Python 3.11, 3.12 or 3.13 on Linux or macOS, 64 bit (set OMNI_SETUP_PYTHON to it), then run it again",
    exitCode: 3,
  },
];

/**
 * Says what a failed installer's output means. Pure.
 * @param {string} tool e.g. "npm ci"
 * @param {string} output its stderr and stdout
 * @param {number | null} exitCode
 */
export function explain(tool, output, exitCode) {
  const known = SIGNS.find((entry) => entry.sign.test(output));
  const detail = lastLines(output, 12);
  if (known !== undefined) {
    return new SetupFailure(known.problem(tool), known.remedy, {
      code: known.code,
      exitCode: known.exitCode ?? 1,
      detail,
    });
  }
  const ended = exitCode === null ? "was killed" : `ended with exit code ${exitCode}`;
  return new SetupFailure(`${tool} ${ended}`, "read its last lines above; once mended, run the same command again", {
    code: "tool_failed",
    detail,
  });
}

/** The last `count` lines that say something. */
export function lastLines(text, count) {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}
