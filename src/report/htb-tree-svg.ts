import type { HtbLeaf, HtbTree } from '../backend/htb-tree.ts';
import type { HostProfile } from '../intent/host-profile.ts';
import { matchText } from './htb-tree-text.ts';
import { rateText, shareText } from './rate-text.ts';
import { escaped } from './xml-text.ts';

const row = 56;
const left = 210;
const bar = 420;
const width = left + bar + 40;

/**
 * The tree of a profile as a picture: a bar for each class, filled as far as it is guaranteed, its outline as far as it
 * may go; the whole width is the link. Without scripts or anything from elsewhere, for any page or viewer.
 */
export function renderHtbSvg(tree: HtbTree, profile: HostProfile): string {
  const height = (tree.leaves.length + 1) * row + 24;
  const title = `${profile.uplink}: ${rateText(profile.rateBits)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `  <title>${escaped(title)}</title>`,
    `  <rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...linkLines(tree, profile),
    ...tree.leaves.flatMap((leaf, index) => leafLines(leaf, (index + 1) * row, profile)),
    '</svg>',
    '',
  ].join('\n');
}

function linkLines({ link, uplink, leaves }: HtbTree, { rateBits }: HostProfile): readonly string[] {
  const end = leaves.length * row + 26;
  return [
    text(12, 24, `${uplink}  ${link.classid}`, 'font-weight="bold"'),
    `  <rect x="${left}" y="12" width="${bar}" height="18" rx="3" fill="#dfe7ef" stroke="#5b7083"/>`,
    text(left + 6, 26, rateText(rateBits)),
    `  <path d="M 20 32 V ${end}" stroke="#5b7083" fill="none"/>`,
  ];
}

function leafLines({ classid, of }: HtbLeaf, top: number, { rateBits }: HostProfile): readonly string[] {
  const middle = top + 26;
  const part = (bits: number) => Math.round((bits / rateBits) * bar * 10) / 10;
  const numbers = `${shareText(of.guaranteeBits, rateBits)} – ${shareText(of.ceilingBits, rateBits)}`;
  const rates = `${rateText(of.guaranteeBits)} – ${rateText(of.ceilingBits)}`;
  return [
    `  <path d="M 20 ${middle} H 34" stroke="#5b7083" fill="none"/>`,
    text(40, top + 22, of.name, 'font-weight="bold"'),
    text(40, top + 38, `${classid}  prio ${of.priority}  ${of.leaf}`, 'fill="#5b7083"'),
    `  <rect x="${left}" y="${top + 10}" width="${part(of.ceilingBits)}" height="18" rx="3" fill="none" stroke="#2f6f9f" stroke-dasharray="4 3"/>`,
    `  <rect x="${left}" y="${top + 10}" width="${part(of.guaranteeBits)}" height="18" rx="3" fill="#2f6f9f"/>`,
    text(left, top + 44, `${rates} (${numbers})  ${matchText(of)}`, 'font-size="11"'),
  ];
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `  <text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`;
}
