import type { Diagnostic } from '../diagnostics.ts';
import { type Flavor, type FlavorResult, specRecord } from './flavor.ts';

/** A flavor and where it comes from: a file's name, an option's. */
export interface FlavorSource {
  readonly name: string;
  readonly result: FlavorResult;
}

/**
 * Several flavors as one: later ones win, key by key, and an extra spec that is given again takes its last place. Each that
 * does not count is a finding which names both sources.
 */
export function mergeFlavors(sources: readonly FlavorSource[]): FlavorResult {
  const given = new Map<string, { readonly text: string; readonly from: string }>();
  const diagnostics: Diagnostic[] = [];
  let identity: Omit<Flavor, 'extraSpecs'> = {};
  for (const { name: from, result } of sources) {
    const { extraSpecs, ...own } = result.flavor;
    identity = { ...identity, ...own };
    diagnostics.push(...result.diagnostics);
    for (const [key, text] of Object.entries(extraSpecs)) {
      const earlier = given.get(key);
      if (earlier !== undefined) diagnostics.push(overridden(key, earlier, from));
      given.delete(key);
      given.set(key, { text, from });
    }
  }
  const pairs = [...given].map(([key, { text }]) => [key, text] as const);
  return { flavor: { ...identity, extraSpecs: specRecord(pairs) }, diagnostics };
}

function overridden(
  path: string,
  { text, from }: { readonly text: string; readonly from: string },
  by: string,
): Diagnostic {
  return { code: 'source-overridden', severity: 'info', path, value: text, args: { from, by } };
}
