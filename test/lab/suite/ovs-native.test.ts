import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { QuotaError } from '../../../src/errors.ts';
import { applyDomain } from '../../../src/workflow/apply.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside, quotaOf } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText } from '../virt-quota.ts';

// A tap that is a port of Open vSwitch although libvirt takes it for a plain one. Witnesses: ovs-vsctl, tc, virsh.
const name = 'instance-000000d2';
const vif = quotaOf(
  'quota:vif_inbound_average=2000',
  'quota:vif_inbound_peak=4000',
  'quota:vif_inbound_burst=512',
  'quota:vif_outbound_average=3000',
  'quota:vif_outbound_burst=256',
);
const other = quotaOf('quota:vif_inbound_average=1000', 'quota:vif_outbound_average=1500');
const none = quotaOf();
const native = { ovsNative: true } as const;
let hypervisor: Hypervisor;
let domain: Domain;
let outside: FromOutside;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'ethernet' }] });
  outside = await fromOutside(hypervisor, flavorText);
});

afterAll(async () => {
  await outside?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const dev = () => domain.nics[0]?.dev ?? '';
const shell = (script: string) => hypervisor.shell(script);
const policing = () => shell(`ovs-vsctl get Interface ${dev()} ingress_policing_rate ingress_policing_burst`);
const typeOfQos = () => shell(`ovs-vsctl get QoS $(ovs-vsctl get Port ${dev()} qos) type`);
/** `QoS Queue`: how many rows carry our mark. */
const ours = async () =>
  (
    await shell(`for table in QoS Queue Interface
do ovs-vsctl --bare --columns=_uuid find $table 'external_ids:virt-quota!=""' | grep -c . || true
done`)
  )
    .trim()
    .split('\n')
    .join(' ');
const everything = () =>
  shell(
    'ovs-vsctl list QoS; ovs-vsctl list Queue; ovs-vsctl list Port; ovs-vsctl list Interface | grep policing',
  );

/** What the kernel has of the limits of {@link vif}: 2000 kB/s = 16 Mbit/s, 3000 kB/s = 24 Mbit/s. */
async function expectKernelHolds(): Promise<void> {
  const classes = await shell(`tc class show dev ${dev()}`);
  expect(classes).toMatch(/class htb 1:fffe root rate 32Mbit ceil 32Mbit/);
  expect(classes).toMatch(/class htb 1:1 parent 1:fffe .*rate 16Mbit ceil 32Mbit burst 512Kb/);
  expect(await shell(`tc filter show dev ${dev()} parent ffff:`)).toMatch(
    /matchall[\s\S]* rate 24Mbit burst 256Kb/,
  );
}

describe('a tap that is a port of Open vSwitch, limited in its database', () => {
  test('has its limits in one QoS row with one queue, in the policing columns, and in the kernel', async () => {
    expect(await typeOfQos()).toBe('linux-noop\n');
    const { outcome, failure } = await outside.apply(name, vif, native);
    expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
    const qos = await shell(`ovs-vsctl list QoS $(ovs-vsctl get Port ${dev()} qos)`);
    expect(qos).toMatch(/other_config *: {burst="4194304", max-rate="32000000", min-rate="16000000"}/);
    expect(qos).toContain(`virt-quota="${domain.uuid}"`);
    expect(qos).toContain('linux-htb');
    expect(await policing()).toBe('24000\n2048\n');
    expect(await ours()).toBe('1 1 1');
    await expectKernelHolds();
  });

  test("has them in libvirt's live definition too", async () => {
    expect(await shell(`virsh domiftune ${name} ${dev()}`)).toMatch(
      /inbound.average *: 2000\ninbound.peak *: 4000/,
    );
  });

  test('is not written to a second time', async () => {
    const before = await everything();
    expect(await outside.apply(name, vif, native)).toMatchObject({ outcome: 'unchanged' });
    expect(await everything()).toBe(before);
  });

  test('is known as such without being told again', async () => {
    const { failing, undecided } = await outside.verify(name, vif);
    expect({ failing, undecided }).toEqual({ failing: [], undecided: [] });
  });

  test('keeps its limits when Open vSwitch is restarted', async () => {
    await shell('systemctl restart openvswitch-switch && sleep 1');
    await expectKernelHolds();
    expect((await outside.verify(name, vif, native)).failing).toEqual([]);
  });

  test('loses them to tc behind the back of Open vSwitch, which verify names and apply sets right', async () => {
    await shell(`tc qdisc del dev ${dev()} root; tc qdisc del dev ${dev()} ingress`);
    expect((await outside.verify(name, vif, native)).failing).toEqual([
      `tc ${dev()} class htb 1:fffe`,
      `tc ${dev()} class htb 1:1 parent 1:fffe`,
      `tc ${dev()} police matchall`,
    ]);
    expect(await outside.apply(name, vif, native)).toMatchObject({ outcome: 'applied' });
    await expectKernelHolds();
    expect(await ours()).toBe('1 1 1');
  });

  test('loses them to libvirt, which overwrites tc, and apply sets them right', async () => {
    await shell(`virsh --quiet domiftune ${name} ${dev()} --inbound 2000,4000,512 --outbound 3000,0,256`);
    expect(await shell(`tc class show dev ${dev()}`)).not.toContain('1:fffe');
    expect((await outside.verify(name, vif)).failing).not.toEqual([]);
    expect(await outside.apply(name, vif)).toMatchObject({ outcome: 'applied' });
    await expectKernelHolds();
  });

  test('takes other limits without a row more', async () => {
    expect(await outside.apply(name, other, native)).toMatchObject({ outcome: 'applied' });
    const classes = await shell(`tc class show dev ${dev()}`);
    expect(classes).toMatch(/class htb 1:1 parent 1:fffe .*rate 8Mbit ceil 8Mbit/);
    expect(await policing()).toBe('12000\n0\n');
    expect(await ours()).toBe('1 1 1');
  });

  test('is without them after they are taken away, with the row that was there before', async () => {
    expect(await outside.apply(name, none, { ...native, prune: true })).toMatchObject({ outcome: 'applied' });
    expect(await typeOfQos()).toBe('linux-noop\n');
    expect(await policing()).toBe('0\n0\n');
    expect(await ours()).toBe('0 0 0');
    expect(await shell(`tc class show dev ${dev()}`)).toBe('');
    expect(await shell(`tc filter show dev ${dev()} parent ffff: 2>/dev/null || true`)).toBe('');
    expect(await outside.apply(name, none, { ...native, prune: true })).toMatchObject({
      outcome: 'unchanged',
    });
  });
});

describe('a port whose tap was plugged anew', () => {
  test('gets its limits again, and the rows of the old port do not stay', async () => {
    await outside.apply(name, vif, native);
    const { port } = domain.nics[0] ?? { port: '' };
    await shell(`ovs-vsctl del-port ${dev()} -- add-port ovsbr0 ${dev()} -- set Interface ${dev()} external_ids:iface-id=${port} \
      -- set Port ${dev()} qos=@qos -- --id=@qos create QoS type=linux-noop external_ids:iface-id=${port}`);
    expect(await ours()).toBe('1 1 0');
    expect(await outside.apply(name, vif, native)).toMatchObject({ outcome: 'applied' });
    await expectKernelHolds();
    expect(await ours()).toBe('1 1 1');
    await outside.apply(name, none, { ...native, prune: true });
    expect(await ours()).toBe('0 0 0');
  });
});

describe("a port with somebody else's limits", () => {
  beforeEach(async () => {
    await outside.apply(name, none, { ...native, prune: true });
  });

  test.each([
    {
      what: 'a QoS row',
      script: () =>
        `ovs-vsctl set Port ${dev()} qos=@q -- --id=@q create QoS type=linux-htb other_config:max-rate=1000000`,
      restore: () =>
        `q=$(ovs-vsctl get Port ${dev()} qos); ovs-vsctl clear Port ${dev()} qos -- destroy QoS $q; ovs-vsctl set Port ${dev()} qos=$(ovs-vsctl --bare --columns=_uuid find QoS type=linux-noop external_ids:iface-id=${domain.nics[0]?.port} | head -n 1)`,
      holder: /QoS row [0-9a-f-]{36} of type linux-htb/,
    },
    {
      what: 'policing',
      script: () => `ovs-vsctl set Interface ${dev()} ingress_policing_rate=5000`,
      restore: () => `ovs-vsctl set Interface ${dev()} ingress_policing_rate=0`,
      holder: /^ingress_policing_rate=5000$/,
    },
  ])(
    'is refused with the holder named, and nothing is touched: $what',
    async ({ script, restore, holder }) => {
      await shell(script());
      const before = await everything();
      const { outcome, plan } = await outside.apply(name, vif, native);
      expect(outcome).toBe('refused');
      expect(plan.diagnostics).toMatchObject([
        { code: 'ovs-limited-by-other', severity: 'error', args: { holder: expect.stringMatching(holder) } },
      ]);
      expect(await everything()).toBe(before);
      expect(await shell(`virsh domiftune ${name} ${dev()}`)).toMatch(/inbound.average *: 0/);
      await shell(restore());
    },
  );
});

describe('an apply that fails after the port was written', () => {
  test('gives back the row that was there, and leaves none of ours', async () => {
    const before = await everything();
    const refusal = new QuotaError('refused', name, 'no records today');
    const hypervisor: typeof outside.libvirt = {
      ...outside.libvirt,
      setMetadata: async (_domain, _scope, { element }) => {
        if (element !== undefined) throw refusal;
      },
    };
    const request = { domain: name, quota: vif, scopes: [], ...native, record: { asked: {} } };
    const { outcome, left } = await applyDomain({ ...outside.surroundings, hypervisor }, request);
    expect({ outcome, left }).toEqual({ outcome: 'rolled-back', left: undefined });
    expect(await everything()).toBe(before);
    expect(await ours()).toBe('0 0 0');
  });
});

describe('a tap that is a port of Open vSwitch, without --ovs-native', () => {
  test('fails as it does, and the way out is named', async () => {
    const { stderr } = await hypervisor.run([
      'virt-quota',
      'plan',
      name,
      '--property',
      'quota:vif_outbound_average=3000',
    ]);
    expect(stderr).toContain('--ovs-native');
  });
});
