import { splitBatch } from '../../src/host/tc-batch.ts';
import { lonePolicer } from '../../src/observed/lone-policer.ts';
import { plainPolicer } from '../../src/observed/policers.ts';
import { parseTcClasses } from '../../src/observed/tc-class.ts';
import { parseTcFilters } from '../../src/observed/tc-filter-list.ts';
import { classPath } from '../../src/observed/tc-path/class-path.ts';
import { parseHfscClasses } from '../../src/observed/tc-path/hfsc.ts';
import { ingressEnds, policedTogether, policePath } from '../../src/observed/tc-path/police-path.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import { sentRate } from '../../src/observed/tc-path/sent-rate.ts';
import { policersOf } from '../../src/observed/tc-policer.ts';
import { htbDefault, parseTcQdiscs } from '../../src/observed/tc-qdisc.ts';
import { parseTcRate, parseTcSize, printTcRate, printTcSize } from '../../src/observed/tc-quantity.ts';
import { printedBy } from './captures.ts';
import { textOf } from './corpus.ts';
import { BrokenLaw, type Harness, unseen } from './harness.ts';
import { makeTc } from './make-tc.ts';
import { mutateJson } from './mutate-json.ts';

/** What tc prints of a device, whoever has put it there: read, and led packets through. */
export const tcHarness: Harness = {
  name: 'tc',
  share: 10,
  corpus: () => [
    ...printedBy(/^tc .*show/),
    textOf('test/verify/captured/tc-bookworm.txt'),
    textOf('test/verify/captured/tc-trixie.txt'),
  ],
  mutations: [mutateJson],
  make: makeTc,
  read: text => {
    const qdiscs = parseTcQdiscs(text);
    const classes = classesIn(text);
    const filters = parseTcRules(text);
    parseTcFilters(text);
    const hfsc = parseHfscClasses(text);
    const classFilters = new Map(classes.map(one => [one.handle, filters]));
    const tree = { qdiscs, classes, hfsc, filters, classFilters, egress: filters };
    for (const { handle } of classes.slice(0, 20)) classPath(tree, handle);
    sentRate(tree);
    for (const qdisc of qdiscs.slice(0, 20)) htbDefault(qdisc);
    const policers = policersOf(filters);
    plainPolicer(policers);
    policedTogether(ingressEnds(filters));
    for (const { rule } of policers.slice(0, 20)) policePath(filters, rule, qdiscs[0]);
    lonePolicer(text, text);
    splitBatch(text, 3);
    quantities(text);
    return unseen;
  },
};

/** What begins as JSON and is none is told by a SyntaxError, which `host/tc.ts` turns into what could not be read. */
function classesIn(text: string): ReturnType<typeof parseTcClasses> {
  try {
    return parseTcClasses(text);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function quantities(text: string): void {
  for (const word of text.slice(0, 2000).split(/\s+/)) {
    const [rate, size] = [parseTcRate(word), parseTcSize(word)];
    for (const value of [rate, size]) {
      if (value !== undefined && !(value >= 0)) throw new BrokenLaw(`quantity: '${word}' is ${value}`);
    }
    if (rate !== undefined) same(printTcRate(rate), parseTcRate, printTcRate);
    if (size !== undefined) same(printTcSize(size), parseTcSize, printTcSize);
  }
}

/** tc rounds what it prints; what it has printed is read as what is printed so. */
function same(
  text: string,
  parse: (text: string) => number | undefined,
  print: (value: number) => string,
): void {
  const again = print(parse(text) ?? Number.NaN);
  if (again !== text) throw new BrokenLaw(`identity: '${text}' is printed as '${again}'`);
}
