import type { HtbTree } from '../backend/htb-tree.ts';
import type { HostProfile } from '../intent/host-profile.ts';
import { renderHtbSvg } from './htb-tree-svg.ts';
import { renderHtbTree } from './htb-tree-text.ts';
import { plainPaint } from './table.ts';
import { escaped, escapedLines } from './xml-text.ts';

/** A profile as a page of its own: the picture, and the same as text. No scripts, nothing from elsewhere. */
export function renderHtbPage(tree: HtbTree, profile: HostProfile): string {
  const name = escaped(profile.uplink);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<title>Host profile of ${name}</title>`,
    '<style>body { font-family: system-ui, sans-serif; margin: 2rem } pre { overflow-x: auto }</style>',
    '</head>',
    '<body>',
    `<h1>Host profile of ${name}</h1>`,
    renderHtbSection(tree, profile),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** The same as a part of another page. */
export function renderHtbSection(tree: HtbTree, profile: HostProfile): string {
  const text = escapedLines(renderHtbTree(tree, profile, plainPaint));
  return `<section>\n${renderHtbSvg(tree, profile)}<pre>${text}</pre>\n</section>`;
}
