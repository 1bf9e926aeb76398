// The call to the user's own server that says that this guest is there. It names the server and nothing else of the address: a path may be a token.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PhoneHomeAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';

/** Of one try. */
const answerTimeoutMs = 10_000;
const answerLimitBytes = 1024 * 1024;

export const phoneHome: Executor<PhoneHomeAction> = {
  inspect({ url }) {
    return { state: 'unknown', changes: [{ op: '~', what: `POST to ${new URL(url.reveal()).origin}` }] };
  },

  async apply(action, host, { commandTimeoutMs }) {
    const { tries, pauseMs } = action;
    const url = new URL(action.url.reveal());
    const form = fillForm(action.fields, host);
    const end = host.monotonic() + commandTimeoutMs;
    let problem = '';
    let done = 0;
    while (done < tries && (done === 0 || host.monotonic() + pauseMs < end)) {
      if (done > 0) await sleep(pauseMs);
      done += 1;
      const limit = Math.max(1, Math.min(answerTimeoutMs, end - host.monotonic()));
      const answer = await post(url, form, limit, host);
      if (typeof answer === 'string') problem = answer;
      else if (answer >= 200 && answer < 300) {
        return { message: `answered ${answer}${done > 1 ? ` to try ${done}` : ''}` };
      } else
        problem = `${url.host}: answered ${answer}${answer >= 300 && answer < 400 ? ', a redirect, which is not followed' : ''}`;
    }
    throw new AgentError(exitCodes.internal, `${problem} (${done} of ${tries} tries)`, {
      hint: 'check the address, the network and the certificate of the server',
    });
  },
};

/** The status of the answer, or why there is none, with the name of the host. */
async function post(url: URL, body: string, timeoutMs: number, host: Host): Promise<number | string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const protocols = ['https:', 'http:'] as const;
  try {
    return (await host.fetch(url.href, { timeoutMs, limitBytes: answerLimitBytes, protocols, headers, body })).status;
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return error.message;
  }
}

function fillForm(fields: PhoneHomeAction['fields'], host: Host): string {
  const form = new URLSearchParams();
  for (const { name, value, file } of fields) form.append(name, value ?? readField(file ?? '', host));
  return form.toString();
}

function readField(path: string, host: Host): string {
  return host.readText(path) ?? 'N/A';
}
