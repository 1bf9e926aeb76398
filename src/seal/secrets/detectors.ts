// What a secret looks like in a line of text. A value is looked at and never given away: what is found is a place and a few words.

type Detector = { readonly what: string; readonly test: (line: string) => boolean };

/** A value that is a reference to something else, or says that there is none. */
const placeholder =
  /^(?:$|[$%<{/~*!]|\.{1,2}\/|(?:null|none|nil|true|false|yes|no|on|off|x|file|env|random|prompt|[|>][+-]?)$)/i;

const secretName = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'api[_-]?key',
  'access[_-]?key(?:[_-]?id)?',
  'secret[_-]?key',
  'private[_-]?key',
  'auth[_-]?key',
  'encryption[_-]?key',
  'preshared[_-]?key',
  'psk',
].join('|');

/** `password: x`, `DB_PASSWORD=x`, `"token": "x"`, `Environment="API_KEY=x"`. */
const assignment = new RegExp(
  `(?<![\\w.$-])(?<name>[\\w.-]*?(?:${secretName}))["']?\\s*[:=]\\s*(?<quote>["']?)(?<value>[^\\s"',}\\]]*)`,
  'gi',
);
/** `--token x`, `--token=x`. */
const option = new RegExp(`(?<![\\w-])--?(?<name>[\\w-]*?(?:${secretName}))[= ]\\s*["']?(?<value>[^\\s"']+)`, 'gi');
/** netrc(5) and apt_auth.conf(5). */
const netrc = /^\s*(?:machine\s+\S+\s+(?:login\s+\S+\s+)?)?password\s+(?<value>\S+)/gi;

/** Words that end like the name of a secret and are none. */
const harmlessName =
  /^(?:chpasswd|lock[_-]passwd|.*pwauth.*|.*[_-]?no[_-]?password|nopasswd|permit.*|disable[_-].*|set[_-]passwords?)$/i;

function namesSecret(pattern: RegExp): (line: string) => boolean {
  return (line) =>
    [...line.matchAll(pattern)].some(({ groups = {} }) => {
      const { name = '', value = '' } = groups;
      return !harmlessName.test(name) && !placeholder.test(value);
    });
}

const pattern =
  (expression: RegExp) =>
  (line: string): boolean =>
    expression.test(line);

/** The first that fits names the line. Comments count as well where the form alone tells that it is a secret. */
const byForm: readonly Detector[] = [
  { what: 'a private key', test: pattern(/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-1/) },
  {
    what: 'a discovery token, by which each copy joins the cluster of the first',
    test: pattern(
      /https?:\/\/discovery\.etcd\.io\/[0-9a-z]{8,}|\bdiscovery(?:[_-]url)?\s*[:=]\s*["']?https?:\/\/[^\s/]+\/\S*\w/i,
    ),
  },
  { what: 'a password hash', test: pattern(/\$(?:1|2[abxy]|5|6|7|y|gy|sha1)\$[^\s$:"']*\$?[./A-Za-z0-9$=,]{8,}/) },
  {
    what: 'a token',
    test: pattern(
      /(?<![\w-])(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|hvs\.\w{20,}|K10[0-9a-f]{64}::|tskey-\w+-\w+|dop_v1_[0-9a-f]{32,}|AIza[\w-]{35}|sk-[\w-]{32,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.)/,
    ),
  },
  { what: 'an access key', test: pattern(/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/) },
  {
    what: 'a password in an address',
    test: pattern(/(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"'$]+:[^\s/@"'${][^\s/@"']*@/i),
  },
];

const byName: readonly Detector[] = [
  { what: 'a password or token', test: namesSecret(assignment) },
  { what: 'a password or token', test: namesSecret(option) },
  { what: 'a password', test: namesSecret(netrc) },
];

/** Long lines are looked at piece by piece: what an expression does may grow with the square of their length. */
const windowLength = 8192;
const windowOverlap = 512;

/** A few words on the secret in this line; undefined: none that is known. */
export function detectSecret(line: string): string | undefined {
  const isComment = /^\s*(?:#|;|\/\/)/.test(line);
  const detectors = isComment ? byForm : [...byForm, ...byName];
  for (let at = 0; at === 0 || at + windowOverlap < line.length; at += windowLength - windowOverlap) {
    const part = line.slice(at, at + windowLength);
    const found = detectors.find(({ test }) => test(part));
    if (found !== undefined) return found.what;
  }
  return undefined;
}
