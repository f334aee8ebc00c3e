import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A hub with one data set, over real HTTP on loopback: the tree listing (two pages) and resolve with ranges. */
export interface HubServer {
  readonly endpoint: string;
  /** Requests so far, as `METHOD path`. */
  readonly requests: readonly string[];
  /** Answers every request with this status instead. */
  fail(status: number | undefined): void;
  /** Cuts the next download short. */
  cutNextDownload(): void;
  close(): Promise<void>;
}

interface HubSpec {
  readonly repo: string;
  readonly files: Readonly<Record<string, string>>;
  readonly token?: string;
}

export async function startHub({ repo, files, token }: HubSpec): Promise<HubServer> {
  const requests: string[] = [];
  const state: { status?: number | undefined; cut: boolean } = { cut: false };
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? "", "http://hub");
    if (state.status !== undefined) return refuse(response, state.status);
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return refuse(response, 401);
    if (url.pathname.startsWith(`/api/datasets/${repo}/tree/main`)) return list(url, response);
    const path = decodeURIComponent(url.pathname.split(`/datasets/${repo}/resolve/main/`)[1] ?? "");
    const content = files[path];
    return content === undefined ? refuse(response, 404) : download(request, response, Buffer.from(content));
  });
  const list = (url: URL, response: ServerResponse) => {
    const entries = Object.entries(files).map(([path, content]) => ({
      type: "file",
      path,
      size: Buffer.byteLength(content),
      oid: `oid-${content.length}-${path}`,
    }));
    const second = url.searchParams.has("cursor");
    const next = `<http://${hostOf(server)}${url.pathname}?recursive=true&cursor=2>; rel="next"`;
    response.writeHead(200, { "content-type": "application/json", ...(second ? {} : { link: next }) });
    response.end(JSON.stringify(second ? entries.slice(1) : entries.slice(0, 1)));
  };
  const download = (request: IncomingMessage, response: ServerResponse, content: Buffer) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(Number(range?.[2] ?? content.length - 1), content.length - 1);
    const headers = { etag: '"e"', "content-range": `bytes ${start}-${end}/${content.length}`, connection: "close" };
    const part = content.subarray(start, end + 1);
    if (state.cut && part.length > 1) {
      state.cut = false;
      response.writeHead(206, { ...headers, "content-length": part.length });
      response.write(part.subarray(0, 3), () => response.destroy());
      return;
    }
    response.writeHead(range ? 206 : 200, { ...headers, "content-length": part.length });
    response.end(part);
  };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    endpoint: `http://${hostOf(server)}`,
    requests,
    fail: (status) => {
      state.status = status;
    },
    cutNextDownload: () => {
      state.cut = true;
    },
    close: () => new Promise((done) => server.close(() => done())),
  };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: "refused" }));
}

function hostOf(server: ReturnType<typeof createServer>): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
