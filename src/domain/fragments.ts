import { encodeAttribute, encodeText, isXmlText } from '../xml/entities.ts';
import { bandwidthFields } from './bandwidth.ts';
import { cpuTuneFields } from './cputune.ts';
import { ioTuneFields } from './iotune.ts';
import type { Parameter } from './tuning.ts';

/** The elements that Nova writes for a flavor; an element that it does not write is left out. */
export interface Fragments {
  readonly cputune?: string;
  readonly iotune?: string;
  readonly bandwidth?: string;
}

/** Values as text or numbers, by parameter; one that XML cannot hold is left out. */
type Values = Readonly<Partial<Record<Parameter, string | number>>>;

/** `<cputune>` on one line, in Nova's order; undefined when nothing is in it. */
export function renderCpuTune(values: Values): string | undefined {
  return renderElements('cputune', cpuTuneFields, values);
}

/** `<iotune>` on one line, in Nova's order; undefined when nothing is in it. */
export function renderIoTune(values: Values): string | undefined {
  return renderElements('iotune', ioTuneFields, values);
}

const directionFields = (['inbound', 'outbound'] as const).map(
  direction => [direction, bandwidthFields.filter(field => field.direction === direction)] as const,
);

/** `<bandwidth>` on one line; undefined when no direction has anything. */
export function renderBandwidth(values: Values): string | undefined {
  const directions = directionFields.flatMap(([direction, fields]) => {
    const attributes = fields.flatMap(({ parameter, xmlName }) => {
      const value = textOf(values, parameter);
      return value === undefined ? [] : [` ${xmlName}="${encodeAttribute(value)}"`];
    });
    return attributes.length === 0 ? [] : [`<${direction}${attributes.join('')}/>`];
  });
  return directions.length === 0 ? undefined : `<bandwidth>${directions.join('')}</bandwidth>`;
}

function renderElements(
  name: string,
  fields: readonly { readonly parameter: Parameter; readonly xmlName: string }[],
  values: Values,
): string | undefined {
  const children = fields.flatMap(({ parameter, xmlName }) => {
    const value = textOf(values, parameter);
    return value === undefined ? [] : [`<${xmlName}>${encodeText(value)}</${xmlName}>`];
  });
  return children.length === 0 ? undefined : `<${name}>${children.join('')}</${name}>`;
}

function textOf(values: Values, parameter: Parameter): string | undefined {
  const value = values[parameter];
  if (value === undefined || typeof value === 'number') return value?.toString();
  return isXmlText(value) ? value : undefined;
}
