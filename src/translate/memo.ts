import { sameItems } from '#lib/same-items.ts';

/** Values that are made again only when one of their inputs is another object than before. */
export class InputCache<V> {
  readonly #entries = new Map<string, { readonly inputs: readonly unknown[]; readonly value: V; run: number }>();
  #run = 0;

  /** `inputs` are compared by identity; they must hold everything that `make` looks at. */
  get(key: string, inputs: readonly unknown[], make: () => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined && sameItems(known.inputs, inputs)) {
      known.run = this.#run;
      return known.value;
    }
    const value = make();
    this.#entries.set(key, { inputs, value, run: this.#run });
    return value;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** Ends a run: forgets what was not asked for since the last call, but for what `stays`. */
  sweep(stays: (key: string) => boolean = () => false): void {
    for (const [key, entry] of this.#entries) if (entry.run !== this.#run && !stays(key)) this.#entries.delete(key);
    this.#run += 1;
  }
}

/** Remembers the result for the last argument. */
export function memoLast<A extends object, R>(make: (argument: A) => R): (argument: A) => R {
  let last: { readonly argument: A; readonly result: R } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: make(argument) };
    return last.result;
  };
}

/** Remembers the result for each argument as long as the argument lives. */
export function memoEach<A extends object, R>(make: (argument: A) => R): (argument: A) => R {
  const known = new WeakMap<A, { readonly result: R }>();
  return (argument) => {
    const entry = known.get(argument) ?? { result: make(argument) };
    known.set(argument, entry);
    return entry.result;
  };
}
