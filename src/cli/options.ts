import { InvalidArgumentError, Option } from 'commander';

/** For options that may be repeated: all values, in order. */
export const collect = (value: string, before: readonly string[] = []) => [...before, value];

/** `--cgroup 1|2`. */
export function cgroupOption(description: string): Option {
  return new Option('--cgroup <version>', description).argParser((text): 1 | 2 => {
    if (text === '1') return 1;
    if (text === '2') return 2;
    throw new InvalidArgumentError('1 or 2, please');
  });
}
