import type { Diagnostic } from '../diagnostics.ts';
import { type BulkSource, parseExactly, readBulkSpecs, wrongType } from './bulk-specs.ts';
import type { VolumeQos } from './volume-qos.ts';

/** One flavor, and one volume if there is one, of many that are translated one after the other. */
export interface BulkRequest {
  readonly extraSpecs: Readonly<Record<string, string>>;
  readonly volume?: VolumeQos;
}

/** What was read from a line of a bulk input. */
export interface BulkReading {
  /** As it was given; absent when the line has none, or cannot be read. */
  readonly id?: string | number;
  /** Absent: the line cannot be translated, and the findings say why. */
  readonly request?: BulkRequest;
  readonly diagnostics: Diagnostic[];
}

/** A line as `JSON.parse` sees it. */
type Members = Readonly<Record<string, unknown>>;

/**
 * Reads one line of a bulk input: `{"id", "extra_specs", "vcpus"?, "qos_specs"?, "volume_size_gb"?, "consumer"?}`. What
 * is optional may be null as well; other members are not looked at.
 *
 * - `id`: text, or a whole number that JavaScript holds exactly.
 * - `extra_specs`: values by key; numbers count as they are written, and null as Nova's None.
 * - `vcpus`: a whole number from 1; no limit depends on it since Nova 26.
 * - `qos_specs`: like `extra_specs`, as Cinder keeps them.
 * - `consumer`: absent, it is `front-end`, unlike in Cinder: who gives a volume's specs asks what Nova makes of them.
 * - `volume_size_gb`: GiB, a whole number; without it a key per GiB is an error of the volume.
 *
 * @param line number of the line, for messages.
 */
export function readBulkRequest(text: string, line: number): BulkReading {
  const diagnostics: Diagnostic[] = [];
  const source: BulkSource = { text, line, diagnostics };
  const members = parseMembers(source);
  if (members === undefined) return { diagnostics };
  const id = readId(members, source);
  const request = readRequest(members, source);
  if (id === undefined) return { diagnostics };
  return request === undefined ? { id, diagnostics } : { id, request, diagnostics };
}

function parseMembers(source: BulkSource): Members | undefined {
  const value = parse(source);
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  source.diagnostics.push(wrongType(source, '', value, 'an object'));
  return undefined;
}

/** The fast parser says whether it is JSON, the exact one where it is not. */
function parse(source: BulkSource): unknown {
  try {
    const { text } = source;
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    parseExactly(source);
    return undefined;
  }
}

function readId({ id }: Members, source: BulkSource): string | number | undefined {
  if (typeof id === 'string' || Number.isSafeInteger(id)) return id as string | number;
  source.diagnostics.push(
    isAbsent(id) ? missing(source, 'id') : wrongType(source, 'id', id, 'a text or a whole number'),
  );
  return undefined;
}

/** undefined: something is wrong with its members, and the findings say what. */
function readRequest(members: Members, source: BulkSource): BulkRequest | undefined {
  const { extra_specs: specs, vcpus, qos_specs: qos } = members;
  const isGoodCount = isAbsent(vcpus) || isWhole(vcpus, 1);
  if (!isGoodCount) source.diagnostics.push(wrongType(source, 'vcpus', vcpus, 'a whole number from 1'));
  if (isAbsent(specs)) source.diagnostics.push(missing(source, 'extra_specs'));
  const extraSpecs = isAbsent(specs) ? undefined : readBulkSpecs(source, 'extra_specs', specs);
  const volume = isAbsent(qos) ? undefined : readVolume(members, source);
  if (extraSpecs === undefined || !isGoodCount) return undefined;
  if (isAbsent(qos)) return { extraSpecs };
  return volume === undefined ? undefined : { extraSpecs, volume };
}

const consumers: readonly unknown[] = ['front-end', 'back-end', 'both'];

function readVolume(members: Members, source: BulkSource): VolumeQos | undefined {
  const { volume_size_gb: size, consumer } = members;
  const specs = readBulkSpecs(source, 'qos_specs', members.qos_specs);
  const before = source.diagnostics.length;
  if (!isAbsent(size) && !isWhole(size, 0))
    source.diagnostics.push(wrongType(source, 'volume_size_gb', size, 'a whole number from 0'));
  if (!isAbsent(consumer) && !consumers.includes(consumer))
    source.diagnostics.push(wrongType(source, 'consumer', consumer, "'front-end', 'back-end' or 'both'"));
  if (specs === undefined || source.diagnostics.length > before) return undefined;
  return {
    specs,
    ...(!isAbsent(size) && { sizeGiB: size as number }),
    consumer: (consumer ?? 'front-end') as 'front-end' | 'back-end' | 'both',
  };
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isWhole(value: unknown, min: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min;
}

function missing({ line }: BulkSource, needs: string): Diagnostic {
  return { code: 'missing', severity: 'error', path: `line ${line}`, args: { needs } };
}
