import { escaped } from '../xml-text.ts';

/** Text that is HTML already: made by {@link html} alone, from templates of ours and escaped values. */
export interface Markup {
  readonly markup: string;
}

/** What a template may hold. Texts and numbers are escaped; `undefined` is nothing. */
export type Content = string | number | undefined | Markup | readonly Content[];

/** HTML of a template: nothing that is put in can become an element or leave its attribute. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const rest = values.map((value, index) => `${textOf(value)}${strings[index + 1] ?? ''}`);
  return { markup: `${strings[0] ?? ''}${rest.join('')}` };
}

function textOf(value: Content): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  if ('markup' in value) return value.markup;
  return value.map(textOf).join('');
}
