import { openDockerSandbox, openEmbeddedSandbox } from "../../src/sandbox/index.js";
import { docker, needDocker } from "../unit/sandbox/docker-here.js";
import { sandboxContract } from "./sandbox.contract.js";

sandboxContract({
  kind: "docker",
  need: needDocker,
  open: async () => (docker.ok ? openDockerSandbox({ concurrency: 2 }) : undefined),
});

sandboxContract({
  kind: "embedded",
  need: () => {},
  open: async () => openEmbeddedSandbox({ concurrency: 2 }),
});
