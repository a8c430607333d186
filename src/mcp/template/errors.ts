/** A template that cannot be read: found when the configuration is loaded. `line` is one-based. */
export class TemplateSyntaxError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
    this.name = 'TemplateSyntaxError';
    this.line = line;
  }
}

/** A template that failed while it was rendered. `line` is that of the action, one-based, and undefined when no action is to blame. */
export class TemplateError extends Error {
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(line === undefined ? message : `line ${line}: ${message}`);
    this.name = 'TemplateError';
    this.line = line;
  }
}
