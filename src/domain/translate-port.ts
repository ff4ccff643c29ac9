import type { Diagnostic } from '../diagnostics.ts';
import type { FlavorQuota } from '../intent/flavor-quota.ts';
import { type NovaVif, novaInterface } from '../intent/nova-vif.ts';

/**
 * A flavor's limits for interfaces of one kind of port: nothing where Nova writes nothing, with a warning there and where
 * nothing can hold what it writes.
 */
export function limitsOfPort(
  quota: FlavorQuota,
  vif: NovaVif,
): { readonly quota: FlavorQuota; readonly diagnostics: readonly Diagnostic[] } {
  const made = novaInterface(vif);
  const [path] = Object.values(quota.interface.because);
  const type = vif.vnicType === undefined ? vif.vifType : `${vif.vifType}:${vif.vnicType}`;
  if (made?.bandwidth === true) {
    const isIdle = made.device === 'hostdev' && path !== undefined;
    return { quota, diagnostics: isIdle ? [warning('cannot-be-enforced', path, made.device)] : [] };
  }
  return {
    quota: { ...quota, interface: { limits: {}, because: {}, emitted: {} } },
    diagnostics: path === undefined ? [] : [warning('vif-not-limited', path, type)],
  };
}

function warning(code: Diagnostic['code'], path: string, type: string): Diagnostic {
  return { code, severity: 'warning', path, args: { type } };
}
