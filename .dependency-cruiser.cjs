// Who may import whom (ARCHITECTURE.md, "The house"). A room is a folder of src; `src/index.ts` is the library's door.
const { join } = require("node:path");

/** The second door of a room: contracts without adapters behind them. */
const CONTRACTS = ["sandbox/sandbox", "engine/engine", "rewards/reward", "tasks/task", "workers/workers"];
const CONTRACT_FILES = `^src/(${CONTRACTS.join("|")})\\.ts$`;

/** Rooms whose index.ts gives out adapters: only compose builds from them; others see the contract file. */
const ADAPTER_ROOMS = ["engine", "sandbox", "workers"];

/** Room → the rooms that it may see. `core` is open to all; a room with adapters stands for its contract file. */
const MAY_SEE = {
  core: [],
  config: [],
  schedule: ["config"],
  solver: ["schedule"],
  grpo: ["config"],
  sandbox: ["config"],
  engine: ["config"],
  store: ["config"],
  telemetry: ["config"],
  workers: ["config"],
  rewards: ["config", "sandbox", "workers"],
  tasks: ["config", "rewards", "sandbox", "workers"],
  train: ["config", "engine", "grpo", "rewards", "sandbox", "schedule", "store", "tasks", "telemetry"],
  experiment: ["config", "engine", "schedule", "store", "telemetry", "train"],
  compose: ["config", "engine", "experiment", "grpo", "rewards", "sandbox", "schedule", "solver", "store", "tasks", "telemetry", "train", "workers"],
  cli: ["compose", "config", "engine", "grpo", "rewards", "sandbox", "schedule", "store", "tasks", "telemetry", "train", "workers"],
};

/** Package → the one place it lives in. One that is not here may be imported nowhere in src. */
const VENDORS = {
  "@cortex-js/compute-engine": "rewards/math/symbolic/",
  "@grpc/grpc-js": "engine/",
  protobufjs: "engine/",
  highs: "solver/",
  dockerode: "sandbox/",
  pyodide: "sandbox/",
  zeromq: "workers/",
  libsql: "store/",
  pino: "telemetry/",
  commander: "cli/",
  yaml: "config/",
  zod: "config/",
  hyparquet: "tasks/sources/",
  "hyparquet-compressors": "tasks/sources/",
  "csv-parse": "tasks/sources/",
  "@huggingface/hub": "tasks/sources/",
};

const inPackage = (names) => `(^|/)node_modules/(@types/)?(${names.join("|")})(/|$)`;

const rooms = Object.entries(MAY_SEE).map(([room, seen]) => ({
  name: `${room}-sees`,
  comment: `${room} sees ${["core", ...seen].join(", ")} and nothing else of src`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: [`^src/(${[room, "core", ...seen].join("|")})/`] },
}));

const vendors = Object.entries(VENDORS).map(([name, place]) => ({
  name: `one-vendor-one-room: ${name}`,
  comment: `${name} lives in src/${place} so that its types and failures stay there`,
  severity: "error",
  from: { path: "^src/", pathNot: [`^src/${place}`] },
  to: { path: inPackage([name]) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Data goes one way; a cycle hides which way",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "rooms-are-known",
      comment: "A new room gets its line in MAY_SEE",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: [`^src/(${Object.keys(MAY_SEE).join("|")})/`] },
      to: {},
    },
    ...rooms,
    {
      name: "rooms-have-doors",
      comment: "A room is entered by its index.ts or its contract file",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/", pathNot: ["^src/$1/", "^src/[^/]+/index\\.ts$", CONTRACT_FILES] },
    },
    {
      name: "library-uses-doors",
      comment: "src/index.ts re-exports from doors only",
      severity: "error",
      from: { path: "^src/[^/]+\\.ts$" },
      to: { path: "^src/[^/]+/", pathNot: ["^src/[^/]+/index\\.ts$", CONTRACT_FILES] },
    },
    {
      name: "adapters-are-built-in-compose",
      comment: "Only src/compose and the room itself import adapters; everybody else sees the contract",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/compose/", `^src/(${ADAPTER_ROOMS.join("|")})/`] },
      to: { path: `^src/(${ADAPTER_ROOMS.join("|")})/`, pathNot: [CONTRACT_FILES] },
    },
    {
      name: "pure-rooms-do-no-io",
      comment: "schedule and grpo take data and return data",
      severity: "error",
      from: { path: "^src/(schedule|grpo)/" },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional"] },
    },
    {
      name: "core-has-no-packages",
      comment: "core holds types, errors and seeded streams; of Node it takes the hash function alone",
      severity: "error",
      from: { path: "^src/core/" },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional"], pathNot: ["^(node:)?crypto$"] },
    },
    ...vendors,
    {
      name: "vendors-are-known",
      comment: "A new package gets its line in VENDORS",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "(^|/)node_modules/", pathNot: [inPackage([...Object.keys(VENDORS), "node"])] },
    },
    {
      name: "no-unresolvable",
      comment: "An import that resolves to nothing is seen by no other rule",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
    {
      name: "nobody-imports-the-library-door",
      comment: "src/index.ts is for programs outside",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/index\\.ts$" },
    },
    {
      name: "src-stands-alone",
      comment: "The shipped code needs no test, script or example",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts|examples|bench)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Types count: a room that names an adapter's type depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(__dirname, "tsconfig.json") },
    enhancedResolveOptions: { conditionNames: ["types", "import", "node", "default"], exportsFields: ["exports"] },
  },
};
