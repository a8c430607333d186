/** Remembers the last valid version of things by key, so that a broken update does not take a working one away. */
export interface LastGood<T> {
  /**
   * The version in force. `current` is the version just read and whether it is wholly valid: a valid one is remembered and returned; for an invalid one the
   * remembered one is returned (`stale` true), or `current` itself when there is none.
   */
  resolve(
    key: string,
    current: T | undefined,
    valid: boolean,
  ): { readonly value: T | undefined; readonly stale: boolean };
  /** Forgets every key that is not listed: the things are gone, not broken. */
  retain(keys: ReadonlySet<string>): void;
}

export function createLastGood<T>(): LastGood<T> {
  const good = new Map<string, T>();
  return {
    resolve(key, current, valid) {
      if (valid && current !== undefined) {
        good.set(key, current);
        return { value: current, stale: false };
      }
      const before = good.get(key);
      return before === undefined ? { value: current, stale: false } : { value: before, stale: true };
    },
    retain(keys) {
      for (const key of good.keys()) if (!keys.has(key)) good.delete(key);
    },
  };
}
