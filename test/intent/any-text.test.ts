import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { checkIoTune } from '../../src/domain/check-limits.ts';
import { translateFragments } from '../../src/domain/fragments.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { translateBulk } from '../../src/domain/translate-bulk.ts';
import { QuotaError } from '../../src/errors.ts';
import { readBulkRequest } from '../../src/intent/bulk-request.ts';
import { parseFlavor } from '../../src/intent/flavor.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { quotaKeys } from '../../src/intent/quota-keys.ts';
import { volumeQuota } from '../../src/intent/volume-qos.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { isXmlText } from '../../src/xml/character-rules.ts';
import { locate } from '../../src/xml/locate.ts';

const anything = fc.string({ unit: 'binary', maxLength: 40 });
/** Text with every reason to go wrong: control characters, escapes, halves of characters, words of JavaScript. */
const nasty = fc.oneof(
  anything,
  fc.string({ unit: fc.constantFrom(...'\0\x1b\x7f\x9b\u2028\u202e\ufeff\ud800<>&"\'%$;-_+ 0123456789٣') }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '', '-0', '1e999', 'NaN', '9'.repeat(5000)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
);
const flavorKeys = quotaKeys.map(one => one.key);
const volumeKeys = ['', '_max', '_per_gb', '_per_gb_min', '_max_length'].flatMap(suffix =>
  ['total_iops_sec', 'read_bytes_sec'].map(base => base + suffix),
);
const keysLike = (...known: readonly string[]) =>
  fc.oneof(
    fc.constantFrom(...known),
    fc.tuple(fc.constantFrom(...known), nasty).map(([key, text]) => `${key}:${text}`),
    nasty,
  );
const recordOf = (keys: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(keys, nasty), { maxLength: 12 }).map(pairs => {
    const specs: Record<string, string> = Object.create(null);
    for (const [key, value] of pairs) specs[key] = value;
    return specs;
  });
const extraSpecs = recordOf(keysLike(...flavorKeys));
const qosSpecs = recordOf(keysLike(...volumeKeys, 'size_iops_sec', 'group_name'));

const domainXml =
  "<domain><name>d</name><vcpu>1</vcpu><devices><disk type='file'><source file='/d'/><target dev='vda'/></disk>" +
  "<interface type='bridge'><mac address='52:54:00:00:00:01'/></interface></devices></domain>";
const runs = { numRuns: 1000 };

/** What a terminal would obey, and what no reader can show. */
const unprintable = /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u;

function expectReadable(diagnostics: readonly Diagnostic[]): void {
  for (const found of diagnostics) expect(diagnosticLine(found)).not.toMatch(unprintable);
}

describe('no text at all, as key or value,', () => {
  it('keeps a flavor from being translated, into XML that can be read', () => {
    fc.assert(
      fc.property(extraSpecs, specs => {
        const { quota, diagnostics } = flavorQuota(specs);
        expectReadable(diagnostics);
        for (const xml of Object.values(translateFragments(quota))) locate(xml);
        const domain = readDomain(domainXml);
        const translated = translateFlavor({ quota, domain, capabilities: { cgroupVersion: 1 } });
        expectReadable(translated.diagnostics);
        expect(readDomain(applyTuningToXml(domainXml, translated.tuning)).name).toBe('d');
      }),
      runs,
    );
  });

  it('keeps the QoS of a volume from being read', () => {
    fc.assert(
      fc.property(qosSpecs, fc.integer({ min: 0, max: 100_000 }), (specs, sizeGiB) => {
        const { quota, diagnostics } = volumeQuota({ specs, consumer: 'both', sizeGiB });
        expectReadable([...diagnostics, ...checkIoTune(quota.limits)]);
      }),
      runs,
    );
  });

  it('makes a line of bulk translation fail', () => {
    const line = fc.oneof(
      nasty,
      fc.json(),
      fc
        .record(
          { id: nasty, extra_specs: extraSpecs, qos_specs: qosSpecs, consumer: nasty },
          { requiredKeys: [] },
        )
        .map(one => JSON.stringify(one)),
    );
    fc.assert(
      fc.property(line, text => {
        const { request, diagnostics } = readBulkRequest(text, 1);
        const found = [...diagnostics];
        if (request === undefined) expect(found.some(one => one.severity === 'error')).toBe(true);
        else {
          const { fragments, volumeIotune } = translateBulk(request, {}, found);
          for (const xml of [...Object.values(fragments), volumeIotune ?? '<a/>']) {
            expect(isXmlText(xml)).toBe(true);
            locate(xml);
          }
        }
        expectReadable(found);
      }),
      runs,
    );
  });

  it('makes reading a flavor crash: it is read, or refused in one printable line', () => {
    const json = fc
      .record({ flavor: fc.record({ name: nasty, extra_specs: extraSpecs }) })
      .map(one => JSON.stringify(one));
    const lines = fc.array(fc.tuple(nasty, nasty)).map(pairs => pairs.map(pair => pair.join('=')).join('\n'));
    fc.assert(
      fc.property(fc.oneof(nasty, fc.json(), json, lines), text => {
        try {
          expectReadable(parseFlavor(text).diagnostics);
        } catch (error) {
          expect(error).toBeInstanceOf(QuotaError);
          expect((error as QuotaError).code).toBe('invalid-input');
        }
      }),
      runs,
    );
  });
});
