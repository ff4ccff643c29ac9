import { QuotaError } from '../errors.ts';
import { isVirError, LibvirtError, virErrorCode } from '../libvirt/index.ts';

/** Makes a call whose errors are told in our words. @param subject what the call is about */
export async function translating<T>(subject: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof LibvirtError ? translated(subject, error) : error;
  }
}

/** libvirt's error in our words. */
export function translated(subject: string, error: LibvirtError): QuotaError {
  if (isVirError(error, virErrorCode.noDomain)) {
    return new QuotaError('not-found', subject, `no domain '${subject}' on this hypervisor`, {
      cause: error,
    });
  }
  if (error.vir !== undefined) {
    return new QuotaError('refused', subject, `libvirt refused (code ${error.vir.code}): ${error.message}`, {
      cause: error,
    });
  }
  return new QuotaError('unreachable', subject, error.message, { cause: error });
}
