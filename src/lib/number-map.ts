/**
 * A map from whole numbers below 2^32 whose entries come and go quickly. `Map` serves as well but for one thing: each time that V8 makes it a new table, the
 * old one keeps pointing to the new one and to the values of that time. Once one table has come into the old generation, all later ones follow, and with
 * them everything that ever was in the map, until a full collection.
 */
const FIRST_SLOTS = 64;

export class NumberMap<T extends object> {
  #keys = new Uint32Array(FIRST_SLOTS);
  /** Undefined where a slot is free. */
  #values: (T | undefined)[] = freeSlots(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): T | undefined {
    return this.#values[this.#slotOf(key)];
  }

  set(key: number, value: T): void {
    let slot = this.#slotOf(key);
    if (this.#values[slot] === undefined) {
      if (this.#size * 2 >= this.#values.length) {
        this.#grow();
        slot = this.#slotOf(key);
      }
      this.#size++;
    }
    this.#keys[slot] = key;
    this.#values[slot] = value;
  }

  delete(key: number): void {
    let hole = this.#slotOf(key);
    if (this.#values[hole] === undefined) return;
    this.#size--;
    const last = this.#values.length - 1;
    // What stands behind it and would be nearer to its own slot in the hole moves there, so that no search stops too early.
    for (let slot = (hole + 1) & last; this.#values[slot] !== undefined; slot = (slot + 1) & last) {
      const own = this.#keys[slot]! & last;
      if (((slot - own) & last) < ((slot - hole) & last)) continue;
      this.#keys[hole] = this.#keys[slot]!;
      this.#values[hole] = this.#values[slot];
      hole = slot;
    }
    this.#values[hole] = undefined;
  }

  clear(): void {
    this.#values.fill(undefined);
    this.#size = 0;
  }

  /** As they are now: the map may change meanwhile. */
  values(): T[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Where the key stands, or would stand. */
  #slotOf(key: number): number {
    const last = this.#values.length - 1;
    let slot = key & last;
    while (this.#values[slot] !== undefined && this.#keys[slot] !== key) slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = freeSlots(keys.length * 2);
    for (const [from, value] of values.entries()) {
      if (value === undefined) continue;
      const slot = this.#slotOf(keys[from]!);
      this.#keys[slot] = keys[from]!;
      this.#values[slot] = value;
    }
  }
}

function freeSlots<T>(count: number): (T | undefined)[] {
  return new Array<T | undefined>(count).fill(undefined);
}
