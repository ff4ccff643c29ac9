import { badge } from './html-badge.ts';
import { html } from './markup.ts';

/** What the signs and words of the page mean. */
export const legendMarkup = html`<details class="legend">
<summary>How to read this</summary>
<dl>
<div><dt>${badge('pass', 'pass')}</dt><dd>The limit is in force now: it was read at the running definition and everywhere it is enforced, and holds at each. Of a domain that does not run: its definition has it.</dd></div>
<div><dt>${badge('fail', 'fail')}</dt><dd>It does not hold at one link at least, or nothing on the host can enforce it.</dd></div>
<div><dt>${badge('inconclusive', 'inconclusive')}</dt><dd>A link could not be read. It is never counted as a pass.</dd></div>
<div><dt>Lost at the next start</dt><dd>In force now, and the persistent definition has not the same: it is gone when the domain is started anew.</dd></div>
<div><dt>${badge('not-applicable', 'not applicable')}</dt><dd>Nothing ever comes of it, or it follows a link that fails.</dd></div>
<div><dt>${badge('gone', 'gone')}</dt><dd>The domain went away while it was read. Nothing is held against it.</dd></div>
<div><dt>The chain</dt><dd><ol class="chain"><li class="pass">asked</li><li class="pass">persistent</li><li class="pass">live</li><li class="fail broken">tc <em>breaks here</em></li></ol>
Who asks for a limit, libvirt's persistent definition, its running definition, and who enforces it: a cgroup, QEMU, tc, or Open vSwitch (ovs). A dashed link was not looked at.</dd></div>
<div><dt>Use</dt><dd>The bar is the limit, its filled part what was used of it; “held back” is the share of periods or packets that had to wait or were dropped.</dd></div>
</dl>
</details>`;
