import { homedir } from 'node:os';
import { join } from 'node:path';
import { type LocalStateFolder, stateFolder } from '../host/state-folder.ts';

/**
 * Where this user's locks and journals are: `VIRT_QUOTA_STATE_DIR`, else `/var/lib/virt-quota` for root and
 * `$XDG_STATE_HOME/virt-quota` for others.
 */
export function processState(): LocalStateFolder {
  const { VIRT_QUOTA_STATE_DIR, XDG_STATE_HOME } = process.env;
  const own = join(XDG_STATE_HOME || join(homedir(), '.local/state'), 'virt-quota');
  return stateFolder(VIRT_QUOTA_STATE_DIR || (process.geteuid?.() === 0 ? '/var/lib/virt-quota' : own));
}
