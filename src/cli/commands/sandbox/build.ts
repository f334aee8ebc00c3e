import { Argument, type Command } from "commander";
import { withJson } from "../../flags.js";
import { abortOnInterrupt } from "../../interrupt.js";
import { answer, type Cli, say } from "../../io.js";

const images = ["python", "python-science", "node"] as const;

interface BuildFlags {
  readonly base?: string;
  readonly tag?: string;
  readonly rebuild?: boolean;
}

/** `omni sandbox build [IMAGE]` */
export function addBuild(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("build")
    .description("make an image that programs run in, from an image of yours or by debootstrap")
    .addArgument(new Argument("[image]", "which one").choices(images).default("python"))
    .option(
      "--base <image>",
      "a Debian or Python image to start from (pulled if need be); else debootstrap makes one, as root",
    )
    .option("--tag <name>", "another name than omni-thinker/sandbox-IMAGE:1")
    .option("--rebuild", "make it anew although it is there")
    .addHelpText("after", help)
    .action(async (name: (typeof images)[number], { base, tag, rebuild }: BuildFlags) => {
      const { buildImage } = await import("../../../compose/index.js");
      const { signal, end } = abortOnInterrupt(cli);
      const given = {
        ...(base !== undefined && { base }),
        ...(tag !== undefined && { tag }),
        ...(rebuild && { rebuild }),
      };
      try {
        const built = await buildImage({ name, ...given, signal, onLine: (line) => say(cli, line) });
        answer(cli, built, () => `${built.image} ${built.id}`);
      } finally {
        end();
      }
    });
  withJson(command);
}

const help = `
It is made in the daemon that the docker command talks to (DOCKER_HOST). For several hosts make it once and copy it
(docker save … | docker load), so that all run the same one.

Examples:
  $ omni sandbox build python --base python:3.12-slim
  $ omni sandbox build python-science`;
