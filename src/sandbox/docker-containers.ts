import type Docker from "dockerode";
import { SandboxError } from "../core/index.js";
import { statusOf } from "./docker-daemon.js";
import { ownerGone, thisOwner } from "./owner-process.js";

const ours = "omni.sandbox=1";

/** Labels of every container of one sandbox. */
export function labelsOf(run: string): Readonly<Record<string, string>> {
  return { "omni.sandbox": "1", "omni.run": run, "omni.owner": thisOwner() };
}

/** A container of some sandbox, as `omni sandbox ps` shows it. */
export interface SandboxContainer {
  readonly id: string;
  readonly image: string;
  /** As Docker says it: created, running, exited … */
  readonly state: string;
  readonly ageS: number;
  /** Host, process id and start time of whoever made it. */
  readonly owner: string;
  /** Whether that process is surely dead; one on another host is never called dead. */
  readonly orphan: boolean;
}

/** Every container of any sandbox in this daemon. */
export async function listContainers(docker: Docker): Promise<readonly SandboxContainer[]> {
  const all = await docker.listContainers({ all: true, filters: { label: [ours] } });
  return all.map(({ Id, Image, State, Created, Labels }) => {
    const owner = Labels["omni.owner"] ?? "";
    const ageS = Math.max(0, Math.round(Date.now() / 1000 - Created));
    return { id: Id, image: Image, state: State, ageS, owner, orphan: ownerGone(owner) };
  });
}

/** Removes containers of sandboxes on this host whose process is dead; returns how many. */
export async function sweepOrphans(docker: Docker): Promise<number> {
  return removeAll(docker, ours, (labels) => ownerGone(labels["omni.owner"] ?? ""));
}

/** Removes every container of every sandbox, also those in use; returns how many. */
export async function removeEverything(docker: Docker): Promise<number> {
  return removeAll(docker, ours, () => true);
}

/** Removes every container of one sandbox and waits until the daemon shows none. */
export async function removeRun(docker: Docker, run: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if ((await removeAll(docker, `omni.run=${run}`, () => true)) === 0) return;
  }
  throw new SandboxError(`containers labelled omni.run=${run} resist removal; look at docker ps -a`);
}

async function removeAll(
  docker: Docker,
  label: string,
  wanted: (labels: Readonly<Record<string, string>>) => boolean,
): Promise<number> {
  const all = await docker.listContainers({ all: true, filters: { label: [label] } });
  const found = all.filter((info) => wanted(info.Labels));
  await Promise.all(
    found.map(async ({ Id }) => {
      try {
        await docker.getContainer(Id).remove({ force: true, v: true });
      } catch (error) {
        // 404: gone by itself; 409: the daemon is removing it, so wait for that.
        if (statusOf(error) !== 409) return;
        await docker
          .getContainer(Id)
          .wait({ condition: "removed" })
          .catch(() => undefined);
      }
    }),
  );
  return found.length;
}
