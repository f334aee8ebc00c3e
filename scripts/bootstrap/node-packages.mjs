import { existsSync } from "node:fs";
import { join } from "node:path";
import { must } from "./run-command.mjs";
import { hashInputs, readStamp, removeStamp, writeStamp } from "./stamp.mjs";

/** npm's command: the one that runs this script, else the one on PATH. */
function npm(env) {
  const own = env.npm_execpath;
  return own?.endsWith(".js") && existsSync(own) ? [process.execPath, own] : ["npm"];
}

/** `npm ci`, once for each package-lock.json and version of Node. */
export async function installNodePackages(steps, place) {
  const stamp = join(place.root, "node_modules", ".omni-stamp.json");
  const key = hashInputs(place.root, ["package-lock.json"], [process.versions.modules, process.platform, process.arch]);
  await steps.run(
    "install Node packages (npm ci)",
    () => readStamp(stamp)?.key === key,
    async () => {
      removeStamp(stamp);
      // Install scripts off: what we use ships its binaries as packages; the rest would want a compiler for nothing.
      const flags = ["--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
      await must("npm ci", [...npm(process.env), "ci", ...flags], { cwd: place.root, say: steps.say });
      writeStamp(stamp, { key });
    },
  );
}

/** Compiles src to dist, once for each state of the sources. */
export async function build(steps, place) {
  const stamp = join(place.root, "dist", ".omni-stamp.json");
  const inputs = ["src", "tsconfig.json", "tsconfig.build.json", "scripts/build.mjs", "package-lock.json"];
  const key = hashInputs(place.root, inputs);
  await steps.run(
    "build (tsc)",
    () => readStamp(stamp)?.key === key,
    async () => {
      await must("the build", [process.execPath, join(place.root, "scripts/build.mjs")], { cwd: place.root });
      writeStamp(stamp, { key });
    },
  );
}
