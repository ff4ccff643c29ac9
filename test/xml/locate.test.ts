import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { childOf, type XmlElement } from '../../src/xml/element.ts';
import { locate } from '../../src/xml/locate.ts';

const slices = (xml: string, element: XmlElement): readonly string[] => [
  xml.slice(element.start, element.end),
  xml.slice(element.contentStart, element.contentEnd),
];

describe('an element knows where it stands', () => {
  it.each([
    ['on one line', '<a><b>1</b></a>', '<b>1</b>', '1'],
    ['with LF', '<a>\n  <b>1</b>\n</a>\n', '<b>1</b>', '1'],
    [
      'with CRLF',
      '<?xml version="1.0"?>\r\n<a>\r\n\r\n  <b>1\r\n2</b>\r\n</a>\r\n',
      '<b>1\r\n2</b>',
      '1\r\n2',
    ],
    ['with lone CR', '<a>\r\r<b>1</b>\r</a>', '<b>1</b>', '1'],
    ['behind a byte order mark', '\ufeff<a><b>1</b></a>', '<b>1</b>', '1'],
    ['behind a comment with tags', '<a><!-- <b>0</b> --><b>1</b></a>', '<b>1</b>', '1'],
    ['around a comment', '<a><b>1<!-- > </b> -->2</b></a>', '<b>1<!-- > </b> -->2</b>', '1<!-- > </b> -->2'],
    ['around CDATA', '<a><b><![CDATA[</b>]]></b></a>', '<b><![CDATA[</b>]]></b>', '<![CDATA[</b>]]>'],
    ['self-closed', '<a><b/></a>', '<b/>', ''],
    ['self-closed with a space', "<a><b c='1' /></a>", "<b c='1' />", ''],
    ['empty', '<a><b></b></a>', '<b></b>', ''],
    ['with > in an attribute', '<a><b c="x>y" d=\'">\'>1</b></a>', '<b c="x>y" d=\'">\'>1</b>', '1'],
    ['with white space in its tags', '<a><b\n c="1"\t>1</b\n></a>', '<b\n c="1"\t>1</b\n>', '1'],
    [
      'with letters outside the basic plane',
      '<a>\u{1f600}<b>\u{1f600}</b></a>',
      '<b>\u{1f600}</b>',
      '\u{1f600}',
    ],
  ])('%s', (_, xml, whole, content) => {
    const found = childOf(locate(xml), 'b');
    expect(found && slices(xml, found)).toEqual([whole, content]);
  });
});

describe('what an element says', () => {
  it('resolves predefined and numeric references in text and attributes', () => {
    const { text, attributes } = locate('<a b="&lt;&quot;&#9;">&amp;&apos;&#65;&#x0001F600;&gt;</a>');
    expect(text).toBe("&'A\u{1f600}>");
    expect(attributes.get('b')).toBe('<"\t');
  });

  it('takes CDATA as it is', () => {
    expect(locate('<a>1<![CDATA[&amp;<]]>2</a>').text).toBe('1&amp;<2');
  });

  it('keeps its own text apart from comments and children', () => {
    expect(locate('<a>1<!-- no -->2<b>no</b>3</a>').text).toBe('123');
  });

  it.each(['prototype', 'constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'may be called %s',
    name => {
      const [child] = locate(`<a><${name} ${name}="1">2</${name}></a>`).children;
      expect([child?.name, child?.text, child?.attributes.get(name)]).toEqual([name, '2', '1']);
    },
  );

  it('keeps prefixes', () => {
    expect(locate('<n:a xmlns:n="u"><n:b/></n:a>').children[0]?.name).toBe('n:b');
  });
});

/** Text → what the message must say. Each took down or misled some XML reader once. */
const hostile: readonly (readonly [name: string, xml: string, message: RegExp])[] = [
  ['nothing', '', /line 1, column 1/],
  ['text alone', 'abc', /line 1, column 1: char 'a'/],
  ['a DOCTYPE', '<?xml version="1.0"?>\n<!DOCTYPE a>\n<a/>', /line 2, column 1: a DOCTYPE is not allowed/],
  [
    'billion laughs',
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>',
    /a DOCTYPE is not allowed/,
  ],
  ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', /DOCTYPE/],
  ['an entity declaration in the element', '<a><!ENTITY x "y"></a>', /line 1, column 4/],
  ['an unclosed element', '<a><b></a>', /line 1, column 7/],
  ['crossed elements', '<a>\n<b></a></b>', /line 2, column 4/],
  ['an end without a start', '</a>', /has not been opened/],
  ['two roots', '<a/><b/>', /not exactly one root/],
  ['text behind the root', '<a></a>b', /line 1, column 8/],
  ['an unclosed comment', '<a><!-- </a>', /line 1, column 4/],
  ['an unclosed CDATA section', '<a><![CDATA[ </a>', /line 1, column 4/],
  ['an unclosed tag', '<a><b c="1"</a>', /line 1, column 4/],
  ['an unclosed quote', '<a b="1></a>', /line 1, column 1/],
  ['an attribute without quotes', '<a b=1></a>', /well-formed/],
  ['an attribute twice', '<a b="1" b="2"/>', /repeated/],
  ['< in an attribute', '<a b="<"/>', /line 1, column 1/],
  ['& alone', '<a>&</a>', /line 1, column 4: this & begins no/],
  ['an instruction with a quote', "<a><?x it's ?><b/><?y it's ?></a>", /processing instruction/],
  ['300 levels', `${'<a>'.repeat(300)}${'</a>'.repeat(300)}`, /more than 256 levels/],
  ['a million open elements', '<a>'.repeat(1_000_000), /more than 256 levels/],
  ['5 million characters', `<a>${' '.repeat(5_000_000)}</a>`, /too large/],
  ['100 MB', `<a>${'x'.repeat(100_000_000)}</a>`, /too large/],
  ['a million elements', `<a>${'<b/>'.repeat(1_000_000)}</a>`, /more than 100000 elements/],
  [
    'a hundred thousand attributes',
    `<a ${Array.from({ length: 100_000 }, (_, i) => `a${i}=""`).join(' ')}/>`,
    /line 1, column 1: this < begins no complete markup/,
  ],
  ['a million quotes', `<a ${'"'.repeat(1_000_000)}`, /line 1, column 1/],
  ['a million < signs', '<'.repeat(1_000_000), /line 1, column 1/],
  ['control characters', '\0\0\0', /line 1, column 1/],
];

describe('hostile XML ends in one clear error', () => {
  it.each(hostile)('%s', (_, xml, message) => {
    const read = () => locate(xml, 'f.xml');
    expect(read).toThrow(QuotaError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^f\.xml is /);
  });

  it('in time, also where a tag is one long word', () => {
    const start = performance.now();
    expect(() => locate(`<domain ${'/'.repeat(300_000)}>`)).toThrow(/is not well-formed XML at line 1/);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('and takes what is only large', () => {
    const xml = `<a>${'<b c="1">x</b>\n'.repeat(10_000)}</a>`;
    expect(locate(xml).children).toHaveLength(10_000);
  });
});

/** Of these almost every text is broken; those that are not are of every form. */
const scraps = [
  ...[
    '<a>',
    '</a>',
    '<b c="1">',
    '</b>',
    "<a b='1' c='2'/>",
    '<b\n/>',
    '</a >',
    '<n:b xmlns:n="u">',
    '</n:b>',
  ],
  ...[
    '<a b="1" b="1">',
    '<a b="1"c="2">',
    '<a b = "1">',
    '<a b>',
    '<1>',
    '<a:b:c/>',
    '<a b="&">',
    '<a b="&lt;">',
  ],
  ...[
    '<!-- x -->',
    '<!---->',
    '<![CDATA[x]]>',
    '<?x y?>',
    '<?xml version="1.0"?>',
    '\ufeff',
    '\u00a0',
    ' ',
    '\n',
    'x',
  ],
  ...['&', '&amp;', '&#65;', '&x;', ']]>', '<', '>', '"', "'", '<a constructor="1" __proto__="2">', '<é/>'],
];

it('takes nothing that fast-xml-parser refuses', () => {
  const inside = fc.array(fc.constantFrom(...scraps), { maxLength: 4 }).map(parts => parts.join(''));
  const text = fc.oneof(
    inside,
    inside.map(xml => `<a>${xml}</a>`),
    fc.tuple(inside, inside).map(([one, other]) => `<a>${one}<b>${other}</b></a>\n`),
  );
  fc.assert(
    fc.property(text, xml => {
      const isTaken = XMLValidator.validate(xml) === true;
      const read = () => locate(xml);
      if (!isTaken) expect(read).toThrow(QuotaError);
    }),
    { numRuns: 3000 },
  );
});
