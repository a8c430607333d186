/** Many words, each with a value, looked up together at one place of a text. Lengths and offsets are UTF-16 units, as everywhere in JavaScript. */
interface Node<T> {
  next: Map<number, Node<T>> | undefined;
  /** Whether a word ends here; its value may itself be undefined. */
  ends: boolean;
  value: T | undefined;
}

export class TextTrie<T> {
  readonly #root: Node<T> = { next: undefined, ends: false, value: undefined };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The empty word is never found and thus not taken. */
  set(word: string, value: T): void {
    if (word === '') return;
    let node = this.#root;
    for (let i = 0; i < word.length; i++) {
      node.next ??= new Map();
      const code = word.charCodeAt(i);
      let next = node.next.get(code);
      if (next === undefined) {
        next = { next: undefined, ends: false, value: undefined };
        node.next.set(code, next);
      }
      node = next;
    }
    if (!node.ends) this.#size += 1;
    node.ends = true;
    node.value = value;
  }

  /**
   * Calls `found` for each word that stands at `from`, shortest first, with the offset behind it. True when the text ends where a longer word could
   * go on.
   */
  visit(text: string, from: number, found: (end: number, value: T) => void): boolean {
    let node = this.#root;
    for (let at = from; at < text.length; at++) {
      const next = node.next?.get(text.charCodeAt(at));
      if (next === undefined) return false;
      node = next;
      if (node.ends) found(at + 1, node.value as T);
    }
    return node.next !== undefined;
  }
}
