import { translateFragments } from '../../src/domain/fragments.ts';
import { renderVirshCommands } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { explainFlavor } from '../../src/explain/explain.ts';
import { exampleDomain } from '../../src/explain/situations.ts';
import { type FlavorResult, parseFlavor, parseFlavors } from '../../src/intent/flavor.ts';
import { parsePasted } from '../../src/intent/forms/pasted.ts';
import { type TextReader, textForm } from '../../src/intent/text-form.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { parseYaml } from '../../src/intent/yaml-text.ts';
import { diagnosticHint } from '../../src/report/diagnostic-hint.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { renderExplanation } from '../../src/report/explain-text.ts';
import { oneLine, plainPaint } from '../../src/report/table.ts';
import { locate } from '../../src/xml/locate.ts';
import { filesIn } from './corpus.ts';
import type { Harness, Seen } from './harness.ts';
import { makeFlavor } from './make-flavor.ts';
import { mutateJson } from './mutate-json.ts';
import { printed } from './printed.ts';

/** A flavor in every form in which people have one, translated, explained and made commands of. */
export const flavorHarness: Harness = {
  name: 'flavor',
  share: 3,
  corpus: () => [
    ...filesIn(['samples/flavors', 'samples/options'], /./),
    ...filesIn(['test/intent/forms'], /\/(?:inputs|folded)\/|^(?:inputs|folded)|flavor/),
  ],
  mutations: [mutateJson],
  make: makeFlavor,
  read: text => saidOf(parseFlavor(text, readerOf(text), 'flavor')),
};

/** Many of them, as a catalogue is read. */
export const cataloguesHarness: Harness = {
  name: 'flavors',
  corpus: () => filesIn(['test/intent/forms'], /flavor|servers/),
  mutations: [mutateJson],
  make: makeFlavor,
  read: text => {
    const flavors = parseFlavors(text, { reader: readerOf(text) }, 'flavors');
    return { texts: flavors.slice(0, 20).flatMap(one => saidOf(one).texts) };
  },
};

/** As the command line chooses it. */
export function readerOf(text: string): TextReader | undefined {
  const form = textForm(text);
  if (form === 'yaml') return parseYaml;
  return form === 'pasted' ? parsePasted : undefined;
}

function saidOf({ flavor, diagnostics: found }: FlavorResult): Seen {
  const { quota, diagnostics } = wholeQuota(flavor.extraSpecs);
  for (const xml of Object.values(translateFragments(quota))) locate(xml);
  const capabilities = { cgroupVersion: 2 } as const;
  const translated = translateFlavor({ quota, domain: exampleDomain, capabilities });
  const explanation = explainFlavor({ flavor, diagnostics: found, host: capabilities });
  const all = [...found, ...diagnostics, ...translated.diagnostics];
  return {
    texts: [
      ...all.flatMap(one => [diagnosticLine(one), oneLine(diagnosticHint(one) ?? '')]),
      printed(renderExplanation(explanation, plainPaint)),
      ...renderVirshCommands('vm', translated.tuning).map(oneLine),
    ],
  };
}
