// Makes the extracts in schemas/ anew: npm run schemas -- <path of azmcp>
//
// azmcp is the program in the npm package @azure/mcp-linux-x64; `azmcp bicepschema get --resource-type T` prints the
// schema of T at the newest API version that the program carries, without a network. Install it somewhere else, not here.
// What it prints is cut down to what infra/ uses: of each object all names, of unused objects only that they are there.
//
// npm run schemas -- --types <folder> checks the templates against a checkout of Azure/bicep-types-az instead (its folder
// `generated`), at exactly the API versions in use, and writes nothing.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { disagreements, schemasFolder } from '../lib/schemas.mjs';
import { Project } from '../lib/project.mjs';
import { expandAll } from '../lib/scenarios.mjs';

const scalars = { string: { t: 'string' }, int: { t: 'int' }, bool: { t: 'bool' }, any: { t: 'any' }, object: { t: 'any' }, array: { t: 'array', of: { t: 'any' } }, null: { t: 'any' } };

function modifiersOf(text = '') {
  const number = (name) => text.match(new RegExp(`${name}: (-?\\d+)`))?.[1];
  const found = { min: number('minLength') ?? number('minValue'), max: number('maxLength') ?? number('maxValue') };
  const pattern = text.match(/pattern: (.+)$/)?.[1];
  return { ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined).map(([name, value]) => [name, Number(value)])), ...(pattern ? { pattern } : {}) };
}

/** From what azmcp prints. */
function fromPrinted(printed) {
  const objects = new Map(printed.filter((one) => /Object$/.test(one.$type)).map((one) => [one.name, one]));
  const resource = printed.find((one) => one.$type === 'Resource');
  const node = (type, modifiers, open) => {
    if (type.endsWith('[]')) {
      return { t: 'array', of: node(type.slice(0, -2).replace(/^\((.*)\)$/, '$1'), undefined, open) };
    }
    if (scalars[type]) {
      return { ...scalars[type], ...modifiersOf(modifiers) };
    }
    if (objects.has(type)) {
      return open.includes(type) ? { t: 'any' } : object(objects.get(type), [...open, type]);
    }
    const values = type.split(' | ');
    return { t: 'enum', values: values.filter((one) => one !== 'string'), ...(values.includes('string') ? { open: true } : {}) };
  };
  const object = (one, open) => {
    if (one.$type === 'DiscriminatedObject') {
      const by = one.discriminator ?? 'name';
      return {
        t: 'cases', by,
        cases: Object.fromEntries(one.elements.map((element) => [element.properties.find((property) => property.name === by).type, object({ ...element, properties: [...(one.baseProperties ?? []), ...element.properties] }, open)])),
      };
    }
    const p = {};
    for (const property of one.properties ?? []) {
      const flags = property.flags ?? '';
      p[property.name] = { ...node(property.type, property.modifiers, open), ...(flags.includes('Required') ? { r: true } : {}), ...(flags.includes('ReadOnly') ? { ro: true } : {}) };
    }
    return { t: 'object', p, ...(one.additionalPropertiesType ? { extra: node(one.additionalPropertiesType, undefined, open) } : {}) };
  };
  return { version: resource.name.split('@')[1], schema: object(resource.bodyType, []) };
}

/** From the types.json of a checkout of Azure/bicep-types-az. */
function fromTypes(types, resource) {
  const at = (reference) => types[Number(reference.$ref.split('/').pop())];
  const node = (reference, open) => {
    const one = at(reference);
    const bounds = Object.fromEntries([['min', one.minLength ?? one.minValue], ['max', one.maxLength ?? one.maxValue], ['pattern', one.pattern]].filter(([, value]) => value !== undefined));
    switch (one.$type) {
      case 'StringType': return { t: 'string', ...bounds };
      case 'IntegerType': return { t: 'int', ...bounds };
      case 'BooleanType': return { t: 'bool' };
      case 'StringLiteralType': return { t: 'enum', values: [one.value] };
      case 'UnionType': {
        const all = one.elements.map(at);
        return { t: 'enum', values: all.filter((each) => each.$type === 'StringLiteralType').map((each) => each.value), ...(all.some((each) => each.$type === 'StringType') ? { open: true } : {}) };
      }
      case 'ArrayType': return { t: 'array', of: node(one.itemType, open) };
      case 'ObjectType': case 'DiscriminatedObjectType': return open.includes(reference.$ref) ? { t: 'any' } : object(one, [...open, reference.$ref]);
      default: return { t: 'any' };
    }
  };
  const object = (one, open, base = {}) => {
    const p = { ...base };
    for (const [name, property] of Object.entries(one.properties ?? one.baseProperties ?? {})) {
      p[name] = { ...node(property.type, open), ...(property.flags & 1 ? { r: true } : {}), ...(property.flags & 2 ? { ro: true } : {}) };
    }
    if (one.$type === 'DiscriminatedObjectType') {
      return { t: 'cases', by: one.discriminator, cases: Object.fromEntries(Object.entries(one.elements).map(([key, reference]) => [key, object(at(reference), open, p)])) };
    }
    return { t: 'object', p, ...(one.additionalProperties ? { extra: node(one.additionalProperties, open) } : {}) };
  };
  return object(at(resource.body), []);
}

/** Leaves out of a schema what none of the values goes into. */
function prune(node, values) {
  switch (node.t) {
    case 'array': {
      const items = values.filter(Array.isArray).flat();
      return { ...node, of: items.length > 0 ? prune(node.of, items) : node.of.t === 'object' ? { t: 'left-out' } : node.of };
    }
    case 'cases':
      return { ...node, cases: Object.fromEntries(Object.entries(node.cases).map(([key, one]) => {
        const chosen = values.filter((value) => value?.[node.by] === key);
        return [key, chosen.length > 0 ? prune(one, chosen) : { t: 'left-out' }];
      })) };
    case 'object': {
      const objects = values.filter((value) => value !== null && typeof value === 'object');
      const p = Object.fromEntries(Object.entries(node.p).map(([name, inner]) => {
        const used = objects.map((value) => value[name]).filter((value) => value !== undefined && value !== null);
        const flags = { ...(inner.r ? { r: true } : {}), ...(inner.ro ? { ro: true } : {}) };
        return [name, inner.ro || (used.length === 0 && ['object', 'array', 'cases', 'enum'].includes(inner.t)) ? { t: 'left-out', ...flags } : prune(inner, used)];
      }));
      return { ...node, p };
    }
    default: return node;
  }
}

const project = new Project(fileURLToPath(new URL('../../../', import.meta.url)));
const used = new Map();
for (const { resources } of expandAll(project)) {
  for (const resource of resources) {
    const key = `${resource.type}@${resource.version}`;
    used.set(key, [...(used.get(key) ?? []), ...(resource.existing ? [] : [resource.body])]);
  }
}

const [option, folder] = process.argv.slice(2);
if (option === '--types') {
  let wrong = 0;
  for (const [key, bodies] of used) {
    const [type, version] = key.split('@');
    const provider = type.split('/')[0].toLowerCase();
    const files = readdirSync(folder).map((one) => `${folder}/${one}/${provider}/${version}/types.json`).filter(existsSync);
    const found = files.map((file) => JSON.parse(readFileSync(file, 'utf8'))).flatMap((types) => types.filter((one) => one.$type === 'ResourceType' && one.name.toLowerCase() === key.toLowerCase()).map((one) => fromTypes(types, one)));
    const messages = found.length === 0 ? ['is not known'] : bodies.flatMap((body) => disagreements(body, found[0]).map((one) => `${one.path} ${one.message}`));
    for (const message of new Set(messages)) {
      wrong++;
      console.log(`${key}: ${message}`);
    }
  }
  console.log(`${used.size} types at their own API versions, ${wrong} disagreements`);
  process.exitCode = wrong > 0 ? 1 : 0;
} else {
  const byHand = new Set(Object.keys(JSON.parse(readFileSync(`${schemasFolder}/by-hand.json`, 'utf8')).types));
  const types = {};
  for (const [key, bodies] of [...used].sort()) {
    const [type, usedVersion] = key.split('@');
    if (byHand.has(type)) {
      continue;
    }
    const printed = JSON.parse(execFileSync(option, ['bicepschema', 'get', '--resource-type', type], { encoding: 'utf8', maxBuffer: 64e6, stdio: ['ignore', 'pipe', 'ignore'] })).results.BicepSchemaResult;
    const { version, schema } = fromPrinted(printed);
    types[type] = { apiVersion: usedVersion, printedFor: version, schema: prune(schema, bodies) };
    console.log(`${type}: in use ${usedVersion}, printed for ${version}`);
  }
  const version = execFileSync(option, ['--version'], { encoding: 'utf8' }).trim();
  writeFileSync(`${schemasFolder}/printed.json`, `${JSON.stringify({ origin: `Printed by azmcp ${version} (npm package @azure/mcp-linux-x64, MIT licence), command bicepschema get, and cut down to what infra/ uses by tools/make-schemas.mjs. The program prints the newest API version it carries (printedFor), which may be older than the one in use (apiVersion).`, types })}\n`);
}
