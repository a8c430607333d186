/** OpenAI tools and tool choice to Gemini's. */
import { asArray, asObject, asString, compact, type JsonObject, objectsOf } from '../../json.ts';
import type { Dialect } from './dialect.ts';
import { toGeminiSchema } from './schema.ts';

/** Tools that Google runs itself, in the vendor's own spelling: passed as they are. */
const VENDOR_TOOLS =
  /^(?:google_?search(?:_?retrieval)?|code_?execution|url_?context|google_?maps|enterprise_?web_?search|file_?search)$/i;

export function toolsOf(tools: unknown, dialect: Dialect): readonly JsonObject[] | undefined {
  const declarations: JsonObject[] = [];
  const own: JsonObject[] = [];
  for (const tool of objectsOf(tools)) {
    const called = asObject(tool.function);
    if (called) declarations.push(declaration(called));
    else if (Object.keys(tool).some((name) => VENDOR_TOOLS.test(name))) own.push(tool);
  }
  const all = declarations.length > 0 ? [{ [dialect.functionDeclarations]: declarations }, ...own] : own;
  return all.length > 0 ? all : undefined;
}

/** An object without properties is no schema for Gemini; a function without parameters has none. */
function declaration(called: JsonObject): JsonObject {
  const schema = asObject(called.parameters);
  const empty = schema === undefined || Object.keys(asObject(schema.properties) ?? {}).length === 0;
  const parameters = empty && schema?.$ref === undefined && schema?.allOf === undefined ? undefined : schema;
  return compact({
    name: called.name,
    description: called.description,
    parameters: parameters && toGeminiSchema(parameters),
  });
}

export function toolConfig(choice: unknown): JsonObject | undefined {
  const config = callingConfig(choice);
  return config && { functionCallingConfig: config };
}

function callingConfig(choice: unknown): JsonObject | undefined {
  if (choice === 'auto') return { mode: 'AUTO' };
  if (choice === 'none') return { mode: 'NONE' };
  if (choice === 'required') return { mode: 'ANY' };
  const object = asObject(choice);
  const name = asString(asObject(object?.function)?.name);
  if (name !== undefined) return { mode: 'ANY', allowedFunctionNames: [name] };
  const allowed = asObject(object?.allowed_tools);
  if (!allowed) return undefined;
  const names = (asArray(allowed.tools) ?? []).flatMap(
    (tool) => asString(asObject(asObject(tool)?.function)?.name) ?? [],
  );
  // With AUTO the list would be refused.
  return allowed.mode === 'required' ? { mode: 'ANY', allowedFunctionNames: names } : { mode: 'AUTO' };
}
