import type { Kind } from '../kinds.ts';
import { livePlaces, removePlace } from '../place.ts';

/** Ends the hypervisors that are up, and removes what killed programs left. Those of running tests stay. */
export async function down(wanted: readonly Kind[]): Promise<number> {
  const up = (await livePlaces()).filter(place => place.purpose === 'up' && wanted.includes(place.kind));
  for (const place of up) {
    await removePlace(place);
    process.stderr.write(`lab: ${place.kind} is down\n`);
  }
  if (up.length === 0) process.stderr.write('lab: nothing was up\n');
  return 0;
}
