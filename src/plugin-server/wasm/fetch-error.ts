/** A module could not be had. `retryable`: the same try may go through later. The message names the URL and what answered. */
export class ModuleFetchError extends Error {
  readonly url: string;
  readonly retryable: boolean;

  constructor(url: string, message: string, retryable: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ModuleFetchError';
    this.url = url;
    this.retryable = retryable;
  }
}

/** Network failures as one sentence; fetch hides the interesting part in `cause`. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Its message says everything, that of its cause included.
  if (error instanceof ModuleFetchError) return error.message;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return cause === undefined
    ? error.message
    : `${cause.message || error.message}${code === undefined || cause.message.includes(code) ? '' : ` (${code})`}`;
}
