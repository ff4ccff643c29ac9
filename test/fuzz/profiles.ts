import { htbTree } from '../../src/backend/htb-tree.ts';
import { markingTargets, renderMarking } from '../../src/backend/marking/targets.ts';
import { hasErrors } from '../../src/diagnostics.ts';
import { parseHostProfile } from '../../src/intent/host-profile.ts';
import { parseMarking } from '../../src/intent/marking.ts';
import { parseYaml } from '../../src/intent/yaml-text.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { renderHtbPage } from '../../src/report/htb-tree-html.ts';
import { renderHtbTree } from '../../src/report/htb-tree-text.ts';
import { plainPaint } from '../../src/report/table.ts';
import { filesIn } from './corpus.ts';
import type { Harness } from './harness.ts';
import { mutateJson } from './mutate-json.ts';

/** The same in JSON, which can be changed value by value. */
function alsoAsJson(texts: readonly string[]): readonly string[] {
  const plain = (value: unknown): unknown =>
    value instanceof Map
      ? Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]))
      : Array.isArray(value)
        ? value.map(plain)
        : value;
  return texts.flatMap(text => [text, JSON.stringify(plain(parseYaml(text, 'corpus')))]);
}

/** How an uplink is shared. */
export const hostProfileHarness: Harness = {
  name: 'host-profile',
  share: 1,
  corpus: () => alsoAsJson(filesIn(['samples/profiles'], /./)),
  mutations: [mutateJson],
  read: text => {
    const { profile, diagnostics } = parseHostProfile(text);
    const said = diagnostics.map(diagnosticLine);
    if (hasErrors(diagnostics)) return { texts: said };
    const tree = htbTree(profile);
    return { texts: [...said, renderHtbTree(tree, profile, plainPaint), renderHtbPage(tree, profile)] };
  },
};

const place = { dev: 'eth0', bridge: 'br-int' };

/** Which packets get which code point. */
export const markingHarness: Harness = {
  name: 'marking',
  share: 1,
  corpus: () => alsoAsJson(filesIn(['samples/dscp'], /./)),
  mutations: [mutateJson],
  read: text => {
    const { marking, diagnostics } = parseMarking(text);
    if (marking === undefined) return { texts: diagnostics.map(diagnosticLine) };
    const targets = markingTargets.map(name => renderMarking(name, marking, place));
    const found = [...diagnostics, ...targets.flatMap(one => one.diagnostics)];
    // Their white space is theirs.
    return { texts: [...found.map(diagnosticLine), ...targets.map(one => one.text.replaceAll('\t', ' '))] };
  },
};
