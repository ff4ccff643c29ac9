import type { AskedOptions } from './asked.ts';
import type { ConnectOptions } from './connection.ts';

/** Those options of a command that say what is wanted of a domain and where it is, as arguments of another command. */
export function wishArguments(options: AskedOptions & ConnectOptions): readonly string[] {
  return [
    ...optionOf('--connect', options.connect),
    ...(options.flavorFromMetadata === true ? ['--flavor-from-metadata'] : []),
    ...(options.flavor ?? []).flatMap(file => ['--flavor', file]),
    ...optionOf('--options', options.options),
    ...(options.property ?? []).flatMap(property => ['--property', property]),
    ...(options.volume ?? []).flatMap(volume => ['--volume', volume]),
    ...optionOf('--volume-qos', options.volumeQos),
    ...optionOf('--volume-size', options.volumeSize),
    ...(options.volumeExtras === true ? ['--volume-extras'] : []),
  ];
}

/** Extra specs as the arguments that ask for the same. */
export function propertyArguments(asked: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(asked).flatMap(([key, value]) => ['--property', `${key}=${value}`]);
}

function optionOf(option: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [option, String(value)];
}
