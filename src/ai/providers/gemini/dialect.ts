/**
 * The Gemini language is spoken in two places: the Gemini API and Vertex AI. Both read snake_case and camelCase alike; each is written the way its
 * own documents do. What really differs is said here.
 */
export interface Dialect {
  readonly systemInstruction: 'system_instruction' | 'systemInstruction';
  readonly functionDeclarations: 'function_declarations' | 'functionDeclarations';
  /** Where the model's thoughts go in an answer: a member of their own, or `<think>` tags in the content. */
  readonly thoughts: 'member' | 'tags';
  /** The vendor's id of an answer is kept; else it gets one as OpenAI's look. */
  readonly keepsIds: boolean;
  /** An image that a message names by http(s): put into the request, or left to the vendor to fetch. */
  readonly remoteImages: 'inline' | 'reference';
  /** Function calls and their results carry ids. */
  readonly callIds: boolean;
  /** Models that refuse a schema for their answer. */
  readonly withoutSchema?: RegExp;
}

export const GEMINI_API: Dialect = {
  systemInstruction: 'system_instruction',
  functionDeclarations: 'function_declarations',
  thoughts: 'member',
  keepsIds: false,
  remoteImages: 'inline',
  callIds: true,
};

export const VERTEX_AI: Dialect = {
  systemInstruction: 'systemInstruction',
  functionDeclarations: 'functionDeclarations',
  thoughts: 'tags',
  keepsIds: true,
  remoteImages: 'reference',
  callIds: false,
  withoutSchema: /^gemini-2\.0-/,
};
