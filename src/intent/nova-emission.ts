import { parsePythonInt } from '../integers.ts';
import type { Asked, AskedLimits } from './asked-limits.ts';
import type { QuotaParameter } from './quota-keys.ts';

/**
 * What Nova writes into the domain XML: cpu values as numbers, disk values as they are, and of the interface values
 * only directions that have an average, and none at all when no average says anything.
 *
 * @see nova nova/virt/libvirt/config.py:LibvirtConfigGuestInterface.format_dom, LibvirtConfigGuestDisk._format_iotune
 */
export function emittedByNova(asked: AskedLimits): ReadonlyMap<QuotaParameter, string> {
  const emitted = new Map<QuotaParameter, string>();
  for (const [parameter, one] of asked) {
    const text = emittedText(one, asked);
    if (text !== undefined) emitted.set(parameter, text);
  }
  return emitted;
}

function emittedText({ entry, text }: Asked, asked: AskedLimits): string | undefined {
  switch (entry.element) {
    case 'cputune':
      return parsePythonInt(text)?.toString();
    case 'iotune':
      return text;
    case 'bandwidth':
      return hasAverage(entry.parameter, asked) ? text : undefined;
  }
}

/** An average of `""` is false in Python and `"0"` is true. */
function hasAverage(parameter: QuotaParameter, asked: AskedLimits): boolean {
  const average = (direction: string) => asked.get(`${direction}.average` as QuotaParameter)?.text;
  const [direction = ''] = parameter.split('.');
  return average(direction) !== undefined && Boolean(average('inbound') || average('outbound'));
}
