import type { Diagnostic } from '../diagnostics.ts';
import type { BulkTranslation } from '../domain/translate-bulk.ts';
import { diagnosticMessage } from './diagnostic-text.ts';

/**
 * One line of a bulk output, with its line end: `{"id", "cputune", "iotune", "bandwidth", "volume_iotune",
 * "diagnostics": [{"severity", "code", "path", "message"}]}`. What there is not is null.
 *
 * @param id absent: not known.
 * @param translation absent: the line could not be read.
 */
export function renderBulkLine(
  id: string | number | undefined,
  translation: BulkTranslation | undefined,
  diagnostics: readonly Diagnostic[],
): string {
  const fragments = translation?.fragments;
  const line = {
    id: id ?? null,
    cputune: fragments?.cputune ?? null,
    iotune: fragments?.iotune ?? null,
    bandwidth: fragments?.bandwidth ?? null,
    volume_iotune: translation?.volumeIotune ?? null,
    diagnostics: diagnostics.map(renderFinding),
  };
  return `${JSON.stringify(line)}\n`;
}

function renderFinding(found: Diagnostic) {
  const { severity, code, path } = found;
  return { severity, code, path, message: diagnosticMessage(found) };
}
