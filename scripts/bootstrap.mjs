#!/usr/bin/env node
// Sets everything up, with Node's standard library alone:
//   node scripts/bootstrap.mjs setup [--dev] [--json]   Node packages, build, Python environment with server and model
//   node scripts/bootstrap.mjs quickstart               setup, then trains examples/quickstart
//   node scripts/bootstrap.mjs test [--json]            setup, then every test
// Each step is skipped when there is nothing to do; a run that was cut off is mended by the next.
// Environment: OMNI_SETUP_PYTHON (interpreter to build on), OMNI_CACHE_DIR, OMNI_TORCH_INDEX.
import { join } from "node:path";
import { Environment } from "./bootstrap/environment.mjs";
import { explain, SetupFailure } from "./bootstrap/failure.mjs";
import { layout } from "./bootstrap/layout.mjs";
import { alone } from "./bootstrap/lock.mjs";
import { build, installNodePackages } from "./bootstrap/node-packages.mjs";
import { handOver } from "./bootstrap/run-command.mjs";
import { Steps } from "./bootstrap/steps.mjs";

const USAGE = "usage: node scripts/bootstrap.mjs setup [--dev] | quickstart | test   [--json]";
const COMMANDS = ["setup", "quickstart", "test"];
const FLAGS = ["--json", "--dev"];

const say = (line) => process.stderr.write(`${line}\n`);

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupFailure(
    `Node ${process.versions.node} is too old; 20.19 or newer is needed`,
    "install a current Node (https://nodejs.org), then run it again",
    { code: "node_too_old", exitCode: 3 },
  );
}

async function setUp(steps, place, dev) {
  requireNode();
  if (place.checkout) {
    await installNodePackages(steps, place);
    await build(steps, place);
  }
  await new Environment(place, dev).install(steps);
}

/** What follows the set-up; its exit code. The child finds the server by OMNI_PYTHON. */
function follow(command, place, more) {
  const env = { ...process.env, OMNI_PYTHON: place.python };
  if (command === "test") {
    return handOver([process.execPath, join(place.root, "scripts/check.mjs"), "--tests", ...more], {
      cwd: place.root,
      env,
    });
  }
  const config = join("examples", "quickstart", "omni.yaml");
  const main = join(place.root, "dist", "cli", "main.js");
  // In a checkout, run from its root, so that what the run prints (paths, how to resume) can be typed there.
  const [cwd, file] = place.checkout ? [place.root, config] : [process.cwd(), join(place.root, config)];
  return handOver([process.execPath, main, "train", file, ...more], { cwd, env });
}

function tell(error, steps) {
  if (!(error instanceof SetupFailure)) throw error;
  if (error.detail !== "") say(error.detail.replace(/^/gm, "  | "));
  const step = steps.record.at(-1);
  say(`✗ ${step?.status === "failed" ? `${step.name}: ` : ""}${error.message}`);
  say(`  what to do: ${error.remedy}`);
  return { code: error.code, message: error.message, remedy: error.remedy };
}

async function main(argv) {
  const [command, ...more] = argv;
  const json = more.includes("--json");
  if (!COMMANDS.includes(command) || (command !== "quickstart" && more.some((flag) => !FLAGS.includes(flag)))) {
    say(USAGE);
    return 2;
  }
  const place = layout();
  const steps = new Steps(say);
  let failure;
  let exitCode = 0;
  try {
    const dev = command === "test" || more.includes("--dev");
    await alone(place.lock, say, () => setUp(steps, place, dev));
    const done = steps.record.filter((step) => step.status === "done");
    say(done.length === 0 ? `set-up: nothing to do (${steps.seconds} s)` : `set-up done in ${steps.seconds} s`);
  } catch (error) {
    // A disk that fills up or a folder that is not ours fails in this process too, not only in an installer.
    const known = error.syscall === undefined ? error : explain(`set-up, ${error.path}`, String(error), 1);
    failure = tell(known, steps);
    exitCode = known.exitCode;
  }
  if (exitCode === 0 && command !== "setup") return follow(command, place, more);
  if (json) {
    const { version, venv, python } = place;
    const ok = failure === undefined;
    const document = {
      command,
      ok,
      version,
      venv,
      python,
      seconds: steps.seconds,
      steps: steps.record,
      ...(ok ? {} : { error: failure }),
    };
    process.stdout.write(`${JSON.stringify(document)}\n`);
  }
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
