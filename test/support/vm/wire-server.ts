// Runs at the other end of a guest's wire: files of a folder by HTTP, and the time by NTP (RFC 5905, server mode). argv: folder, HTTP port.
// Each request for a file is a line of `asked` in the folder.
import { createSocket } from 'node:dgram';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

const [folder = '', port = ''] = process.argv.slice(2);

createServer((request, response) => {
  const path = normalize(request.url ?? '/');
  appendFileSync(join(folder, 'asked'), `${request.method} ${path}\n`);
  try {
    response.end(readFileSync(join(folder, path)));
  } catch {
    response.writeHead(404).end();
  }
}).listen(Number(port), '127.0.0.1');

/** Seconds between the epochs of NTP and of Unix. */
const ntpEpoch = 2_208_988_800;

function stampTime(answer: Buffer, offset: number): void {
  const now = Date.now() / 1000 + ntpEpoch;
  answer.writeUInt32BE(Math.floor(now), offset);
  answer.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), offset + 4);
}

const clock = createSocket('udp4');
clock.on('message', (question, { port: from, address }) => {
  const answer = Buffer.alloc(48);
  // No leap second to come, version 4, server; stratum 2; precision 2^-20 s.
  answer.set([0x24, 2, 6, 0xec]);
  answer.write('LOCL', 12);
  for (const offset of [16, 32, 40]) stampTime(answer, offset);
  question.copy(answer, 24, 40, 48);
  clock.send(answer, from, address);
});
clock.bind(123, '127.0.0.1', () => process.stdout.write('serving\n'));
