import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** How a page is looked at. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly media?: 'print';
}

/** What a page did that one would have to know of. */
export interface PageEvents {
  /** What the console, the log and uncaught errors said. */
  readonly messages: readonly string[];
  /** Every address that was asked for. */
  readonly requests: readonly string[];
}

/** A page in a headless Chromium. */
export interface Page extends PageEvents {
  look(view: View): Promise<void>;
  /** The value of an expression in the page; promises are waited for. */
  evaluate<T>(expression: string): Promise<T>;
  press(key: string): Promise<void>;
  /** PNG of what is in view, or of the whole page. */
  screenshot(of?: 'view' | 'page'): Promise<Buffer>;
  pdf(): Promise<Buffer>;
}

/** A Chromium of its own, with a profile of its own. */
export interface Browser {
  /** Opens a file. */
  open(path: string): Promise<Page>;
  close(): Promise<void>;
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

/** Starts the Chromium of the distribution. It is spoken to through pipes, so that no port is open. */
export async function startBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'virt-quota-chromium-'));
  const child = spawn(program(), [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const channel = channelOf(child);
  await channel.call('Browser.getVersion', {});
  return {
    open: path => openPage(channel, path),
    close: async () => {
      const gone = new Promise(resolve => child.once('close', resolve));
      await channel.call('Browser.close', {}).catch(() => {});
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function program(): string {
  const folders = (process.env.PATH ?? '').split(':');
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return names.find(name => folders.some(folder => existsSync(join(folder, name)))) ?? 'chromium';
}

async function openPage(channel: Channel, path: string): Promise<Page> {
  const { targetId } = await channel.call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await channel.call('Target.attachToTarget', { targetId, flatten: true });
  const call = (method: string, params: object = {}) => channel.call(method, params, sessionId as string);
  const messages: string[] = [];
  const requests: string[] = [];
  channel.listen(sessionId as string, ({ method, params }) => {
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
    if (method === 'Log.entryAdded') messages.push(params.entry.text);
    if (method === 'Runtime.consoleAPICalled') messages.push(JSON.stringify(params.args));
    if (method === 'Runtime.exceptionThrown') messages.push(params.exceptionDetails.text);
  });
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await call(`${domain}.enable`);
  const loaded = channel.once(sessionId as string, 'Page.loadEventFired');
  await call('Page.navigate', { url: `file://${path}` });
  await loaded;
  const base64 = async (method: string, params: object) =>
    Buffer.from((await call(method, params)).data as string, 'base64');
  return {
    messages,
    requests,
    look: async ({ width, height, scheme, media = '' }) => {
      await call('Emulation.setDeviceMetricsOverride', {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: false,
      });
      const features = [{ name: 'prefers-color-scheme', value: scheme }];
      await call('Emulation.setEmulatedMedia', { media, features });
    },
    evaluate: async expression => {
      const answer = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails));
      return answer.result.value;
    },
    press: async key => {
      await call('Input.dispatchKeyEvent', { type: 'keyDown', ...keys[key] });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', ...keys[key] });
    },
    screenshot: (of = 'page') =>
      base64('Page.captureScreenshot', { format: 'png', captureBeyondViewport: of === 'page' }),
    pdf: () => base64('Page.printToPDF', { printBackground: false, preferCSSPageSize: true }),
  };
}

const keys: Readonly<Record<string, object>> = {
  Tab: { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 },
  Enter: { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
  ArrowRight: { key: 'ArrowRight', code: 'ArrowRight', windowsVirtualKeyCode: 39 },
};

// biome-ignore lint/suspicious/noExplicitAny: the protocol's answers are as many types as it has methods
type Answer = Readonly<Record<string, any>>;

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params: Answer;
  readonly result?: Answer;
  readonly error?: { readonly message: string };
}

type Listener = (message: Message) => void;

interface Channel {
  call(method: string, params: object, sessionId?: string): Promise<Answer>;
  listen(sessionId: string, listener: Listener): void;
  once(sessionId: string, method: string): Promise<void>;
}

/** Chromium's own protocol: JSON, each message ended by a NUL. */
function channelOf(child: ChildProcess): Channel {
  const [, , , input, output] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  const listeners: { readonly sessionId: string; readonly listener: Listener }[] = [];
  const fail = (error: Error) => {
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  };
  child.once('error', fail);
  child.once('close', () => fail(new Error('chromium has ended')));
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) take(JSON.parse(part) as Message);
  });
  const take = (message: Message) => {
    if (message.id === undefined) {
      for (const one of listeners) if (one.sessionId === message.sessionId) one.listener(message);
      return;
    }
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) one?.resolve(message.result ?? {});
    else one?.reject(new Error(message.error.message));
  };
  let last = 0;
  return {
    call: (method, params, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      }),
    listen: (sessionId, listener) => void listeners.push({ sessionId, listener }),
    once: (sessionId, method) =>
      new Promise(resolve => {
        listeners.push({ sessionId, listener: message => message.method === method && resolve() });
      }),
  };
}
