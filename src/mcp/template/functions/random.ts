/** Random text and numbers from the unpredictable bytes of the environment. */
import { TemplateError } from '../errors.ts';
import { type FunctionContext, fn, type GoFunction, type GoFunctions } from './types.ts';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');

export const randomFunctions: GoFunctions = {
  randAlphaNum: randomText(LETTERS + DIGITS),
  randAlpha: randomText(LETTERS),
  randNumeric: randomText(DIGITS),
  randAscii: randomText(PRINTABLE),
  randBytes: fn(['int'], ([count], context) => Buffer.from(bytes('randBytes', count, context)).toString('base64')),
  shuffle: fn(['string'], ([text], context) => shuffled([...text], context).join('')),
  uuidv4: fn([], (_, context) => uuid(context.randomBytes(16))),
};

/** A whole number from 0 up to, but without, `limit`, every one as likely as the others. */
export function randomBelow(limit: number, { randomBytes }: Pick<FunctionContext, 'randomBytes'>): number {
  const space = 2 ** 48;
  const fair = space - (space % limit);
  for (;;) {
    const value = Buffer.from(randomBytes(6)).readUIntBE(0, 6);
    if (value < fair) return value % limit;
  }
}

function randomText(alphabet: string): GoFunction {
  return fn(['int'], ([count], context) => {
    context.budget.length(count);
    return Array.from({ length: Math.max(0, count) }, () => alphabet[randomBelow(alphabet.length, context)]).join('');
  });
}

function bytes(name: string, count: number, context: FunctionContext): Uint8Array {
  if (count < 0) throw new TemplateError(`${name}: ${count} is less than 0`);
  context.budget.length(count);
  return context.randomBytes(count);
}

function shuffled(items: string[], context: FunctionContext): string[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = randomBelow(at + 1, context);
    [items[at], items[other]] = [items[other] as string, items[at] as string];
  }
  return items;
}

/** Version 4 of RFC 9562. */
function uuid(random: Uint8Array): string {
  const data = Buffer.from(random);
  data[6] = ((data[6] as number) & 0x0f) | 0x40;
  data[8] = ((data[8] as number) & 0x3f) | 0x80;
  return data.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
