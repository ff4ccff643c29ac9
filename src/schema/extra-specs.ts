import * as z from 'zod';
import { type OwnKey, ownKeys } from '../intent/own-keys.ts';
import { type LibvirtQuotaKey, type QuotaKey, quotaKeys } from '../intent/quota-keys.ts';
import { rangeText } from './shapes.ts';

/** What Python's `int()` reads, in digits that everybody types. */
const pythonInt = z.string().regex(/^\s*[+-]?[0-9]+(_[0-9]+)*\s*$/);

/** The extra specs of Nova's namespace and of ours, each from its row of the catalogue; the API takes numbers and text. */
export const quotaMembers: Readonly<Record<string, z.ZodType>> = Object.fromEntries([
  ...quotaKeys.map(entry => [entry.key, shapeOf(entry).optional().describe(wordsFor(entry))] as const),
  ...ownKeys.map(entry => [entry.key, ownShape(entry).optional().describe(ownWords(entry))] as const),
]);

/** A value of an extra spec of anybody's namespace. */
export const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** All extra specs of a flavor. */
export const extraSpecs = z.object(quotaMembers).catchall(scalar).meta({ id: 'extra-specs' });

function shapeOf(entry: QuotaKey): z.ZodType {
  if (entry.consumer === 'libvirt') return z.union([...numbersOf(entry), textOf(entry)]);
  if (entry.apiWords !== undefined) return z.enum(entry.apiWords as [string, ...string[]]);
  return z.union([entry.apiMin === undefined ? z.int() : z.int().min(entry.apiMin), pythonInt]);
}

function numbersOf({ min, max, lifted }: LibvirtQuotaKey): readonly z.ZodType[] {
  const limit = z.int().min(min).max(max);
  if (lifted === undefined) return [limit];
  return [limit, lifted === 'zero' ? z.literal(0) : z.int().max(0)];
}

function ownShape(entry: OwnKey): z.ZodType {
  if (entry.form === 'name') return z.string().min(1);
  if (entry.form === 'per-device') return z.string().regex(/^[^=,]+=[0-9]+(,[^=,]+=[0-9]+)*$/);
  const limit = z.int().min(entry.min).max(entry.max);
  const lifted = entry.parameter.endsWith('_quota') ? z.int().max(0) : z.literal(0);
  return z.union([limit, ...(entry.canLift ? [lifted] : []), pythonInt]);
}

function ownWords(entry: OwnKey): string {
  if (entry.form === 'name') return 'a name; disks of one name share a throttle';
  const list = entry.form === 'per-device' ? 'DEVICE=NUMBER, … ; ' : '';
  return `${list}${rangeText(entry)}${entry.canLift ? '; 0: no limit' : ''}`;
}

/** Ranges of numbers in text are not said here: `translate` checks them. */
function textOf({ copied, element }: LibvirtQuotaKey): z.ZodType {
  if (copied === 'as-int') return pythonInt;
  return z.string().regex(element === 'iotune' ? /^$|^\s*\+?[0-9]+$/ : /^\s*\+?[0-9]+$/);
}

function wordsFor(entry: QuotaKey): string {
  if (entry.consumer === 'vmware') return `${entry.unit} read by the VMware driver only`.trim();
  const { lifted } = entry;
  const none = lifted === undefined ? '' : `; 0${lifted === 'zero' ? '' : ' or negative'}: no limit`;
  return `${rangeText(entry)}${none}`;
}
