// Asks a server again that may need a moment: the network has just come up.

import type { FetchOptions, FetchResult, Host } from '../host/host.ts';

const tries = 3;
const pauseMs = 2000;

/** The last answer, whatever its status; rejects as `host.fetch` does when there is none. Overload and failures of the server pass (RFC 9110 § 15.6). */
export async function askPatiently(url: string, host: Host, options: FetchOptions): Promise<FetchResult> {
  for (let turn = 1; ; turn += 1) {
    try {
      const result = await host.fetch(url, options);
      if (turn === tries || (result.status < 500 && result.status !== 429)) return result;
    } catch (error) {
      if (turn === tries) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
