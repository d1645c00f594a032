// Bicep's functions, as far as infra/ uses them. What only a deployment knows is a stand-in that is the same every time.

import { createHash } from 'node:crypto';

/** A value that only a deployment knows, such as a client id. */
export class Runtime {
  constructor(path) {
    this.path = path;
  }

  toString() {
    return `<${this.path}>`;
  }

  toJSON() {
    return this.toString();
  }
}

const digest = (values, length) => createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, length);
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Runtime);

function union(first, ...rest) {
  if (Array.isArray(first)) {
    return [...new Set([first, ...rest].flat())];
  }
  const result = { ...first };
  for (const next of rest) {
    for (const [key, value] of Object.entries(next)) {
      result[key] = isObject(value) && isObject(result[key]) ? union(result[key], value) : value;
    }
  }
  return result;
}

const ipNumber = (text) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const ipText = (number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

function cidrSubnet(network, bits, index) {
  const [address, own] = network.split('/');
  const first = ipNumber(address) + index * 2 ** (32 - bits);
  if (bits < Number(own) || first + 2 ** (32 - bits) > ipNumber(address) + 2 ** (32 - own)) {
    throw new Error(`cidrSubnet: /${bits} number ${index} is not within ${network}`);
  }
  return `${ipText(first)}/${bits}`;
}

export const functions = {
  concat: (...values) => (Array.isArray(values[0]) ? values.flat() : values.join('')),
  cidrSubnet,
  contains: (where, what) => (isObject(where) ? what in where : where.includes(what)),
  dateTimeAdd: (base, duration) => `${base}+${duration}`,
  dateTimeToEpoch: () => 1800000000,
  empty: (value) => value === null || value === '' || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0),
  environment: () => ({ suffixes: { storage: 'core.windows.net', keyvaultDns: '.vault.azure.net' } }),
  filter: (list, predicate) => list.filter((item) => predicate(item)),
  guid: (...values) => digest(values, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  length: (value) => (isObject(value) ? Object.keys(value).length : value.length),
  map: (list, mapping) => list.map((item) => mapping(item)),
  max: (...values) => Math.max(...values.flat()),
  min: (...values) => Math.min(...values.flat()),
  padLeft: (value, length, sign = ' ') => String(value).padStart(length, sign),
  parseCidr: (network) => ({ cidr: Number(network.split('/')[1]) }),
  range: (start, count) => Array.from({ length: count }, (_, i) => start + i),
  readEnvironmentVariable: (_, otherwise) => otherwise,
  replace: (text, what, by) => text.replaceAll(what, by),
  split: (text, by) => text.split(by),
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  subscription: () => ({ id: '/subscriptions/subscription', subscriptionId: 'subscription' }),
  subscriptionResourceId: (type, ...names) => `/subscriptions/subscription/providers/${interleave(type, names)}`,
  tenant: () => ({ tenantId: '00000000-0000-0000-0000-000000000000' }),
  toLower: (text) => text.toLowerCase(),
  toObject: (list, key, value = (item) => item) => Object.fromEntries(list.map((item) => [key(item), value(item)])),
  union,
  uniqueString: (...values) => digest(values, 13),
  utcNow: () => '20260101T000000Z',
};

/** Functions that need to know where they are called: the file, the resource group. */
export const contextFunctions = ['loadTextContent', 'resourceGroup', 'resourceId'];

/** `A/b/c` and `x, y` make `A/b/x/c/y`. */
export function interleave(type, names) {
  const [provider, ...kinds] = type.split('/');
  if (kinds.length !== names.length) {
    throw new Error(`${type} takes ${kinds.length} names and got ${names.length}`);
  }
  return [provider, ...kinds.flatMap((kind, i) => [kind, names[i]])].join('/');
}
