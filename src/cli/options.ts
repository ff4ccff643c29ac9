import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ToolVersion } from '../domain/check-bursts.ts';
import { numberOption } from './number-option.ts';

/** For options that may be repeated: all values, in order. */
export const collect = (value: string, before: readonly string[] = []) => [...before, value];

/** `--cgroup 1|2`. */
export function cgroupOption(description: string): Option {
  return new Option('--cgroup <version>', description).argParser((text): 1 | 2 => {
    if (text === '1') return 1;
    if (text === '2') return 2;
    throw new InvalidArgumentError('must be 1 or 2');
  });
}

/** `--iproute2 X.Y`. */
export function iproute2Option(description: string): Option {
  return new Option('--iproute2 <version>', description).argParser((text): ToolVersion => {
    const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})(?:\.\d{1,3})?$/.exec(text);
    if (match === null) throw new InvalidArgumentError('must be a version such as 6.1');
    return { major: Number(match[1]), minor: Number(match[2]) };
  });
}

const timeout = numberOption({ min: 0.001, max: 3600, decimals: 3, unit: 'seconds' });

/** What is asked of a domain. */
export function quotaOptions(command: Command): Command {
  return command
    .option(
      '--flavor <file>',
      "a flavor: Nova API JSON, openstack flavor show -f json|yaml|shell, key=value lines, a domain's XML with Nova's " +
        'metadata (- for stdin); may be repeated, later ones win',
      collect,
    )
    .option(
      '--options <file>',
      'limits that Nova does not have (virt-quota: keys, prefix optional), as a flavor',
    )
    .option('--property <key=value>', 'an extra spec; may be repeated, wins over every flavor', collect)
    .option(
      '--volume <disk=file[,size=GiB]>',
      'QoS of one volume, as openstack volume qos show prints it; DISK is its target, serial or source ' +
        '(target:…, serial:…, source:… say which); may be repeated',
      collect,
    )
    .option('--volume-qos <file>', 'QoS of all volumes that no --volume names')
    .option('--volume-size <GiB>', 'size of volumes for which none is given')
    .option('--volume-extras', 'also what Nova drops and libvirt can do: *_max_length, group_name');
}

/** How libvirt is reached. */
export function connectOptions(command: Command): Command {
  return command
    .option('-c, --connect <uri>', 'hypervisor, as virsh takes it (default qemu:///system)')
    .option('--timeout <seconds>', 'longest wait for one answer of libvirt', timeout);
}

/** `-f`. @param preset when it is not given */
export function formatOption(choices: readonly string[], preset: string): Option {
  return new Option('-f, --format <format>', 'output format').choices([...choices]).default(preset);
}
