import { parsePythonInt, shortInteger } from '../integers.ts';
import type { Asked, AskedLimits } from './asked-limits.ts';

/**
 * What Nova writes into the domain XML for a limit: cpu values as numbers, disk values as they are, and of the
 * interface values only directions that have an average, and none at all when no average says anything.
 *
 * @returns undefined: nothing.
 * @see nova nova/virt/libvirt/config.py:LibvirtConfigGuestInterface.format_dom, LibvirtConfigGuestDisk._format_iotune
 */
export function emittedByNova({ entry, text }: Asked, { by }: AskedLimits): string | undefined {
  if (entry.copied === 'as-int') return pythonIntText(text);
  if (entry.needs === undefined) return text;
  // An average of '' is false in Python and '0' is true.
  const anyAverage = by['inbound.average']?.text || by['outbound.average']?.text;
  return by[entry.needs] !== undefined && anyAverage ? text : undefined;
}

/** `str(int(text))` of Python. */
function pythonIntText(text: string): string | undefined {
  const short = shortInteger(text);
  if (short === undefined) return parsePythonInt(text)?.toString();
  return text.charCodeAt(0) === zero ? short.toString() : text;
}

const zero = '0'.charCodeAt(0);
