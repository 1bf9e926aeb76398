// Headless Chromium in a guest of its own, spoken to over a pipe: what a page looks like, says and asks the network for.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { plainEnv } from './command.ts';
import { type Sandbox, type SandboxOptions, withSandbox } from './sandbox.ts';

export type Look = {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  /** As a phone: touch, overlay scroll bars, the viewport of the page's own meta element. */
  readonly mobile?: boolean;
};

export type Seen = {
  /** The whole page. */
  readonly png: Buffer;
  /** Console messages, uncaught errors and refusals by the page's own policy. */
  readonly complaints: readonly string[];
  /** Addresses that the page asked for, its own included. */
  readonly requests: readonly string[];
  /** Value of the given expression in the page. */
  readonly value: unknown;
};

export type Browser = {
  /** Opens a file of the guest and looks at it. `expression`: JavaScript, evaluated when the page is complete. */
  look(path: string, look: Look, expression?: string): Promise<Seen>;
};

type Message = {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
  sessionId?: string;
};

const argv = [
  ...['chromium', '--headless=new', '--no-sandbox', '--remote-debugging-pipe', '--user-data-dir=/tmp/profile'],
  ...['--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-extensions', '--hide-scrollbars'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'],
];

/** Runs `body` with a browser in a new guest, whose network reaches its own router and nothing else. */
export async function withBrowser<T>(
  files: NonNullable<SandboxOptions['files']>,
  body: (browser: Browser, box: Sandbox) => Promise<T>,
): Promise<T> {
  return withSandbox({ root: 'bookworm-chromium', files, space: '512m' }, async (box) => {
    const enter = ['--target', String(box.first), '--mount', '--net', '--uts', '--ipc', '--pid', '--'];
    const child = spawn('nsenter', [...enter, ...argv], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...plainEnv, HOME: '/root' },
      cwd: '/',
    });
    try {
      return await body(createBrowser(openPipe(child)), box);
    } finally {
      child.kill('SIGKILL');
    }
  });
}

type Pipe = {
  send(method: string, params?: object, sessionId?: string): Promise<Record<string, unknown>>;
  listen(listener: (message: Message) => void): () => void;
};

/** The protocol of --remote-debugging-pipe: JSON, each message ended by NUL. */
function openPipe(child: ChildProcess): Pipe {
  const [, , stderr, input, output] = child.stdio as [null, null, Readable, Writable, Readable];
  const waiting = new Map<number, { resolve(result: Record<string, unknown>): void; reject(error: Error): void }>();
  const listeners = new Set<(message: Message) => void>();
  let said = '';
  let rest = '';
  let last = 0;
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`chromium ended with ${code ?? signal}: ${said}`));
  });
  input.on('error', () => {});
  output.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop() ?? '';
    for (const one of messages) {
      const message = JSON.parse(one) as Message;
      if (message.id === undefined) for (const listener of listeners) listener(message);
      else if (message.error === undefined) waiting.get(message.id)?.resolve(message.result ?? {});
      else waiting.get(message.id)?.reject(new Error(message.error.message));
    }
  });
  return {
    send(method, params = {}, sessionId) {
      last += 1;
      const id = last;
      const session = sessionId === undefined ? {} : { sessionId };
      input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function createBrowser({ send, listen }: Pipe): Browser {
  return {
    async look(path, { width, height, scheme, mobile = false }, expression = 'null') {
      const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      const ask = (method: string, params?: object) => send(method, params, sessionId as string);
      const complaints: string[] = [];
      const requests: string[] = [];
      let complete = (): void => {};
      const completed = new Promise<void>((resolve) => {
        complete = resolve;
      });
      const stop = listen(({ method, params = {}, sessionId: from }) => {
        if (from !== sessionId) return;
        if (method === 'Page.loadEventFired') complete();
        if (method === 'Network.requestWillBeSent') requests.push((params as { request: { url: string } }).request.url);
        if (['Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown'].includes(method ?? ''))
          complaints.push(JSON.stringify(params));
      });
      for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await ask(`${domain}.enable`);
      await ask('Emulation.setDeviceMetricsOverride', { width, height, mobile, deviceScaleFactor: mobile ? 2 : 1 });
      await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      await ask('Page.navigate', { url: `file://${path}` });
      await completed;
      const { result } = (await ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })) as {
        result: { value?: unknown };
      };
      const { data } = await ask('Page.captureScreenshot', { captureBeyondViewport: true, format: 'png' });
      stop();
      await send('Target.closeTarget', { targetId });
      return { png: Buffer.from(data as string, 'base64'), complaints, requests, value: result.value };
    },
  };
}
