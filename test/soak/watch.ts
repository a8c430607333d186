/** The client's side of a soak: opens one stream through the gateway and notes what is not as it must be. */
import { contentOf, dataOf, type OpenStream, openStream } from '../support/llm.ts';
import { type Stream, span, tokenOf } from './plan.ts';
import { INPUT_TOKENS } from './vendor.ts';

export class Watch {
  readonly stream: Stream;
  readonly #limitMs: number;
  readonly #sentAt: number[] = [];
  readonly #late: string[] = [];
  #arrived = 0;
  #slowestMs = 0;
  #open: OpenStream | undefined;
  #over = false;

  constructor(stream: Stream, limitMs: number) {
    this.stream = stream;
    this.#limitMs = limitMs;
  }

  get arrived(): number {
    return this.#arrived;
  }

  get slowestMs(): number {
    return this.#slowestMs;
  }

  get isOpen(): boolean {
    return this.#open !== undefined && !this.#over;
  }

  sent(index: number): void {
    this.#sentAt[index] = performance.now();
  }

  abort(): void {
    this.#open?.abort();
  }

  /** Resolves when the stream is over, with everything that was wrong with it. */
  async run(url: string): Promise<readonly string[]> {
    const { id, way, endsAt } = this.stream;
    const begun = performance.now();
    const body = {
      model: way,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: id }],
    };
    this.#open = openStream(url, { host: `${way}.example.com` }, body, (text) => this.#look(text));
    const how = await this.#open.over;
    this.#over = true;
    const lastedMs = performance.now() - begun;
    if (lastedMs < endsAt) return [`${id}: was over (${how}) after ${span(lastedMs)} of ${span(endsAt)}`];
    return [...this.#late, ...this.#endProblems(how, this.#open.text())].map((problem) => `${id}: ${problem}`);
  }

  #look(text: string): void {
    const expected = this.stream.tokensAt.length;
    const content = contentOf(text.slice(0, text.lastIndexOf('\n\n') + 2));
    const now = performance.now();
    const arrived = Math.min(content.split(' ').length - 1, expected);
    for (; this.#arrived < arrived; this.#arrived += 1) {
      const delay = now - (this.#sentAt[this.#arrived] ?? now);
      this.#slowestMs = Math.max(this.#slowestMs, delay);
      if (delay > this.#limitMs)
        this.#late.push(`event ${this.#arrived} came ${Math.round(delay)} ms after it was sent`);
    }
  }

  #endProblems(how: 'end' | 'broken', text: string): readonly string[] {
    const problems: string[] = [];
    const check = (what: string, seen: unknown, wanted: unknown) => {
      if (JSON.stringify(seen) !== JSON.stringify(wanted))
        problems.push(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`);
    };
    const data = dataOf(text);
    const chunks = data.filter((one) => one !== '[DONE]').map((one) => JSON.parse(one));
    const count = this.stream.tokensAt.length;
    check('it ended', how, 'end');
    check('text', contentOf(text), Array.from({ length: count }, (_, index) => tokenOf(index)).join(''));
    check(
      'finish reasons',
      chunks.flatMap(({ choices }) => choices?.flatMap((choice: Choice) => choice.finish_reason ?? []) ?? []),
      ['stop'],
    );
    check('last line', data.at(-1), '[DONE]');
    const usage = chunks.findLast((chunk) => chunk.usage)?.usage;
    check('usage', [usage?.prompt_tokens, usage?.completion_tokens], [INPUT_TOKENS, count]);
    return problems;
  }
}

interface Choice {
  readonly finish_reason?: string | null;
}
