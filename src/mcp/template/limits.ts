/** What one rendering may use up, so that a template cannot hang the server or eat its memory. */
import { TemplateError } from './errors.ts';

export interface TemplateLimits {
  /** UTF-16 units of the whole output, and of the result of any one function. */
  readonly maxLength: number;
  /** Actions, range rounds and function calls. */
  readonly maxSteps: number;
  /** Templates that call templates. */
  readonly maxDepth: number;
  readonly maxMilliseconds: number;
}

export const DEFAULT_LIMITS: TemplateLimits = {
  maxLength: 16 * 1024 * 1024,
  maxSteps: 1_000_000,
  maxDepth: 100,
  maxMilliseconds: 5_000,
};

export class Budget {
  readonly limits: TemplateLimits;
  readonly #started = performance.now();
  #steps = 0;
  #length = 0;

  constructor(limits: TemplateLimits) {
    this.limits = limits;
  }

  step(): void {
    this.#steps += 1;
    if (this.#steps > this.limits.maxSteps) throw new TemplateError(`more than ${this.limits.maxSteps} steps`);
    if (performance.now() - this.#started > this.limits.maxMilliseconds) {
      throw new TemplateError(`took longer than ${this.limits.maxMilliseconds} ms`);
    }
  }

  output(text: string): string {
    this.#length += text.length;
    this.length(this.#length);
    return text;
  }

  /** Called before a text of this length is made. */
  length(length: number): void {
    if (length > this.limits.maxLength) throw new TemplateError(`text longer than ${this.limits.maxLength} characters`);
  }
}
