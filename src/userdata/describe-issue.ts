// What a valibot issue expected, as a noun phrase. Only the schema's own words are used: an issue's `received` and its default
// message hold the offending value, which may be a secret.

import type { BaseIssue } from 'valibot';

/** Given to valibot as the message of every schema that has none of its own, so that default messages can be told apart. */
export const noMessage = '';

const longestChoice = 12;

/** The noun phrases, one for each form that is accepted: the schema's own message, else its expectation in plain words. */
export function describeExpected(issue: BaseIssue<unknown>): string[] {
  if (issue.message !== noMessage) return [issue.message];
  if (issue.kind === 'schema') return splitAlternatives(issue.expected ?? '').map(translate);
  return [describeRequirement(issue)];
}

/** Joins phrases as alternatives: `a string or a list`; quoted words become `one of "a", "b"`. */
export function joinAlternatives(phrases: readonly string[]): string {
  const unique = [...new Set(phrases)].filter((phrase) => phrase !== '');
  const words = unique.filter((phrase) => phrase.startsWith('"'));
  const others = unique.filter((phrase) => !phrase.startsWith('"'));
  const all = [...others, ...describeWords(words)];
  if (all.length === 0) return 'another value';
  const last = all.at(-1) as string;
  return all.length === 1 ? last : `${all.slice(0, -1).join(', ')} or ${last}`;
}

function describeWords(words: readonly string[]): string[] {
  if (words.length < 2) return [...words];
  const more = words.length > longestChoice ? ', ...' : '';
  return [`one of ${words.slice(0, longestChoice).join(', ')}${more}`];
}

/** `("a" | Array)` gives `"a"` and `Array`; bars and brackets inside quotes stay. */
function splitAlternatives(expected: string): string[] {
  const tokens = expected.match(/"(?:[^"\\]|\\.)*"|[^\s()|&"]+/g) ?? [];
  return tokens.filter((token) => token !== 'undefined');
}

function translate(token: string): string {
  switch (token) {
    case 'string':
      return 'a string';
    case 'number':
    case 'bigint':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'nothing';
    case 'Array':
      return 'a list';
    case 'Object':
      return 'a map';
    case 'Uint8Array':
      return 'binary data';
    case 'unknown':
    case 'any':
    case 'never':
      return '';
    default:
      return token.startsWith('!') ? 'a value' : token;
  }
}

function describeRequirement(issue: BaseIssue<unknown>): string {
  const limit = typeof issue.requirement === 'number' ? issue.requirement : undefined;
  const unit = Array.isArray(issue.input) ? 'entries' : 'characters';
  switch (issue.type) {
    case 'integer':
    case 'safe_integer':
      return 'a whole number';
    case 'non_empty':
      return Array.isArray(issue.input) ? 'at least one entry' : 'some text';
    case 'min_value':
      return limit === undefined ? 'a larger value' : `a number of at least ${limit}`;
    case 'max_value':
      return limit === undefined ? 'a smaller value' : `a number of at most ${limit}`;
    case 'min_length':
      return limit === undefined ? 'something longer' : `at least ${limit} ${unit}`;
    case 'max_length':
      return limit === undefined ? 'something shorter' : `at most ${limit} ${unit}`;
    case 'length':
      return limit === undefined ? 'another length' : `exactly ${limit} ${unit}`;
    case 'ip':
      return 'an IP address';
    case 'ipv4':
      return 'an IPv4 address';
    case 'ipv6':
      return 'an IPv6 address';
    case 'mac':
    case 'mac48':
      return 'a MAC address';
    case 'url':
      return 'a URL';
    case 'email':
      return 'a mail address';
    case 'base64':
      return 'base64 text';
    default:
      return '';
  }
}
