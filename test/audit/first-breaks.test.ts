import { describe, expect, it } from 'vitest';
import { firstBreaks } from '../../src/audit/first-breaks.ts';
import type { LimitName } from '../../src/domain/tuning.ts';
import { knobName, type Layer } from '../../src/verify/expectation.ts';
import type { Verdict, VerdictReason } from '../../src/verify/verdict.ts';

const mac = '52:54:00:00:00:01';

function failing(layer: Layer, knob: LimitName, reason: VerdictReason = 'different', nic = mac): Verdict {
  const device = { kind: 'interface', mac: nic } as const;
  const expectation = { layer, subject: nic, knob, device, parameters: [knob], because: [] };
  return { expectation, outcome: 'fail', reason };
}

const names = (verdicts: readonly Verdict[]) =>
  firstBreaks(verdicts).map(verdict => knobName(verdict.expectation));

describe('the first breaks', () => {
  it('are not what follows from the running definition; the persistent one stands by itself', () => {
    const verdicts = (['config', 'live', 'tc'] as const).map(layer => failing(layer, 'inbound.average'));
    expect(names(verdicts)).toEqual([`config ${mac} inbound.average`, `live ${mac} inbound.average`]);
  });

  it('are links of their own where another limit breaks before', () => {
    const verdicts = [failing('live', 'outbound.average'), failing('tc', 'inbound.average')];
    expect(names(verdicts)).toHaveLength(2);
  });

  it("are Open vSwitch's database before what it makes of it", () => {
    const verdicts = [failing('tc', 'inbound.average'), failing('ovs', 'inbound.average')];
    expect(names(verdicts)).toEqual([`ovs ${mac} inbound.average`]);
  });

  it('are that nothing can limit a device, whatever its definitions say', () => {
    const other = '52:54:00:00:00:02';
    const verdicts = [
      failing('config', 'inbound.burst', 'missing'),
      failing('live', 'inbound.average', 'missing'),
      failing('tc', 'inbound.average', 'no-enforcement-point'),
      failing('live', 'inbound.average', 'missing', other),
    ];
    expect(names(verdicts)).toEqual([`tc ${mac} inbound.average`, `live ${other} inbound.average`]);
  });
});
