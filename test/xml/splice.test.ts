import { describe, expect, it } from 'vitest';
import { editAttributes } from '../../src/xml/edit-attributes.ts';
import { editChildren } from '../../src/xml/edit-children.ts';
import { childOf, type XmlElement } from '../../src/xml/element.ts';
import { layoutOf } from '../../src/xml/indentation.ts';
import { insertChildren } from '../../src/xml/insert.ts';
import { locate } from '../../src/xml/locate.ts';
import { applySplices, removeElement, replaceText } from '../../src/xml/splice.ts';

const child = (root: XmlElement, name: string): XmlElement => {
  const found = childOf(root, name);
  if (found === undefined) throw new Error(`no <${name}>`);
  return found;
};

const order = ['x', 'y', 'z'];

/** Sets children of `<p>` inside the root. */
function edit(xml: string, ...edits: { name: string; text?: string }[]): string {
  const root = locate(xml);
  return applySplices(xml, editChildren(xml, child(root, 'p'), edits, order, layoutOf(xml, root)));
}

describe('children of an element are changed where they stand', () => {
  it.each([
    [
      'replaced, whatever their tags look like',
      '<a><p><y b="1" >1</y\n></p></a>',
      '<a><p><y b="1" >2</y\n></p></a>',
    ],
    ['filled when self-closed', '<a><p><y /></p></a>', '<a><p><y>2</y></p></a>'],
    [
      'put behind those before them',
      '<a><p><x>1</x><z>3</z></p></a>',
      '<a><p><x>1</x><y>2</y><z>3</z></p></a>',
    ],
    ['put first otherwise', '<a><p><z>3</z><q/></p></a>', '<a><p><y>2</y><z>3</z><q/></p></a>'],
    ['put into a self-closed element', '<a>\n  <p />\n</a>', '<a>\n  <p>\n    <y>2</y>\n  </p>\n</a>'],
    ['put into an empty element', '<a>\n\t<p></p>\n</a>', '<a>\n\t<p>\n\t\t<y>2</y>\n\t</p>\n</a>'],
    [
      'put into an element with a line break',
      '<a>\n  <p>\n  </p>\n</a>',
      '<a>\n  <p>\n    <y>2</y>\n  </p>\n</a>',
    ],
    [
      'put before comments',
      '<a>\n <p>\n  <!-- c -->\n </p>\n</a>',
      '<a>\n <p>\n  <y>2</y>\n  <!-- c -->\n </p>\n</a>',
    ],
    [
      'put behind the comment on their line',
      '<a>\n <p>\n  <x>1</x> <!-- c --> <!-- d -->\n </p>\n</a>',
      '<a>\n <p>\n  <x>1</x> <!-- c --> <!-- d -->\n  <y>2</y>\n </p>\n</a>',
    ],
    [
      'put on lines that end in CRLF',
      '<a>\r\n <p>\r\n  <x>1</x>\r\n </p>\r\n</a>',
      '<a>\r\n <p>\r\n  <x>1</x>\r\n  <y>2</y>\r\n </p>\r\n</a>',
    ],
    [
      'put on the same line where all are',
      '<a>\n <p><x>1</x></p>\n</a>',
      '<a>\n <p><x>1</x><y>2</y></p>\n</a>',
    ],
  ])('%s', (_, before, after) => {
    expect(edit(before, { name: 'y', text: '2' })).toBe(after);
  });

  it('and taken out with their line', () => {
    expect(edit('<a>\n <p>\n  <x>1</x>\n  <y>2</y>\n </p>\n</a>', { name: 'y' })).toBe(
      '<a>\n <p>\n  <x>1</x>\n </p>\n</a>',
    );
  });

  it('and the element goes with the last of them', () => {
    expect(edit('<a>\n <p>\n  <x>1</x>\n  <y>2</y>\n </p>\n <q/>\n</a>', { name: 'x' }, { name: 'y' })).toBe(
      '<a>\n <q/>\n</a>',
    );
  });

  it('but stays when there is a comment or a neighbour in it', () => {
    expect(edit('<a><p><y>2</y><!-- c --></p></a>', { name: 'y' })).toBe('<a><p><!-- c --></p></a>');
    expect(edit('<a><p><y>2</y><q/></p></a>', { name: 'y' })).toBe('<a><p><q/></p></a>');
  });

  it('several at once', () => {
    const before = '<a>\n <p>\n  <y>2</y>\n  <q/>\n </p>\n</a>';
    const edits = [{ name: 'x', text: '1' }, { name: 'y' }, { name: 'z', text: '3' }];
    expect(edit(before, ...edits)).toBe('<a>\n <p>\n  <x>1</x>\n  <z>3</z>\n  <q/>\n </p>\n</a>');
  });
});

/** Sets attributes of `<p>` inside the root. */
function attributes(xml: string, ...edits: { name: string; value?: string }[]): string {
  const root = locate(xml);
  return applySplices(xml, editAttributes(xml, child(root, 'p'), edits, layoutOf(xml, root)));
}

describe('attributes are changed where they stand', () => {
  it('with their own quotes and white space', () => {
    expect(
      attributes(`<a><p  x = '1'\n y="2" w='w'/></a>`, { name: 'x', value: '3' }, { name: 'y', value: "4'" }),
    ).toBe(`<a><p  x = '3'\n y="4'" w='w'/></a>`);
  });

  it('and added in order with the quotes of the document', () => {
    const edits = [
      { name: 'x', value: '1' },
      { name: 'y', value: '2' },
      { name: 'z', value: '3' },
    ];
    expect(attributes(`<a b="c"><p y='2' w='w'/></a>`, ...edits)).toBe(
      `<a b="c"><p x="1" y='2' z="3" w='w'/></a>`,
    );
    expect(attributes(`<a><p/></a>`, ...edits)).toBe(`<a><p x='1' y='2' z='3'/></a>`);
  });

  it('and taken out with the space before them', () => {
    expect(attributes(`<a><p x='1' y='2' /></a>`, { name: 'x' }, { name: 'y' }, { name: 'z' })).toBe(
      '<a><p /></a>',
    );
  });

  it('and not mistaken for text that looks like them', () => {
    expect(attributes(`<a><p w="x='1'" x='2'/></a>`, { name: 'x', value: '3' })).toBe(
      `<a><p w="x='1'" x='3'/></a>`,
    );
  });
});

describe('new elements', () => {
  it('are laid out and escaped like the document around them', () => {
    const xml = `<a b='1'>\n   <c/>\n</a>`;
    const root = locate(xml);
    const element = {
      name: 'n',
      attributes: [['k', `'"<`]] as const,
      children: [{ name: 't', text: '<&' }, { name: 's' }],
    };
    const splice = insertChildren(xml, root, [element], layoutOf(xml, root), child(root, 'c'));
    expect(applySplices(xml, [splice])).toBe(
      `<a b='1'>\n   <c/>\n   <n k='&apos;"&lt;'>\n      <t>&lt;&amp;</t>\n      <s/>\n   </n>\n</a>`,
    );
  });

  it('taken out again leave the document as it was', () => {
    const xml = `<a>\r\n  <c/>\r\n</a>\r\n`;
    const root = locate(xml);
    const edited = applySplices(xml, [
      insertChildren(xml, root, [{ name: 'n' }], layoutOf(xml, root), child(root, 'c')),
    ]);
    expect(applySplices(edited, [removeElement(edited, child(locate(edited), 'n'))])).toBe(xml);
  });
});

describe('edits', () => {
  it('that overlap are our own mistake', () => {
    const xml = '<a><b>1</b></a>';
    const b = child(locate(xml), 'b');
    expect(() => applySplices(xml, [replaceText(xml, b, '2'), removeElement(xml, b)])).toThrow(/overlap/);
  });

  it('of nothing change nothing', () => {
    expect(applySplices('<a/>', [])).toBe('<a/>');
  });
});
