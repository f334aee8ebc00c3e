import { downloadFile, HubApiError, listFiles, type RepoDesignation } from "@huggingface/hub";
import { CancelledError, DataError, type OmniError, throwIfAborted } from "../../core/index.js";
import type { HubAddress } from "./hub-address.js";
import type { HubFile } from "./hub-cache.js";

/** How the hub is reached. Defaults: HF_ENDPOINT (else the public hub) and HF_TOKEN of the environment. */
export interface HubConnection {
  readonly endpoint?: string;
  readonly token?: string;
}

/** Lists and downloads a data set's files. All failures are DataErrors that say what to do; no message holds the token. */
export class HubClient {
  readonly endpoint: string;
  /** Whether the revision is a full commit id, whose content never changes. */
  readonly pinned: boolean;
  readonly #address: HubAddress;
  readonly #token: string | undefined;

  constructor(address: HubAddress, connection: HubConnection) {
    this.#address = address;
    this.endpoint = (connection.endpoint ?? (process.env.HF_ENDPOINT || "https://huggingface.co")).replace(/\/+$/, "");
    this.#token = connection.token ?? (process.env.HF_TOKEN || undefined);
    this.pinned = /^[0-9a-f]{40}$/.test(address.revision);
  }

  /** All files of the revision. */
  async list(signal?: AbortSignal): Promise<readonly HubFile[]> {
    return this.#attempt(signal, async (common) => {
      const files: HubFile[] = [];
      for await (const entry of listFiles({ ...common, recursive: true })) {
        if (entry.type === "file")
          files.push({ path: entry.path, oid: entry.lfs?.oid ?? entry.oid ?? "", size: entry.size });
      }
      return files;
    });
  }

  /** The bytes of one file, streamed. */
  async download(path: string, signal?: AbortSignal): Promise<Blob> {
    return this.#attempt(signal, async (common) => {
      const blob = await downloadFile({ ...common, path, xet: false });
      if (blob) return blob;
      throw new DataError(`${this.#name}/${path}: the hub lists this file but does not have it; try again`, {
        code: "hub_missing",
      });
    });
  }

  get #name(): string {
    return `hub:${this.#address.repo}@${this.#address.revision}`;
  }

  async #attempt<T>(signal: AbortSignal | undefined, call: (common: Common) => Promise<T>): Promise<T> {
    throwIfAborted(signal);
    try {
      return await call({
        repo: { type: "dataset", name: this.#address.repo },
        revision: this.#address.revision,
        hubUrl: this.endpoint,
        fetch: (url, init) => fetch(url, { ...init, ...(signal && { signal }) }),
        ...(this.#token !== undefined && { accessToken: this.#token }),
      });
    } catch (cause) {
      if (signal?.aborted) throw new CancelledError("cancelled", { cause });
      throw cause instanceof DataError ? cause : this.#explained(cause);
    }
  }

  #explained(cause: unknown): OmniError {
    if (!(cause instanceof HubApiError)) {
      const reason =
        cause instanceof TypeError && cause.message.startsWith("Expected") ? cause.message : deepest(cause);
      return new DataError(
        `${this.#name}: ${this.endpoint} cannot be reached (${reason}); check the network or HF_ENDPOINT`,
        {
          code: unreachable,
          retryable: true,
          cause,
        },
      );
    }
    const status = cause.statusCode;
    if (status === 401 || status === 403) {
      const remedy =
        this.#token === undefined
          ? "it is private, gated or misspelt: set HF_TOKEN to a token that may read it, or check data.source"
          : "HF_TOKEN may not read it: check the token, accept the data set's terms, or check data.source";
      return new DataError(`${this.#name}: the hub refuses (${status}); ${remedy}`, { code: "hub_denied", cause });
    }
    if (status === 404) {
      return new DataError(
        `${this.#name}: the hub has no such data set or revision (404); check data.source and data.revision`,
        {
          code: "hub_missing",
          cause,
        },
      );
    }
    return new DataError(`${this.#name}: the hub answered ${status}; try again later`, {
      code: status >= 500 || status === 429 ? unreachable : "hub_failed",
      retryable: status >= 500 || status === 429,
      cause,
    });
  }
}

interface Common {
  readonly repo: RepoDesignation;
  readonly revision: string;
  readonly hubUrl: string;
  readonly fetch: typeof fetch;
  readonly accessToken?: string;
}

const unreachable = "hub_unreachable";

/** Whether the hub could not answer at all, so that a cached copy may stand in. */
export function isUnreachable(error: DataError): boolean {
  return error.code === unreachable;
}

/** fetch hides the system's error ("ENOTFOUND", "ECONNREFUSED") two causes deep. */
function deepest(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return deepest(error.cause);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
