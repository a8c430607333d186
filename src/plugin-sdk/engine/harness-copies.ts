/** What the module inside Envoy does by `copies` (`src/native/hop/copies.zig`), for tests: which parts it brings to the plugin, and what it translates itself. */
import { isUtf8 } from 'node:buffer';
import { JSON_STRING } from '#lib/json-text.ts';
import { ANY_DIGITS, ANY_SPACES, type CopyRule } from '../hooks.ts';
import type { Copies, Outcome } from './outcome.ts';

/** The way to the plugins. */
interface Way {
  part(part: Buffer, end: boolean): Promise<Outcome>;
  copied(event: Buffer): void;
}

interface Match {
  readonly length: number;
  readonly leaves: Buffer;
  readonly remember: boolean;
}

const MOST_FRUITLESS = 4;
const NONE: Copies = { behind: '', rules: [], crLf: false };

export class Copier {
  #waiting = Buffer.alloc(0);
  #copies: Copies;
  #last: Buffer | undefined;
  #fruitless = 0;
  /** Parts that the plugins got. */
  asked = 0;

  constructor(copies: Copies | undefined) {
    this.#copies = copies ?? NONE;
  }

  /** What leaves for a part; undefined when a plugin broke the answer off. */
  async bring(part: Buffer, end: boolean, way: Way): Promise<Buffer | undefined> {
    const left: Buffer[] = [];
    this.#waiting = Buffer.concat([this.#waiting, part]);
    for (;;) {
      left.push(this.#translate());
      const size = this.#portion(end);
      const last = end && size === this.#waiting.length;
      if (size === 0 && !last) return Buffer.concat(left);
      const sent = this.#waiting.subarray(0, size);
      this.#waiting = this.#waiting.subarray(size);
      this.asked++;
      if (this.#last) way.copied(this.#last);
      this.#last = undefined;
      const outcome = await way.part(sent, last);
      if (outcome.abort !== undefined) return undefined;
      left.push(outcome.body ?? sent);
      this.#copies = outcome.copies ?? { ...this.#copies, rules: [] };
      if (this.#copies.rules.length > 0) this.#fruitless = 0;
      if (last) return Buffer.concat(left);
    }
  }

  #translate(): Buffer {
    const left: Buffer[] = [];
    for (let found = this.#match(0); found; found = this.#match(0)) {
      left.push(found.leaves);
      if (found.remember) this.#last = this.#waiting.subarray(0, found.length);
      this.#waiting = this.#waiting.subarray(found.length);
    }
    return Buffer.concat(left);
  }

  #match(at: number): Match | undefined {
    const { rules, crLf } = this.#copies;
    const text = this.#waiting.toString('latin1', at);
    for (const rule of rules) {
      const [whole, string = ''] = expressionOf(rule, crLf ? '\r\n' : '\n').exec(text) ?? [];
      const bytes = Buffer.from(string, 'latin1');
      const { becomes, notEmpty, remember = false } = rule;
      if (whole === undefined || !isUtf8(bytes) || (notEmpty && string === '""')) continue;
      const leaves = becomes
        ? [Buffer.from(`data: ${becomes.before}`), bytes, Buffer.from(`${becomes.after}\n\n`)]
        : [];
      return { length: whole.length, leaves: Buffer.concat(leaves), remember };
    }
    return undefined;
  }

  #portion(end: boolean): number {
    const bytes = this.#waiting;
    const { behind } = this.#copies;
    if (behind === '') return bytes.length;
    let at = 0;
    while (at < bytes.length) {
      if (at > 0 && this.#match(at)) return at;
      const next = eventEnd(bytes.toString('latin1', at));
      if (next === undefined) return bytes.length;
      if (next === 0) return end ? bytes.length : at;
      const first = this.#fruitless < MOST_FRUITLESS && bytes.subarray(at, at + next).includes(behind);
      at += next;
      if (first && at < bytes.length) this.#fruitless++;
      if (first) return at;
    }
    return at;
  }
}

/** 0: it has not ended. Undefined: lines end by CR alone. */
function eventEnd(text: string): number | undefined {
  const [event = ''] = /^(?::[^\r\n]*\r?\n|(?:[^\r\n]+\r?\n)*\r?\n)/.exec(text) ?? [];
  return /\r(?!\n)/.test(event === '' ? text : event) ? undefined : event.length;
}

function expressionOf({ event, before, after, becomes }: CopyRule, lineEnd: string): RegExp {
  const head = RegExp.escape(`${event === undefined ? '' : `event: ${event}${lineEnd}`}data: ${before}`);
  const tail = [...latin1(after)].map((byte) => PATTERNS[byte] ?? RegExp.escape(byte)).join('');
  return new RegExp(`^${latin1(head)}${becomes ? `(${JSON_STRING})` : ''}${tail}${lineEnd}${lineEnd}`);
}

const PATTERNS: Readonly<Record<string, string>> = { [ANY_SPACES]: ' *', [ANY_DIGITS]: '\\d+' };

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
