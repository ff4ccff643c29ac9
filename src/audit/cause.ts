import type { Verdict } from '../verify/verdict.ts';
import type { CauseContext, Rule, ToldCause } from './cause-context.ts';
import { definitionRules } from './cause-definition.ts';
import { enforcerRules } from './cause-enforcer.ts';

/** Why a link that breaks first does so. The rules are tried in order; the first that fits tells. */
export function causeOf(verdict: Verdict, context: CauseContext): ToldCause {
  const { layer } = verdict.expectation;
  const isDefinition = layer === 'config' || layer === 'live';
  for (const rule of [cannotBeLimited, ...(isDefinition ? definitionRules : enforcerRules)]) {
    const told = rule(verdict, context);
    if (told !== undefined) return told;
  }
  return isDefinition ? neverApplied(verdict, context) : behindLibvirt(verdict);
}

const none = 'nothing on the host limits it';
const byHand = 'Remove the limit from what is asked, or limit what goes through it elsewhere';

const cannotBeLimited: Rule = ({ reason, expectation }) =>
  reason === 'no-enforcement-point' && expectation.knob !== 'device'
    ? { cause: 'cannot-be-limited', explanation: `${expectation.impossible ?? none}. ${byHand}` }
    : undefined;

/** What is left when nothing tells more; that it is one of several is said. */
function neverApplied({ observed }: Verdict, { definitions: { live, config } }: CauseContext): ToldCause {
  const isNovas = (live ?? config)?.nova !== undefined;
  const anew = `written anew since${isNovas ? ', as Nova does at a hard reboot' : ''}`;
  const what = observed === undefined ? 'no definition has it' : 'no definition has this number';
  const explanation = `${what}: it was not applied, or the definition was ${anew}`;
  return { cause: 'never-applied', explanation };
}

function behindLibvirt({ observed, reason, detail }: Verdict): ToldCause {
  const gone = "it was removed behind libvirt's back, or never came into force";
  const isOnItsWay = reason === 'idle' || reason === 'stricter';
  const changed = isOnItsWay
    ? (detail ?? 'what was read there keeps it out of force')
    : "it was changed behind libvirt's back";
  const how = observed === undefined ? gone : changed;
  return { cause: 'behind-libvirt', explanation: `libvirt's running definition is right: ${how}` };
}
