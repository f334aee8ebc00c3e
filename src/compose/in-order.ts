/**
 * Runs `job` on each value with at most `window` under way or waiting to be read, and gives the results in the order of
 * the source, each as soon as it and all before it are there – also while the source has nothing new. Memory is bounded
 * by the window. The first job that rejects ends it.
 */
export async function* inOrder<T, R>(
  source: AsyncIterable<T>,
  job: (value: T) => Promise<R>,
  window: number,
): AsyncGenerator<R> {
  const values = source[Symbol.asyncIterator]();
  const pending: Promise<R>[] = [];
  let coming: Promise<IteratorResult<T>> | undefined;
  let ended = false;
  try {
    for (;;) {
      if (!ended && pending.length < window) coming ??= values.next();
      const [head] = pending;
      if (head === undefined && coming === undefined) return;
      const [ready, next] = await Promise.race([
        ...(head === undefined ? [] : [head.then(() => [true, undefined] as const)]),
        ...(coming === undefined ? [] : [coming.then((result) => [false, result] as const)]),
      ]);
      if (ready) {
        pending.shift();
        yield await (head as Promise<R>); // `ready` says that it is there and settled
        continue;
      }
      coming = undefined;
      if (next.done) {
        ended = true;
        continue;
      }
      const work = job(next.value);
      // Awaited when its turn comes; marked here so that a failure before that is not an unhandled rejection.
      work.catch(() => undefined);
      pending.push(work);
    }
  } finally {
    // Not waited for: a source that reads from a terminal would end only with its next line.
    if (!ended) values.return?.().catch(() => undefined);
  }
}
