/** A tool call that cannot be made: the model gets the text as the tool's result. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ToolError';
  }
}
