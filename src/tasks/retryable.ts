/** Does a piece of work once for all callers; after a failure the next caller begins anew. */
export function retryable<T>(work: (signal?: AbortSignal) => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let begun: Promise<T> | undefined;
  return (signal) => {
    begun ??= work(signal).catch((error: unknown) => {
      begun = undefined;
      throw error;
    });
    return begun;
  };
}
