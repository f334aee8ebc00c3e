import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import Docker from "dockerode";
import type { TestContext } from "vitest";
import { checkDocker } from "../../../src/sandbox/index.js";

/** Whether Docker and the sandbox image are here, asked once a test file. */
export const docker = await checkDocker();

/** Skips a test where Docker is missing; fails it under OMNI_REQUIRE=docker. */
export function needDocker(context: TestContext): void {
  if (docker.ok) return;
  if ((process.env.OMNI_REQUIRE ?? "").split(",").includes("docker")) throw new Error(docker.detail);
  context.skip("no Docker");
}

/** The same for one of our images beside the usual one. */
export function needImage(context: TestContext, image: string): void {
  needDocker(context);
  const name = `omni-thinker/sandbox-${image}:1`;
  if (spawnSync("docker", ["image", "inspect", name], { stdio: "ignore" }).status === 0) return;
  if ((process.env.OMNI_REQUIRE ?? "").split(",").includes("docker")) throw new Error(`Docker has no image ${name}`);
  context.skip(`no image ${name}`);
}

/** Skips a test where a program that it tries the sandbox with is missing; fails it under OMNI_REQUIRE=docker. */
export function needProgram(context: TestContext, path: string): void {
  if (existsSync(path)) return;
  if ((process.env.OMNI_REQUIRE ?? "").split(",").includes("docker")) throw new Error(`${path} is missing`);
  context.skip(`no ${path}`);
}

/** Ids of the sandbox containers that a process owns. */
export async function containersOf(pid: number | undefined): Promise<readonly string[]> {
  const all = await new Docker().listContainers({ all: true, filters: { label: ["omni.sandbox=1"] } });
  return all.filter((info) => info.Labels["omni.owner"]?.includes(`/${pid}/`)).map((info) => info.Id);
}
