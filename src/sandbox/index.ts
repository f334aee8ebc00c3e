export { checkDocker, type DockerAddress, type DockerCheck, pythonImage } from "./docker-daemon.js";
export { type DockerSandboxOptions, openDockerSandbox } from "./docker-sandbox.js";
export { type EmbeddedSandboxOptions, openEmbeddedSandbox } from "./embedded-sandbox.js";
export { type OpenSandboxOptions, openSandbox } from "./open-sandbox.js";
export * from "./sandbox.js";
