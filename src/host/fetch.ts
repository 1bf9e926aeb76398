// One bounded request by HTTP (RFC 9110). Loaded by the few steps that ask the network: no boot pays for it.

import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { AgentError, exitCodes } from '../core/error.ts';
import type { FetchOptions, FetchResult } from './host.ts';

/** Where distributions keep the certificates that the guest trusts, those of its administrator included. */
export const trustStores: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const mostRedirects = 5;

/**
 * `ca`: certificates in PEM that are trusted in place of Node's own list. Redirects of a GET are followed, never from https to http,
 * and never with `headers` to another server, which are not meant for it. Rejects
 * with AgentError that names the host and nothing else of the address.
 */
export async function fetchBytes(url: string, options: FetchOptions & { readonly ca?: string }): Promise<FetchResult> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  let target = new URL(url);
  let asked = options;
  for (let redirects = 0; ; redirects++) {
    const { location, ...result } = await ask(target, asked, signal);
    if (location === undefined || options.body !== undefined) return result;
    const next = URL.parse(location, target.href);
    const isAllowed = next?.protocol === 'https:' || (next?.protocol === 'http:' && target.protocol === 'http:');
    if (next === null || !isAllowed || redirects >= mostRedirects)
      throw new AgentError(exitCodes.internal, `${target.host}: leads elsewhere and is not followed`);
    if (next.origin !== target.origin) {
      const { headers: _, ...others } = asked;
      asked = others;
    }
    target = next;
  }
}

async function ask(
  url: URL,
  { timeoutMs, limitBytes, protocols = ['https:'], body, headers, ca }: FetchOptions & { readonly ca?: string },
  signal: AbortSignal,
): Promise<FetchResult & { readonly location?: string }> {
  const refusal = (reason: string): AgentError => new AgentError(exitCodes.internal, `${url.host}: ${reason}`);
  if (!protocols.includes(url.protocol as 'https:'))
    throw refusal(`asked by ${protocols.map((protocol) => protocol.slice(0, -1)).join(' or ')} only`);
  const send = await loadRequest(url);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(refusal(describe(error, signal, timeoutMs)));
    const trusted = ca === undefined || ca.trim() === '' ? {} : { ca };
    const options: RequestOptions = {
      ...trusted,
      method: body === undefined ? 'GET' : 'POST',
      headers: { accept: '*/*', 'user-agent': 'guest-init', ...headers },
      signal,
      agent: false,
    };
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= limitBytes) chunks.push(chunk);
        else {
          reject(refusal(`its answer is longer than ${limitBytes} bytes`));
          request.destroy();
        }
      });
      response.on('end', () => {
        const { statusCode: status = 0, headers: said } = response;
        const isRedirect = [301, 302, 303, 307, 308].includes(status) && said.location !== undefined;
        const location = isRedirect && said.location !== undefined ? { location: said.location } : {};
        resolve({ status, body: Buffer.concat(chunks), ...location });
      });
      response.on('error', fail);
    });
    request.on('error', fail);
    request.end(body);
  });
}

type Send = (url: URL, options: RequestOptions, receive: (response: IncomingMessage) => void) => ClientRequest;

async function loadRequest({ protocol }: URL): Promise<Send> {
  return protocol === 'https:' ? (await import('node:https')).request : (await import('node:http')).request;
}

function describe(error: Error, signal: AbortSignal, timeoutMs: number): string {
  if (signal.aborted) return `no whole answer within ${Math.ceil(timeoutMs / 1000)} s`;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'the name is not known',
    EAI_AGAIN: 'no name server answers',
    ECONNREFUSED: 'refuses the connection',
    ECONNRESET: 'ended the connection',
    ENETUNREACH: 'the network is unreachable',
    EHOSTUNREACH: 'cannot be reached',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  };
  const isUntrusted = /SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/.test(code);
  return (
    words[code] ?? (isUntrusted ? 'its certificate is not trusted here' : `cannot be asked (${code || 'unknown'})`)
  );
}
