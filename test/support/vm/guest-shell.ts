// A root shell in the guest for tests, on the second serial port: it works when no network does, and is no login of the guest's own.
import { createConnection, type Socket } from 'node:net';

const service = `[Unit]
Description=Commands of a test
[Service]
ExecStart=/bin/sh /usr/local/lib/guest-test-shell
Restart=always
[Install]
WantedBy=multi-user.target
`;

const script = `exec </dev/ttyS1 >/dev/ttyS1 2>/dev/null
stty raw -echo
printf '@ready@\\n'
while read -r id command; do
  printf %s "$command" | base64 -d > /run/guest-test-command
  sh /run/guest-test-command > /run/guest-test-output 2>&1 < /dev/null
  printf '@%s %s ' "$id" "$?"
  base64 -w 0 /run/guest-test-output
  printf '@\\n'
done
`;

/** What an image needs to offer the shell. */
export const shellUnit = {
  '/etc/systemd/system/guest-test-shell.service': { content: service },
  '/usr/local/lib/guest-test-shell': { content: script },
} as const;

export type ShellResult = { readonly status: number; readonly output: string };

/** The test's end of the serial port. Connect before the guest starts: what it says to nobody is lost. */
export class GuestShell {
  #socket: Socket | undefined;
  #received = '';
  #next = 0;
  #wake: () => void = () => {};
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Waits until the machine offers the port. */
  async connect(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        this.#socket = await open(this.#path);
        break;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    this.#socket.setEncoding('utf8').on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    this.#socket.on('error', () => {});
  }

  /** Waits until the guest's end is there; anew after each boot. */
  async ready(timeoutMs = 240_000): Promise<void> {
    await this.#waitFor(/@ready@\r?\n/, timeoutMs, 'the shell of the guest');
    this.#received = this.#received.slice(this.#received.indexOf('@ready@') + '@ready@'.length);
  }

  /** Runs shell lines as root; standard error is in the output. */
  async run(command: string, timeoutMs = 120_000): Promise<ShellResult> {
    this.#next += 1;
    const id = this.#next;
    this.#socket?.write(`${id} ${Buffer.from(command).toString('base64')}\n`);
    const answer = new RegExp(`@${id} (\\d+) ([A-Za-z0-9+/=]*)@`);
    const [, status, output = ''] = await this.#waitFor(answer, timeoutMs, command.split('\n', 1)[0] ?? '');
    this.#received = '';
    return { status: Number(status), output: Buffer.from(output, 'base64').toString('utf8') };
  }

  /** Starts shell lines whose answer nobody waits for. */
  send(command: string): void {
    this.#socket?.write(`0 ${Buffer.from(command).toString('base64')}\n`);
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #waitFor(pattern: RegExp, timeoutMs: number, what: string): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = pattern.exec(this.#received);
      if (found !== null) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`nothing came back within ${timeoutMs / 1000} s from: ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
