import { type MarkingTarget, markingTargets, renderMarking } from '../../backend/marking/targets.ts';
import { QuotaError } from '../../errors.ts';
import { dscpName, dscpNames, dscpToTos } from '../../intent/dscp.ts';
import type { Json } from '../../intent/json-text.ts';
import { type Marking, type MarkingResult, parseMarking, readMarking } from '../../intent/marking.ts';
import { maxStructuredLength } from '../../intent/structured-text.ts';
import { renderTable } from '../../report/table.ts';
import { readInput } from '../inputs.ts';
import { sayDiagnostics } from '../quota-input.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `dscp`. */
export interface DscpOptions extends Loudness {
  readonly policy?: string;
  readonly mark?: string;
  readonly tos?: string;
  readonly name?: string;
  readonly to?: readonly string[];
  readonly protocol?: readonly string[];
  readonly ports?: readonly string[];
  readonly direction?: string;
  readonly target: MarkingTarget | 'all';
  readonly dev: string;
  readonly bridge: string;
  readonly class?: string;
  readonly list?: boolean;
  readonly format: 'text' | 'json';
}

/** `virt-quota dscp`. */
export async function dscp(options: DscpOptions): Promise<void> {
  const terminal = processTerminal(options);
  if (options.list === true) list(options, terminal);
  else await translate(options, terminal);
}

async function translate(options: DscpOptions, terminal: Terminal): Promise<void> {
  const { marking, diagnostics } = await readInputs(options);
  sayDiagnostics(diagnostics, terminal);
  if (marking === undefined) throw new QuotaError('invalid-input', 'marking', 'nothing is marked: see above');
  const place = {
    dev: options.dev,
    bridge: options.bridge,
    ...(options.class !== undefined && { priorityClass: options.class }),
  };
  const names = options.target === 'all' ? markingTargets : [options.target];
  const targets = names.map(name => ({ name, ...renderMarking(name, marking, place) }));
  if (options.format === 'json') {
    const what = { ...marking, dscpName: dscpName(marking.dscp), tos: dscpToTos(marking.dscp) };
    return terminal.out(`${JSON.stringify({ schemaVersion: 1, marking: what, targets }, null, 2)}\n`);
  }
  for (const target of targets) {
    sayDiagnostics(target.diagnostics, terminal);
    if (options.target === 'all') terminal.out(`### ${target.name}: ${target.use}\n`);
    terminal.data(target.text);
  }
}

function list({ format }: DscpOptions, terminal: Terminal): void {
  const rows = dscpNames.map(([name, value]) => ({ name, dscp: value, tos: dscpToTos(value) }));
  const columns = [
    { head: 'NAME', cell: (row: (typeof rows)[number]) => row.name },
    { head: 'DSCP', cell: (row: (typeof rows)[number]) => String(row.dscp) },
    { head: 'TOS', cell: (row: (typeof rows)[number]) => `0x${row.tos.toString(16).padStart(2, '0')}` },
  ];
  const table = renderTable(rows, columns, terminal.paint);
  terminal.out(format === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : table);
}

async function readInputs(options: DscpOptions): Promise<MarkingResult> {
  const { policy } = options;
  const given = optionValues(options);
  if (policy === undefined) return readMarking(given);
  if (given.size > 0) {
    throw new QuotaError(
      'invalid-input',
      'policy',
      '--policy says it all: no other option about what to mark',
    );
  }
  const name = policy === '-' ? 'standard input' : `'${policy}'`;
  return parseMarking(await readInput(policy, 4 * maxStructuredLength), name);
}

/** The options as the object that a policy file holds. */
function optionValues({ mark, tos, name, to, protocol, ports, direction }: DscpOptions): Map<string, Json> {
  const values: Readonly<Record<keyof Marking | string, Json | undefined>> = {
    mark,
    tos,
    name,
    direction,
    destinations: to,
    protocols: protocol,
    ports,
  };
  return new Map(Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
