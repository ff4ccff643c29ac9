/** A domain that somebody wrote to mislead whoever reads or edits it. */
export interface Hostile {
  readonly name: string;
  readonly xml: string;
  /** Part of the message with which it is refused, position and all; absent: it is read, and edited. */
  readonly refused?: string;
  /** What libvirt 9.0.0 says to it. `unsendable`: text that its protocol cannot carry. */
  readonly libvirt: 'takes it' | 'refuses it' | 'unsendable';
}

/** A domain of libvirt's test driver: `inside` stands before its devices on line 2, `attributes` in its tag. */
export function domain(inside: string, attributes = ''): string {
  return `<domain type='test'${attributes}>
${inside}<name>hostile</name><memory>1024</memory><vcpu>2</vcpu><os><type>hvm</type></os>
<devices><disk type='file'><source file='/d'/><target dev='vda'/></disk></devices></domain>
`;
}

const taken = (name: string, xml: string): Hostile => ({ name, xml, libvirt: 'takes it' });
const bad = (name: string, xml: string, refused: string): Hostile => ({
  name,
  xml,
  refused,
  libvirt: 'refuses it',
});
/** libvirt takes it, and we do not: nobody writes it, and no edit would be safe. */
const unsupported = (name: string, xml: string, refused: string): Hostile => ({
  name,
  xml,
  refused,
  libvirt: 'takes it',
});
const text = (content: string) => domain(`<description>${content}</description>`);

const decoys: readonly Hostile[] = [
  taken('limits in a comment', domain('<!-- <cputune><shares>5</shares></cputune> -->')),
  taken('limits in CDATA', text('<![CDATA[<cputune><shares>5</shares></cputune>]]>')),
  taken(
    'limits in metadata',
    domain('<metadata><m:cputune xmlns:m="urn:m"><m:shares>5</m:shares></m:cputune></metadata>'),
  ),
  taken(
    'limits without a prefix in metadata',
    domain('<metadata><cputune><shares>5</shares></cputune></metadata>'),
  ),
  taken('limits under a prefix', domain('<x:cputune xmlns:x="urn:x"><x:shares>5</x:shares></x:cputune>')),
  taken('limits in another default namespace', domain('<cputune xmlns="urn:x"><shares>5</shares></cputune>')),
  taken(
    'a default namespace that ends inside',
    domain('<metadata><a xmlns="urn:a"><b xmlns=""/></a></metadata>'),
  ),
  taken('a prefix that nobody declared', domain('<metadata><n:a/></metadata>')),
  taken('limits in an attribute', domain(`<!-- --><metadata><a b='>&lt;cputune>&lt;shares>'/></metadata>`)),
  taken('a comment in an attribute', domain(`<metadata><a b='--&gt; ]]> ?>'/></metadata>`)),
  taken('CDATA in CDATA', text('<![CDATA[<![CDATA[ ]] > ]]>')),
  taken('an instruction with a tag', domain('<?x <cputune> > ?>')),
  taken('an instruction before the root', `<?php echo 1; ?>${domain('')}`),
  taken('a comment behind the root', `${domain('')}<!-- </domain> -->`),
  taken('a byte order mark', `\ufeff${domain('')}`),
  taken('a declaration', `<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n${domain('')}`),
  taken(
    'a declaration with another encoding than it has',
    `<?xml version="1.0" encoding="UTF-16"?>${domain('')}`,
  ),
  taken('element names of other scripts', domain('<metadata><\u00e9l\u00e9ment/></metadata>')),
  taken('letters outside the basic plane', text('\u{1f600}\u{10ffff}')),
  taken('characters that only look like markup', text('\uff1ccputune\uff1e \u2039 \u203a')),
  taken('line ends of all kinds', domain('<description>a\r\nb\rc\nd</description>\r\n')),
  taken('white space all over the tags', domain('<metadata\n ><a\t b = "1"\n/></metadata\n>')),
];

const values: readonly Hostile[] = [
  taken('a value of references', domain('<cputune><shares>&#49;&#x32;</shares></cputune>')),
  taken(
    'a value with long references',
    domain('<cputune><shares>&#0000000049;&#x00000032;</shares></cputune>'),
  ),
  taken('a value in CDATA', domain('<cputune><shares><![CDATA[12]]></shares></cputune>')),
  taken('a value around a comment', domain('<cputune><shares>1<!-- 3 -->2</shares></cputune>')),
  taken('a value around an instruction', domain('<cputune><shares>1<?x y?>2</shares></cputune>')),
  taken('an empty value', domain('<cputune><quota></quota><period/></cputune>')),
  taken(
    'limits in an order of their own',
    domain('<cputune>\n <quota>5000</quota>\n <shares>12</shares>\n</cputune>'),
  ),
  taken(
    'neighbours between the limits',
    domain(
      "<cputune><vcpupin vcpu='0' cpuset='0'/><shares>12</shares><vcpupin vcpu='1' cpuset='0'/></cputune>",
    ),
  ),
  bad(
    'a value with white space behind it',
    domain('<cputune><shares>12 </shares></cputune>'),
    "'shares' must be an integer",
  ),
  bad(
    'a value that is none',
    domain('<cputune><shares>many</shares></cputune>'),
    "'shares' must be an integer",
  ),
  unsupported(
    'two holders of limits',
    domain('<cputune/><cputune><shares>5</shares></cputune>'),
    'second <cputune> at line 2, column 11',
  ),
  unsupported(
    'one limit twice',
    domain('<cputune><shares>5</shares><shares>6</shares></cputune>'),
    'second <shares> at line 2, column 28',
  ),
  unsupported('devices twice', domain('<devices/>'), 'second <devices> at line 3, column 1'),
];

const entities: readonly Hostile[] = [
  unsupported('a DOCTYPE', `<!DOCTYPE domain>\n${domain('')}`, 'line 1, column 1: a DOCTYPE'),
  unsupported(
    'an internal entity',
    `<!DOCTYPE d [<!ENTITY s "5">]>${domain('<cputune><shares>&s;</shares></cputune>')}`,
    'line 1, column 1: a DOCTYPE',
  ),
  bad('an entity that nobody declared', text('&foo;'), 'line 2, column 14: this & begins no'),
  bad('& alone', text('a & b'), 'line 2, column 16: this & begins no'),
  bad('an entity without its end', text('&amp'), 'line 2, column 14: this & begins no'),
  bad('an entity in capitals', text('&LT;'), 'line 2, column 14: this & begins no'),
  bad('a reference to nothing', text('&#0;'), 'line 2, column 14: the reference &#0; is not'),
  bad('a reference to a control character', text('&#x1b;'), 'line 2, column 14: the reference &#x1b; is not'),
  bad(
    'a reference to half a character',
    text('&#xD800;'),
    'line 2, column 14: the reference &#xD800; is not',
  ),
  bad('a reference beyond Unicode', text('&#x110000;'), 'line 2, column 14: the reference'),
  bad('a reference with a hundred digits', text(`&#${'9'.repeat(100)};`), 'line 2, column 14: the reference'),
  bad('a bad reference in an attribute', domain('', " x='&bar;'"), 'line 1, column 24: this & begins no'),
];

const markup: readonly Hostile[] = [
  bad('two dashes in a comment', domain('<!-- a -- b -->'), 'line 2, column 1: -- in a comment'),
  bad('a comment that ends in three dashes', domain('<!-- a --->'), 'line 2, column 1: -- in a comment'),
  bad('the end of CDATA in text', text('a ]]> b'), 'line 2, column 16: ]]> in text'),
  bad('CDATA before the root', `<![CDATA[x]]>${domain('')}`, 'line 1, column 1: CDATA'),
  bad('CDATA behind the root', `${domain('')}<![CDATA[x]]>`, 'line 4, column 1: CDATA'),
  bad(
    'an instruction without a name',
    domain('<? x?>'),
    'line 2, column 1: a processing instruction without a name',
  ),
  bad(
    'a declaration in the middle',
    domain('<?xml version="1.0"?>'),
    'line 2, column 1: the XML declaration',
  ),
  bad(
    'two declarations',
    `<?xml version="1.0"?><?xml version="1.0"?>${domain('')}`,
    'line 1, column 22: the XML declaration',
  ),
  unsupported(
    'an instruction with quotes',
    `<?xml-stylesheet href="x"?>${domain('')}`,
    'line 1, column 1: a processing instruction with quotes',
  ),
  bad('two byte order marks', `\ufeff\ufeff${domain('')}`, 'line 1, column 1'),
  bad('an attribute twice', domain('', " id='1' id='2'"), 'line 1, column 28'),
  bad('an attribute without a value', domain('', ' id'), "attribute 'id'"),
  bad('attributes without space between them', domain('', "\tid='1'x='2'"), "attribute 'x' has no space"),
  bad('< in an attribute', domain('', " id='<'"), 'line 1, column 1'),
  bad('an attribute on an end tag', domain('<title></title id="1">'), 'line 2, column 8'),
  bad('names that differ in capitals', domain('<title></Title>'), 'line 2, column 8'),
  bad('a name that begins with a digit', domain('<1a/>'), 'line 2'),
  bad('a space before a name', domain('< a/>'), 'line 2, column 1'),
  bad('a root of another name', '<DOMAIN/>', 'the root element is <DOMAIN>'),
  bad(
    'a root in a namespace',
    domain('', " xmlns='urn:x'"),
    'the root element is <domain> of another namespace',
  ),
  bad('an end that is missing', domain('').slice(0, -10), "line 1, column 1: unclosed tag 'domain'"),
  bad('half a tag at the end', `${domain('')}<`, 'line 4, column 1'),
];

const characters: readonly Hostile[] = [
  { name: 'NUL', xml: text('\0'), refused: 'line 2, column 14: the character U+0000', libvirt: 'unsendable' },
  {
    name: 'NUL behind the end',
    xml: `${domain('')}\0`,
    refused: 'line 4, column 1: the character U+0000',
    libvirt: 'unsendable',
  },
  {
    name: 'half a character',
    xml: text('\ud800'),
    refused: 'line 2, column 14: the character U+D800',
    libvirt: 'unsendable',
  },
  bad('a control character', text('\x01'), 'line 2, column 14: the character U+0001'),
  bad(
    'a control character in a comment',
    domain('<!-- \x1b[2J -->'),
    'line 2, column 6: the character U+001B',
  ),
  bad('U+FFFE', text('\ufffe'), 'line 2, column 14: the character U+FFFE'),
  {
    name: 'UTF-16 read as if it were UTF-8',
    xml: Buffer.from(domain(''), 'utf16le').toString(),
    refused: 'line 1, column 2: the character U+0000',
    libvirt: 'unsendable',
  },
];

/** Every hostile domain of ordinary size. */
export const hostileDomains: readonly Hostile[] = [
  ...decoys,
  ...values,
  ...entities,
  ...markup,
  ...characters,
];
