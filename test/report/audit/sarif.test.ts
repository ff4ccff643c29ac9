import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { causes } from '../../../src/audit/finding.ts';
import { sarifFormat } from '../../../src/report/audit/sarif.ts';
import { all, broken, fading, gone, hostile, rendered, unread, whole } from './reports.ts';

const message = z.strictObject({ text: z.string().min(1) });
const level = z.enum(['none', 'note', 'warning', 'error']);
const bag = z.record(z.string(), z.unknown());
const logicalLocation = z.strictObject({
  name: z.string(),
  kind: z.string(),
  fullyQualifiedName: z.string().optional(),
});
const location = z.strictObject({
  physicalLocation: z
    .strictObject({
      artifactLocation: z.strictObject({ uri: z.string().regex(/^file:\/\/\/[\w./%~!'()*-]+$/) }),
    })
    .optional(),
  logicalLocations: z.array(logicalLocation).min(1),
});

/** What the specification asks of the parts that are used here (2.1.0, §3.13 to §3.59). */
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          version: z.string().optional(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: message,
              fullDescription: message.optional(),
              help: message,
              defaultConfiguration: z.strictObject({ level }),
            }),
          ),
        }),
      }),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      results: z.array(
        z
          .strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']).optional(),
            level,
            message,
            locations: z.array(location),
            partialFingerprints: z.record(z.string(), z.string()),
            properties: bag.optional(),
          })
          // §3.27.10: only what fails has another level than none.
          .refine(one => (one.kind ?? 'fail') === 'fail' || one.level === 'none'),
      ),
      invocations: z.array(
        z.strictObject({
          executionSuccessful: z.boolean(),
          startTimeUtc: z.iso.datetime().optional(),
          toolExecutionNotifications: z
            .array(
              z.strictObject({
                level,
                descriptor: z.strictObject({ id: z.string() }),
                message,
                locations: z.array(location),
              }),
            )
            .optional(),
          properties: bag.optional(),
        }),
      ),
    }),
  ]),
});

function runOf(...of: Parameters<typeof rendered> extends [unknown, ...infer Rest] ? Rest : never) {
  return sarif.parse(JSON.parse(rendered(sarifFormat, ...of))).runs[0];
}

describe('SARIF', () => {
  it('is what the specification says, whatever there is', () => {
    expect(runOf(all, { all: true, version: '1.2.3' }).tool.driver.version).toBe('1.2.3');
    expect(runOf([]).results).toEqual([]);
    expect(runOf([], { head: {} }).invocations).toEqual([{ executionSuccessful: true }]);
  });

  it('has a rule for every cause, which its results refer to', () => {
    const { tool, results } = runOf([broken]);
    const ids = tool.driver.rules.map(rule => rule.id);
    expect(ids).toEqual([...causes, 'limit']);
    expect(results.map(one => ids[one.ruleIndex])).toEqual(results.map(one => one.ruleId));
  });

  it('tells only what is wrong, and on request the rest', () => {
    expect(runOf([whole]).results).toEqual([]);
    const told = runOf([broken]).results.map(({ ruleId, level: of }) => [ruleId, of]);
    expect(told).toEqual([
      ['open-vswitch-owns-tap', 'error'],
      ['not-asked-for', 'warning'],
      ['limit', 'none'],
    ]);
    expect(runOf([broken]).results.at(-1)).toMatchObject({
      kind: 'open',
      message: {
        text: 'broken: disk vda read_bytes_sec 1000000 bytes/s (1 MB/s): inconclusive (qemu: subject bps_rd could not be read: permission denied)',
      },
    });
    const rest = runOf([broken], { all: true }).results.filter(one => one.ruleId === 'limit');
    expect(rest.map(one => one.kind)).toEqual(['pass', 'open', 'notApplicable']);
  });

  it('says where: domain, device, knob, and the file if it was one', () => {
    const [first, second] = runOf([broken]).results;
    expect(first?.locations[0]?.logicalLocations).toEqual([
      { name: 'broken', kind: 'domain', fullyQualifiedName: 'broken' },
      {
        name: 'interface fa:16:3e:5f:64:d8',
        kind: 'device',
        fullyQualifiedName: 'broken/interface fa:16:3e:5f:64:d8',
      },
      {
        name: 'tc tap0 police',
        kind: 'knob',
        fullyQualifiedName: 'broken/interface fa:16:3e:5f:64:d8/tc tap0 police',
      },
    ]);
    expect(first?.locations[0]?.physicalLocation).toBeUndefined();
    expect(second?.locations[0]?.physicalLocation?.artifactLocation.uri).toBe(
      'file:///sys/fs/cgroup/machine.slice/a%20b/vcpu0/cpu.max',
    );
  });

  it('has the same fingerprint when the tap has another name, and another for another vCPU', () => {
    const [finding, other] = 'error' in broken ? [] : broken.findings;
    const of = (change: object, one = finding) =>
      runOf([{ ...broken, findings: [{ ...one, ...change }] } as typeof broken]).results[0]
        ?.partialFingerprints;
    expect(of({ subject: 'tap1' })).toEqual(of({}));
    expect(of({ cause: 'behind-libvirt' })).not.toEqual(of({}));
    expect(of({ subject: 'vcpu1' }, other)).not.toEqual(of({}, other));
  });

  it('tells what is in force now and what is lost at the next start', () => {
    const [invocation] = runOf([whole, fading]).invocations;
    expect(invocation?.properties?.summary).toBe(
      '2 of 2 limits proved in force now, 1 lost at the next start',
    );
    expect(runOf([fading]).results).toMatchObject([{ ruleId: 'lost-at-restart', level: 'warning' }]);
  });

  it('takes a domain that is gone for no failure', () => {
    const [invocation] = runOf([whole, gone]).invocations;
    expect(invocation?.executionSuccessful).toBe(true);
    expect(invocation?.toolExecutionNotifications).toMatchObject([
      { level: 'note', message: { text: "gone: domain 'gone' was stopped while it was read" } },
    ]);
  });

  it('says that the work was not done whole when a domain could not be audited', () => {
    const [invocation] = runOf([unread, hostile]).invocations;
    expect(invocation?.executionSuccessful).toBe(false);
    expect(invocation?.toolExecutionNotifications?.[0]?.message.text).toBe(
      "unread: the domain 'unread' is gone",
    );
  });
});
