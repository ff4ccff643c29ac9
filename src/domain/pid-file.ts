import { encodeMarks } from '../xml/entities.ts';

/**
 * What libvirt calls the file with a domain's process id, less `.pid`: the domain's name as in XML. All its other files
 * have the name as it is.
 *
 * @see libvirt src/util/virpidfile.c:virPidFileBuildPath, src/util/virbuffer.c:virBufferEscapeString
 */
export function pidFileName(domainName: string): string {
  return encodeMarks(domainName);
}
