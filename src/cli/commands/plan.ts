import { hasErrors } from '../../diagnostics.ts';
import { changesAnything } from '../../plan/plan.ts';
import { renderPlan } from '../../report/plan-text.ts';
import { planDomain } from '../../workflow/plan-domain.ts';
import { sealPlan } from '../../workflow/plan-file.ts';
import { type AskedOptions, readToWrite } from '../asked.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { domainXmlFrom } from '../domain-xml.ts';
import { exitCode } from '../exit-codes.ts';
import { sayDiagnostics } from '../quota-input.ts';
import { scopesOf } from '../scopes.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `plan`, and of `apply --dry-run`. */
export interface PlanOptions extends ConnectOptions, AskedOptions, Loudness {
  readonly live: boolean;
  readonly config: boolean;
  readonly format: 'text' | 'json';
  readonly out?: string;
  readonly exitCode?: boolean;
}

/** `virt-quota plan`. */
export async function plan(domain: string, options: PlanOptions): Promise<void> {
  const terminal = processTerminal(options);
  const asked = await readToWrite(options, terminal, domainXmlFrom(domain, options, terminal));
  const sealed = await connected({ ...options, readOnly: true }, terminal, async surroundings => {
    const { plan: made } = await planDomain(surroundings, { domain, ...asked, scopes: scopesOf(options) });
    return sealPlan(made, (await surroundings.hypervisor.info()).uri);
  });
  const json = `${JSON.stringify(sealed, null, 2)}\n`;
  terminal.out(options.format === 'json' ? json : renderPlan(sealed, terminal.paint));
  sayDiagnostics(sealed.diagnostics, terminal);
  if (options.out !== undefined) await save(options.out, json);
  if (hasErrors(sealed.diagnostics)) process.exitCode = exitCode.invalid;
  else if (options.exitCode === true && changesAnything(sealed)) process.exitCode = exitCode.differences;
}

/** It has what a domain's definition says: that is nobody else's business. */
async function save(file: string, text: string): Promise<void> {
  const { replaceFileBy } = await import('../replace-file.ts');
  await replaceFileBy(file, text, { secret: true });
}
