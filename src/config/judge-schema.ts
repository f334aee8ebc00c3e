import { z } from "zod";
import { Secret } from "./secret.js";

/** Names of headers and query parameters whose values are secrets, also where they stand in the config itself. */
const SECRET_NAME = /key|token|auth|secret|password|cookie|credential|signature|^sig$|^code$/i;
/** Set by the client; another value would break the request. */
const OWN_HEADERS = ["content-length", "content-type", "host", "connection", "transfer-encoding"];

/** Whether a header or query parameter of this name holds a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** Value of a header: one line of printable characters that HTTP can carry. */
export const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

const scalarText = z
  .union([z.string(), z.number(), z.boolean()], { error: "expected a text or a number" })
  .transform((value) => String(value));

/** A secret where its name says so or where it is a reference, else the text. */
function hidden(kind: "HEADER" | "QUERY", name: string, value: string): Secret | string {
  const reference = value.startsWith("file:") || value.includes("${");
  const variable = `OMNI_JUDGE_${kind}_${name.toUpperCase().replace(/\W/g, "_")}`;
  return reference || isSecretName(name) ? new Secret(value, variable) : value;
}

type Hidden = Readonly<Record<string, Secret | string>>;

/** `judge.headers`: each is sent with every request. */
export const headersSchema = z
  .record(z.string(), scalarText)
  .superRefine((headers, context) => {
    for (const [name, value] of Object.entries(headers)) {
      const message = headerProblem(name, value);
      if (message !== undefined) context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .transform((headers): Hidden => hiddenIn("HEADER", headers));

/** `judge.query`: parameters added to the base URL's own. */
export const querySchema = z.record(z.string(), scalarText).transform((query): Hidden => hiddenIn("QUERY", query));

function hiddenIn(kind: "HEADER" | "QUERY", values: Readonly<Record<string, string>>): Hidden {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, hidden(kind, name, value)]));
}

function headerProblem(name: string, value: string): string | undefined {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return "a header's name has letters, digits and dashes; correct it";
  if (OWN_HEADERS.includes(name.toLowerCase())) return "this header is set by the client; remove it";
  if (isHeaderValue(value)) return undefined;
  return "a header is one line of printable Latin-1 characters; take the line break or other character out";
}
