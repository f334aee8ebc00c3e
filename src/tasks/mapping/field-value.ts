import { DataError } from "../../core/index.js";
import { isRecord } from "../sources/index.js";
import { shownKeys } from "./dotted-path.js";
import type { MappedRow } from "./map-row.js";

/**
 * A field as text; undefined when it is absent, null or blank (the row's own lack, which breaks a gold but no mapping).
 * Throws DataError when it is a list or an object: then the mapping is wrong.
 */
export function textField(row: MappedRow, name: string): string | undefined {
  const value = row.fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw wrongKind(row, name, value, "text");
  const text = String(value);
  return text.trim() === "" ? undefined : text;
}

/** A field as a list of texts, as long as the row's; a lone text is a list of one, null is blank. Throws like {@link textField}. */
export function listField(row: MappedRow, name: string): readonly string[] | undefined {
  const value = row.fields[name];
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) throw wrongKind(row, name, value, "a list of texts");
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  return elements.map((element) => {
    if (typeof element === "object" && element !== null) throw wrongKind(row, name, value, "a list of texts");
    return String(element ?? "");
  });
}

function wrongKind(row: MappedRow, name: string, value: unknown, wanted: string): DataError {
  const sample: unknown = Array.isArray(value) ? value[0] : value;
  const keys = isRecord(sample) ? Object.keys(sample) : [];
  const is = Array.isArray(value) ? `a list of ${value.length}` : "an object";
  const remedy = keys.length > 0 ? "lengthen its path" : "add index or join";
  return new DataError(
    `${row.origin}: field "${name}" is ${is}${keys.length > 0 ? ` with ${shownKeys(keys)}` : ""}, not ${wanted}; ${remedy} in data.fields.${name}`,
    { code: "bad_mapping", details: { origin: row.origin, field: name } },
  );
}
