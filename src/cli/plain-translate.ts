import type { TranslateOptions } from './commands/translate.ts';
import type { TranslateJsonlOptions } from './commands/translate-jsonl.ts';

/** A `translate` that is plain enough to need no parser of command lines. */
export type PlainTranslate =
  | { readonly kind: 'one'; readonly options: TranslateOptions }
  | { readonly kind: 'jsonl'; readonly options: TranslateJsonlOptions };

const formats = ['xml', 'json'] as const;

/**
 * Recognises the two calls that scripts make thousands of times, `translate --flavor FILE [--property K=V] [-f FORMAT]`
 * and `translate --jsonl [FILE]`: loading the parser of command lines would take longer than translating. Everything
 * else, and everything that is wrong, is undefined: the parser's.
 *
 * @param args what follows the program's name
 */
export function plainTranslate(args: readonly string[]): PlainTranslate | undefined {
  const [command, first, second = true] = args;
  if (command !== 'translate') return undefined;
  if (first === '--jsonl' && args.length <= 3) {
    if (typeof second === 'string' && second.startsWith('-') && second !== '-') return undefined;
    return { kind: 'jsonl', options: { jsonl: second } };
  }
  return plainOne(args.slice(1));
}

function plainOne(args: readonly string[]): PlainTranslate | undefined {
  const flavor: string[] = [];
  const property: string[] = [];
  let format: TranslateOptions['format'] = 'xml';
  if (args.length === 0 || args.length % 2 !== 0) return undefined;
  for (let at = 0; at < args.length; at += 2) {
    const [option, value = ''] = args.slice(at, at + 2);
    const known = formats.find(one => one === value);
    // A value that looks like an option is a question for the parser.
    if (value.startsWith('-') && value !== '-') return undefined;
    if (option === '--flavor') flavor.push(value);
    else if (option === '--property') property.push(value);
    else if ((option === '-f' || option === '--format') && known !== undefined) format = known;
    else return undefined;
  }
  const options = { format, ...(flavor.length > 0 && { flavor }), ...(property.length > 0 && { property }) };
  return { kind: 'one', options };
}
