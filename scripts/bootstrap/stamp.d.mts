export function hashInputs(root: string, paths: readonly string[], facts?: readonly string[]): string;
export function readStamp(file: string): Readonly<Record<string, unknown>> | undefined;
export function writeStamp(file: string, content: unknown): void;
export function removeStamp(file: string): void;
