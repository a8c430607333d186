/** Values that several holders share by key: made by the first, dropped by the last. */

export interface Held<T> {
  readonly value: T;
  /** Idempotent. */
  release(): void;
}

export interface SharedValues {
  /** `make` runs when nobody holds the key; `drop` when nobody holds it any more. A key always stands for one type. */
  hold<T>(key: string, make: () => T, drop: (value: T) => void): Held<T>;
}

export function sharedValues(): SharedValues {
  const entries = new Map<string, { readonly value: unknown; holders: number }>();
  return {
    hold<T>(key: string, make: () => T, drop: (value: T) => void): Held<T> {
      const entry = entries.get(key) ?? { value: make(), holders: 0 };
      entries.set(key, entry);
      entry.holders += 1;
      const value = entry.value as T;
      let held = true;
      return {
        value,
        release: () => {
          if (!held) return;
          held = false;
          entry.holders -= 1;
          if (entry.holders > 0) return;
          entries.delete(key);
          drop(value);
        },
      };
    },
  };
}
