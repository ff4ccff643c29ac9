import type { LimitField } from './limit-field.ts';
import type { Limits, Parameter } from './tuning.ts';

/** A limit's wanted text under its name in the XML; absent: it shall not be there. */
export interface Edit {
  readonly name: string;
  readonly text?: string;
}

/** The limits that differ, in the order of the fields. 0 and absent are the same: not there. */
export function changedFields<P extends Parameter>(
  fields: readonly LimitField<P>[],
  current: Limits,
  wanted: Limits,
): readonly Edit[] {
  return fields
    .filter(({ parameter }) => (current[parameter] || 0) !== (wanted[parameter] || 0))
    .map(({ parameter, xmlName }) => ({
      name: xmlName,
      ...(wanted[parameter] ? { text: String(wanted[parameter]) } : {}),
    }));
}
