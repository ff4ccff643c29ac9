import type { Holding } from '../backend/holding.ts';
import { type Paint, renderTable } from './table.ts';

/** What back ends must hold, one line each thing. */
export function renderHoldings(holdings: readonly Holding[], paint: Paint): string {
  const columns = [
    { head: 'RULE', cell: (one: Holding) => one.because },
    { head: 'LAYER', cell: (one: Holding) => one.layer },
    { head: 'WHERE', cell: (one: Holding) => one.subject },
    { head: 'KNOB', cell: (one: Holding) => one.knob },
    { head: 'MUST HOLD', cell: valuesText },
  ];
  return renderTable(holdings, columns, paint);
}

function valuesText({ values }: Holding): string {
  const entries = Object.entries(values);
  const texts = entries.map(([name, { value, unit }]) => {
    const text = unit === undefined ? String(value) : `${value} ${unit}`;
    return name === 'value' || name === 'flow' || name === 'meter' ? text : `${name}=${text}`;
  });
  return texts.join(', ');
}
