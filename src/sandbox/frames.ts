/** Where a frame's length (uint32, big-endian) stands in its header. */
export interface FrameLayout {
  readonly headerBytes: number;
  readonly lengthAt: number;
  /** Longer frames are refused. */
  readonly maxBytes: number;
}

/**
 * Cuts a byte stream into frames: the returned function takes chunks as they come and calls `onFrame` for each whole one.
 * It throws RangeError for a frame over `maxBytes`.
 */
export function frameReader(
  { headerBytes, lengthAt, maxBytes }: FrameLayout,
  onFrame: (header: Buffer, payload: Buffer) => void,
): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = headerBytes;
  return (chunk) => {
    parts.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    let data = parts.length === 1 ? chunk : Buffer.concat(parts);
    while (data.length >= headerBytes) {
      const length = data.readUInt32BE(lengthAt);
      if (length > maxBytes) throw new RangeError(`a frame of ${length} bytes; at most ${maxBytes}`);
      wanted = headerBytes + length;
      if (data.length < wanted) break;
      onFrame(data.subarray(0, headerBytes), data.subarray(headerBytes, wanted));
      data = data.subarray(wanted);
      wanted = headerBytes;
    }
    parts = data.length === 0 ? [] : [data];
    held = data.length;
    if (data.length < headerBytes) wanted = headerBytes;
  };
}
