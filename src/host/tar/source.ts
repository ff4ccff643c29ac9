import { QuotaError } from '../../errors.ts';
import type { CaptureSource } from '../capture-source.ts';
import { bytesAt, type TarPlace } from './bytes.ts';
import { finderIn, type TarIndex } from './index.ts';

/** A tar file that was looked through, for whatever thread of this process wants to read it. */
export interface TarArchive {
  /** For messages. */
  readonly name: string;
  readonly place: TarPlace;
  readonly index: TarIndex;
}

/** The files of a tar file as the parts of a capture. */
export function tarSource({ name, place, index }: TarArchive): CaptureSource {
  const bytes = bytesAt(place);
  const { find, list } = finderIn(index);
  return {
    name,
    read: path => {
      const found = find(path);
      if (found === undefined) return undefined;
      const content = bytes.at(found.offset, found.size);
      if (content.length === found.size) return content.toString();
      throw new QuotaError('invalid-input', name, `'${name}' has changed while it was read`);
    },
    list,
  };
}
