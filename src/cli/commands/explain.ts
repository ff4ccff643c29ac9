import { hasErrors } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import { explainFlavor } from '../../explain/explain.ts';
import { renderExplanation } from '../../report/explain-text.ts';
import { exitCode } from '../exit-codes.ts';
import { describedHost, type HostOptions } from '../host-options.ts';
import { type QuotaOptions, readFlavor } from '../quota-input.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `explain`. */
export interface ExplainOptions extends QuotaOptions, HostOptions, Loudness {
  readonly format: 'text' | 'json';
  readonly iproute2?: { readonly major: number; readonly minor: number };
}

/** `virt-quota explain`: arguments with a `=` are extra specs, others say which keys of the flavor are meant. */
export async function explain(words: readonly string[], options: ExplainOptions): Promise<void> {
  const terminal = processTerminal(options);
  const properties = [...(options.property ?? []), ...words.filter(word => word.includes('='))];
  const names = words.filter(word => !word.includes('='));
  const { flavor, diagnostics } = await readFlavor({ ...options, property: properties });
  const explanation = explainFlavor({
    flavor,
    diagnostics,
    host: {
      ...describedHost(options),
      ...(options.iproute2 && { iproute2: options.iproute2 }),
    },
    ...(names.length > 0 && { wants: key => names.some(name => key === name || key === `quota:${name}`) }),
  });
  for (const name of names) {
    if (explanation.keys.some(one => one.key === name || one.key === `quota:${name}`)) continue;
    throw new QuotaError('not-found', name, `the flavor has no '${name}'`);
  }
  terminal.out(
    options.format === 'json'
      ? `${JSON.stringify(explanation, null, 2)}\n`
      : renderExplanation(explanation, terminal.paint),
  );
  const all = [...explanation.diagnostics, ...explanation.keys.flatMap(key => key.diagnostics)];
  if (hasErrors(all)) process.exitCode = exitCode.invalid;
}
