import { describe, expect, it } from 'vitest';
import { localHostWriter } from '../../src/host/local-host.ts';
import { isWriteCommand } from '../../src/host/write-commands.ts';

const uuid = '0a1b2c3d-0000-4000-8000-000000000000';
const start = 'ovs-vsctl --timeout=10 --';

describe('the commands that may write', () => {
  it.each([
    [`${start} set Port tap0 qos=@qos`, true],
    [`${start} set Port tap0 qos=${uuid}`, true],
    [`${start} clear Port tap0 qos`, true],
    [
      `${start} set Interface tap0 ingress_policing_rate=8 ingress_policing_burst=0 external_ids:virt-quota="${uuid}"`,
      true,
    ],
    [`${start} remove Interface tap0 external_ids virt-quota`, true],
    [`${start} --id=@qos create QoS type=linux-htb other_config:max-rate=8 queues:0=@queue`, true],
    [
      `${start} set Port up0 qos=@uplink -- --id=@uplink create QoS type=linux-htb queues:7=@guarantee external_ids:virt-quota-uplink="up0"`,
      true,
    ],
    [
      `${start} set QoS ${uuid} queues:7=@guarantee -- --id=@guarantee create Queue other_config:min-rate=8 external_ids:virt-quota-guarantee="tap0"`,
      true,
    ],
    [`${start} set Queue ${uuid} other_config:min-rate=8`, true],
    [`${start} remove QoS ${uuid} queues 7`, true],
    [`${start} remove QoS ${uuid} external_ids id`, false],
    [`${start} remove QoS tap0 queues 7`, false],
    [`${start} remove Queue ${uuid} other_config min-rate`, false],
    [`${start} set QoS --all type=linux-htb`, false],
    [`${start} set Queue tap0 other_config:min-rate=8`, false],
    [`${start} --if-exists destroy Queue ${uuid} -- --if-exists destroy QoS ${uuid}`, true],
    ['ovs-vsctl -- set Port tap0 qos=@qos', false],
    ['ovs-vsctl --timeout=0 -- set Port tap0 qos=@qos', false],
    ['ovs-vsctl --timeout=10 --db=tcp:192.0.2.1:6640 -- clear Port tap0 qos', false],
    [`${start}`, false],
    [`${start} del-br br-int`, false],
    [`${start} clear Port tap0 qos -- del-port tap0`, false],
    [`${start} clear Port tap0 tag`, false],
    [`${start} set Port tap0 tag=5`, false],
    [`${start} set Interface tap0 type=dpdk`, false],
    [`${start} set Interface tap0 external_ids:iface-id="${uuid}"`, false],
    [`${start} set Interface --all ingress_policing_rate=8`, false],
    [`${start} set Interface tap0`, false],
    [`${start} set Open_vSwitch . other_config:x=1`, false],
    [`${start} remove Interface tap0 external_ids iface-id`, false],
    [`${start} --id=@qos create QoS type=linux-noop`, false],
    [`${start} --id=@qos create Mirror name=m`, false],
    [`${start} --if-exists destroy QoS --all`, false],
    [`${start} --all destroy QoS`, false],
    [`${start} --if-exists destroy constructor ${uuid}`, false],
    ['tc qdisc del dev tap0 root', false],
    ['sh -c true', false],
    ['', false],
  ])('%s: %s', (line, allowed) => {
    expect(isWriteCommand(line.split(' '))).toBe(allowed);
  });

  it('are the only ones that run', async () => {
    await expect(localHostWriter().run(['true'])).rejects.toThrow("'true' is not a command that may write");
  });
});
