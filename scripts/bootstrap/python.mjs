import { SetupFailure } from "./failure.mjs";
import { capture } from "./run-command.mjs";

const OLDEST_MINOR = 11;
const CANDIDATES = ["python3.13", "python3.12", "python3.11", "python3"];
const PROBE = `
import sys, platform, importlib.util as u
missing = [m for m in ("venv", "ensurepip") if u.find_spec(m) is None]
print(sys.version_info[0], sys.version_info[1], platform.machine(), ",".join(missing) or "-", sys.executable)
`;

/**
 * @typedef {{command: string, path: string, major: number, minor: number, missing: readonly string[]}} Python
 */

/**
 * Asks one interpreter what it is; undefined if it cannot be run (a pyenv shim without a version behind it ends non-zero).
 * @returns {Promise<Python | undefined>}
 */
async function probe(command) {
  try {
    const { code, stdout } = await capture(command, [command, "-c", PROBE]);
    const match = /^(\d+) (\d+) (\S+) (\S+) (.+)$/m.exec(stdout);
    if (code !== 0 || match === null) return undefined;
    const missing = match[4] === "-" ? [] : match[4].split(",");
    return { command, path: match[5], major: Number(match[1]), minor: Number(match[2]), missing };
  } catch {
    return undefined;
  }
}

/**
 * Finds a Python that the server can live on: OMNI_SETUP_PYTHON alone where it is set, else the first fit of python3.13 … python3.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Python>}
 */
export async function findPython(env = process.env) {
  const commands = env.OMNI_SETUP_PYTHON ? [env.OMNI_SETUP_PYTHON] : CANDIDATES;
  /** @type {Python[]} */
  const seen = [];
  for (const command of commands) {
    const found = await probe(command);
    if (found === undefined) continue;
    if (fits(found) && found.missing.length === 0) return found;
    seen.push(found);
  }
  throw noPython(commands, seen);
}

const fits = (python) => python.major === 3 && python.minor >= OLDEST_MINOR;

/** Why no interpreter would do. Pure. */
export function noPython(commands, seen) {
  const broken = seen.find(fits);
  if (broken !== undefined) {
    const version = `${broken.major}.${broken.minor}`;
    return new SetupFailure(
      `${broken.path} (Python ${version}) has no ${broken.missing.join(" and no ")}, so it cannot make a virtual environment`,
      `on Debian or Ubuntu: apt install python${version}-venv; elsewhere install a full Python ${version}; then run it again`,
      { code: "no_ensurepip", exitCode: 3 },
    );
  }
  const remedy =
    "install Python 3.11 or newer (Debian 12: apt install python3 python3-venv; macOS: brew install python@3.12), " +
    "or set OMNI_SETUP_PYTHON to one, then run it again";
  if (seen.length > 0) {
    const list = seen.map((python) => `${python.path} is ${python.major}.${python.minor}`).join(", ");
    return new SetupFailure(`Python is too old: ${list}; 3.${OLDEST_MINOR} or newer is needed`, remedy, {
      code: "python_too_old",
      exitCode: 3,
    });
  }
  return new SetupFailure(`no Python found (tried ${commands.join(", ")})`, remedy, { code: "no_python", exitCode: 3 });
}
