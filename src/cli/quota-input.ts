import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Flavor, flavorFromProperties, parseFlavor } from '../intent/flavor.ts';
import { type FlavorQuota, flavorQuota } from '../intent/flavor-quota.ts';
import { diagnosticLine } from '../report/diagnostic-text.ts';
import { readInput } from './inputs.ts';
import type { Terminal } from './terminal.ts';

const FLAVOR_LIMIT = 1024 * 1024;

/** Options by which a command is told what is wanted. */
export interface QuotaOptions {
  /** A file, or `-`. */
  readonly flavor?: string;
  /** `quota:cpu_shares=512`, as `openstack flavor set --property` takes them; they win over the file. */
  readonly property?: readonly string[];
}

/** A flavor with the limits it asks for. */
export interface QuotaInput {
  readonly flavor: Flavor;
  readonly quota: FlavorQuota;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads what is wanted from the command line's sources. Findings are printed to standard error.
 *
 * @throws QuotaError `invalid-input` when nothing is given or any finding is an error
 */
export async function readQuota(options: QuotaOptions, terminal: Terminal): Promise<QuotaInput> {
  const { flavor, diagnostics: found } = await readFlavor(options);
  const { quota, diagnostics: more } = flavorQuota(flavor.extraSpecs);
  const diagnostics = [...found, ...more];
  sayDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics)) {
    const count = diagnostics.filter(one => one.severity === 'error').length;
    const subject = flavor.name ?? options.flavor ?? 'flavor';
    throw new QuotaError('invalid-input', subject, `${count} error${count === 1 ? '' : 's'} in '${subject}'`);
  }
  return { flavor, quota, diagnostics };
}

/** Prints findings: errors even when quiet, what is only good to know when asked for it. */
export function sayDiagnostics(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  for (const found of diagnostics) {
    if (found.severity === 'info') terminal.detail(diagnosticLine(found));
    else terminal.say(diagnosticLine(found), { always: found.severity === 'error' });
  }
}

/** Reads the flavor that the options name, without looking at its limits. @throws QuotaError `invalid-input` */
export async function readFlavor(
  options: QuotaOptions,
): Promise<{ readonly flavor: Flavor; readonly diagnostics: readonly Diagnostic[] }> {
  const properties = options.property ?? [];
  if (options.flavor === undefined && properties.length === 0) {
    throw new QuotaError(
      'invalid-input',
      'flavor',
      'say what is wanted: --flavor FILE or --property KEY=VALUE',
    );
  }
  const own = flavorFromProperties(properties);
  if (options.flavor === undefined) return own;
  const text = await readInput(options.flavor, FLAVOR_LIMIT);
  if (text.trim() === '') {
    const name = options.flavor === '-' ? 'standard input' : options.flavor;
    throw new QuotaError('invalid-input', name, `'${name}' is empty: a flavor is expected`);
  }
  const file = parseFlavor(text);
  return {
    flavor: { ...file.flavor, extraSpecs: { ...file.flavor.extraSpecs, ...own.flavor.extraSpecs } },
    diagnostics: [...file.diagnostics, ...own.diagnostics],
  };
}
