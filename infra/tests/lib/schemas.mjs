// Extracts of Azure's resource schemas: what properties there are and what they take.
//
// A node is { t } with t one of string, int, bool, any, object, array, enum, cases, left-out; `r` says required, `ro`
// that only Azure writes it. An object has properties `p` and, where any other name is allowed, their node `extra`; an
// array has its items' node `of`; an enum its values, and `open` where others are allowed; cases are chosen `by` the
// value of a property. left-out marks what the extract does not hold because infra/ does not use it.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Runtime } from './functions.mjs';

export const schemasFolder = fileURLToPath(new URL('../schemas/', import.meta.url));

/** The API version of each resource type, and its extract, by lower-case type. */
export function readSchemas(folder = schemasFolder) {
  const found = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const extract = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
    for (const [type, entry] of Object.entries(extract.types)) {
      found.set(type.toLowerCase(), { type, ...entry });
    }
  }
  return found;
}

const kindOf = (value) => {
  if (value instanceof Runtime) {
    return 'runtime';
  }
  if (Array.isArray(value)) {
    return 'array';
  }
  return value === null ? 'null' : Number.isInteger(value) ? 'int' : { boolean: 'bool', number: 'number', object: 'object', string: 'string' }[typeof value];
};

// The bodies of resources hold other resources as `parent` and `scope`; neither is a property of Azure's.
const ofBicep = new Set(['parent', 'scope', 'dependsOn']);

/** Everything about a value that a schema does not allow, as { path, message }. */
export function disagreements(value, node, path = '', top = true) {
  const kind = kindOf(value);
  const wrong = (message) => [{ path, message }];
  if (kind === 'runtime' || kind === 'null' || node.t === 'any') {
    return [];
  }
  switch (node.t) {
    case 'left-out': return wrong('is known, but not part of the extract: make the extract anew (npm run schemas)');
    case 'enum': {
      if (kind !== 'string') {
        return wrong(`is ${kind}, not one of ${node.values.join(', ')}`);
      }
      // Azure takes other values of an open enum, but every one of those is newer than the extract or a typo.
      return node.values.includes(value) || value.includes('<') ? [] : wrong(`'${value}' is not one of ${node.values.join(', ')}`);
    }
    case 'string': {
      if (kind !== 'string') {
        return wrong(`is ${kind}, not string`);
      }
      if (node.min > value.length || node.max < value.length) {
        return wrong(`'${value}' has ${value.length} characters, not ${node.min ?? 0} to ${node.max ?? 'any'}`);
      }
      return node.pattern && !value.includes('<') && !new RegExp(node.pattern).test(value) ? wrong(`'${value}' does not match ${node.pattern}`) : [];
    }
    case 'int': {
      if (kind !== 'int') {
        return wrong(`is ${kind}, not int`);
      }
      return node.min > value || node.max < value ? wrong(`${value} is not ${node.min ?? ''}..${node.max ?? ''}`) : [];
    }
    case 'bool': return kind === 'bool' ? [] : wrong(`is ${kind}, not bool`);
    case 'array': return kind === 'array' ? value.flatMap((item, i) => disagreements(item, node.of, `${path}[${i}]`, false)) : wrong(`is ${kind}, not array`);
    case 'cases': {
      const found = node.cases[value[node.by]];
      return found ? disagreements(value, found, path, top) : wrong(`${node.by} '${value[node.by]}' is not one of ${Object.keys(node.cases).join(', ')}`);
    }
    default: {
      if (kind !== 'object') {
        return wrong(`is ${kind}, not object`);
      }
      const at = (name) => (path ? `${path}.${name}` : name);
      const found = [];
      for (const [name, inner] of Object.entries(value)) {
        if (top && ofBicep.has(name)) {
          continue;
        }
        const expected = node.p[name] ?? node.extra;
        if (!expected) {
          found.push({ path: at(name), message: `is not known; there are ${Object.keys(node.p).filter((one) => !node.p[one].ro).join(', ')}` });
        } else if (expected.ro) {
          found.push({ path: at(name), message: 'is written by Azure alone' });
        } else {
          found.push(...disagreements(inner, expected, at(name), false));
        }
      }
      for (const [name, expected] of Object.entries(node.p)) {
        if (expected.r && !expected.ro && (value[name] === undefined || value[name] === null)) {
          found.push({ path: at(name), message: 'is required' });
        }
      }
      return found;
    }
  }
}
