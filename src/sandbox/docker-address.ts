import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../core/index.js";

/** A Docker daemon as a config names it. */
export interface DockerHostOptions {
  /** `unix:///path`, `tcp://host:port`, `ssh://user@host[:port][/path/of/docker.sock]`. Default: DOCKER_HOST, else the usual socket. */
  readonly address?: string;
  /** PEM files of a tcp daemon: whom to trust, and who we are. Without them only loopback is spoken to. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Share of the containers that it takes, compared with the other hosts. Default 1. */
  readonly weight?: number;
}

/** Where a daemon is, as its client needs it. */
export type DockerAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls?: Pem }
  | { readonly kind: "ssh"; readonly target: string; readonly port: number | undefined; readonly path: string };

/** Contents of PEM files. */
export interface Pem {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

const usualSocket = "/var/run/docker.sock";
const loopback = ["localhost", "127.0.0.1", "[::1]"];

/** Reads an address; `env` gives Docker's own variables where none is named. Throws ConfigError, in one line. */
export function parseDockerAddress(given: DockerHostOptions, env: NodeJS.ProcessEnv = process.env): DockerAddress {
  const text = given.address ?? (env.DOCKER_HOST || `unix://${usualSocket}`);
  if (text.startsWith("unix://")) return { kind: "unix", path: text.slice("unix://".length) || usualSocket };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case "ssh:":
      return {
        kind: "ssh",
        target: url.username === "" ? url.hostname : `${decodeURIComponent(url.username)}@${url.hostname}`,
        port: url.port === "" ? undefined : Number(url.port),
        path: url.pathname === "" || url.pathname === "/" ? usualSocket : url.pathname,
      };
    case "tcp:": {
      const files = given.tls ?? (given.address === undefined ? dockersOwnFiles(env) : undefined);
      if (files === undefined && !loopback.includes(url.hostname)) {
        throw new ConfigError(
          `sandbox host ${text}: a daemon beyond loopback is root for whoever reaches it; give tls: {ca, cert, key}, or use ssh://`,
          { code: "docker_without_tls" },
        );
      }
      const address = { kind: "tcp", host: url.hostname.replace(/^\[|\]$/g, "") } as const;
      const port = Number(url.port || (files === undefined ? 2375 : 2376));
      return files === undefined ? { ...address, port } : { ...address, port, tls: readPem(files, text) };
    }
    default:
      throw new ConfigError(
        `sandbox host ${text}: no address of a Docker daemon; use unix:///path, tcp://host:port or ssh://user@host`,
        { code: "docker_address" },
      );
  }
}

type TlsFiles = NonNullable<DockerHostOptions["tls"]>;

/** DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, as the docker command reads them. */
function dockersOwnFiles(env: NodeJS.ProcessEnv): TlsFiles | undefined {
  const folder = env.DOCKER_CERT_PATH;
  if (!env.DOCKER_TLS_VERIFY || !folder) return undefined;
  return { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
}

function readPem(files: TlsFiles, address: string): Pem {
  const read = (name: keyof TlsFiles) => {
    try {
      return readFileSync(files[name]);
    } catch (cause) {
      throw new ConfigError(`sandbox host ${address}: tls.${name} ${files[name]} cannot be read`, {
        code: "docker_tls",
        cause,
      });
    }
  };
  return { ca: read("ca"), cert: read("cert"), key: read("key") };
}
