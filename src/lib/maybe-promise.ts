/** Values that are mostly there at once: a promise, and the turn that it costs, only where something has to be waited for. */
export type MaybePromise<T> = T | Promise<T>;

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

/** What `next` makes of the value, as soon as it is there. */
export function whenThere<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** The first thing but undefined that `visit` returns for an item; they are visited one after the other. */
export function firstOf<T, R extends object>(
  items: readonly T[],
  visit: (item: T, index: number) => MaybePromise<R | undefined>,
  from = 0,
): MaybePromise<R | undefined> {
  for (let at = from; at < items.length; at++) {
    const found = visit(items[at]!, at);
    if (isPromise(found)) return found.then((value) => value ?? firstOf(items, visit, at + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `act`, and `mend` for what it throws, at once or later. */
export function mended<T>(act: () => MaybePromise<T>, mend: (error: unknown) => T): MaybePromise<T> {
  try {
    const value = act();
    return isPromise(value) ? value.catch(mend) : value;
  } catch (error) {
    return mend(error);
  }
}
