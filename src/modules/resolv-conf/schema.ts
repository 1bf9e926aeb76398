// Keys of cloud-init's resolv_conf: the words of resolv.conf(5).

import * as v from 'valibot';
import { parseAddress } from '../../network/address.ts';
import { isHostName } from '../hostname/names.ts';

const serverExpected = 'the address of a name server';
const Server = v.pipe(
  v.string(serverExpected),
  v.check((text) => parseAddress(text.replace(/%[A-Za-z0-9._-]+$/, '')) !== undefined, serverExpected),
);
const domainExpected = 'a domain such as "example.org"';
const Domain = v.pipe(
  v.string(domainExpected),
  v.check((text) => text === '.' || isHostName(text.replaceAll('_', '-')), domainExpected),
);
const sortExpected = 'an address or address/netmask';
const Sort = v.pipe(v.string(sortExpected), v.regex(/^[0-9A-Fa-f.:]+(?:\/[0-9.]+)?$/, sortExpected));
const optionExpected = 'an option of resolv.conf(5)';
const valueExpected = 'true, false, a number or a word';

const Settings = v.strictObject({
  nameservers: v.optional(v.array(Server, 'a list of addresses'), []),
  searchdomains: v.optional(v.array(Domain, 'a list of domains'), []),
  domain: v.optional(Domain),
  sortlist: v.optional(v.array(Sort, 'a list of addresses'), []),
  options: v.optional(
    v.record(
      v.pipe(v.string(optionExpected), v.regex(/^[a-z][a-z0-9-]*$/, optionExpected)),
      v.union(
        [
          v.boolean(),
          v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
          v.pipe(v.string(), v.regex(/^[\w.-]{1,60}$/)),
        ],
        valueExpected,
      ),
      'a map of options',
    ),
    {},
  ),
});

export const ResolvConf = v.object({
  manage_resolv_conf: v.optional(v.boolean('true or false')),
  resolv_conf: v.optional(Settings),
});
export type ResolvConf = v.InferOutput<typeof ResolvConf>;
export type Settings = v.InferOutput<typeof Settings>;
