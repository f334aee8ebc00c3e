export function requireDisk(folder: string, neededBytes: number, freeBytes?: (folder: string) => number): void;
