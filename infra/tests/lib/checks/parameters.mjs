// Parameters have descriptions, bounds and choices; secrets are marked and never go out; the files that give values give
// values that are allowed.

import { join } from 'node:path';
import { evaluate, Scope } from '../evaluate.mjs';
import { parametersOf } from '../expand.mjs';
import { linterRules } from '../facts.mjs';

const main = join('infra', 'main.bicep');
const constant = (node) => evaluate(node, new Scope());
const secret = /password|pwd|secret(?!name|s?expire|s?valid)|accountkey|connectionstring/i;

/** What a value of a parameter breaks. */
function broken(parameter, value) {
  const bound = (name) => (parameter.decorators[name] ? constant(parameter.decorators[name][0]) : undefined);
  const allowed = parameter.decorators.allowed ? constant(parameter.decorators.allowed[0]) : undefined;
  const type = parameter.type.text;
  const size = typeof value === 'string' ? value.length : undefined;
  const expected = { int: 'number', bool: 'boolean', string: 'string' }[type];
  if (expected && typeof value !== expected) {
    return `is a ${typeof value}, not ${type}`;
  }
  if (allowed && !allowed.includes(value)) {
    return `is ${JSON.stringify(value)}, not one of ${allowed.join(', ')}`;
  }
  if (value < bound('minValue') || value > bound('maxValue')) {
    return `is ${value}, not ${bound('minValue')} to ${bound('maxValue')}`;
  }
  return size < bound('minLength') || size > bound('maxLength') ? `has ${size} characters` : undefined;
}

export function parameters(project) {
  const findings = [];
  for (const model of project.templates) {
    const report = (line, message) => findings.push({ file: model.path, line, message });
    for (const parameter of model.params.values()) {
      if (parameter.type.text === 'int' && (!parameter.decorators.minValue && !parameter.decorators.allowed)) {
        report(parameter.line, `${parameter.name} has no bounds`);
      }
      if (/^(string|secureString)$/.test(parameter.type.text) && secret.test(parameter.name) && !parameter.decorators.secure) {
        report(parameter.line, `${parameter.name} is a secret and not marked @secure()`);
      }
      if (parameter.decorators.secure && parameter.value && constant(parameter.value) !== '') {
        report(parameter.line, `${parameter.name} is a secret with a value written down`);
      }
      if (parameter.value && !/\(/.test(parameter.value.text)) {
        const wrong = broken(parameter, constant(parameter.value));
        if (wrong) {
          report(parameter.line, `the default of ${parameter.name} ${wrong}`);
        }
      }
    }
    const secure = [...model.params.values()].filter((one) => one.decorators.secure).map((one) => one.name);
    for (const output of model.outputs.values()) {
      const text = output.value.text;
      if (/\blist[A-Z]\w*\(/.test(text) || secret.test(output.name) || secure.some((name) => new RegExp(`\\b${name}\\b`).test(text))) {
        report(output.line, `output ${output.name} gives a secret away`);
      }
    }
    if (/(AccountKey|SharedAccessKey|password)=[A-Za-z0-9+/]{8}/i.test(model.text)) {
      report(1, 'holds a key');
    }
  }
  const model = project.models.get(main);
  const files = project.parameterFiles.map(({ path }) => ({ path, values: parametersOf(project, path) }));
  const json = join('infra', 'main.parameters.json');
  const given = JSON.parse(project.readText(json)).parameters;
  // azd puts ${NAME=default} in; a name without a default is one that azd itself knows.
  const put = (value) => (typeof value === 'string' ? value.replace(/^\$\{(\w+)(?:=(.*))?\}$/, (_, name, otherwise) => otherwise ?? name) : value);
  files.push({ path: json, values: Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, put(value)])) });
  for (const { path, values } of files) {
    const report = (message) => findings.push({ file: path, line: 1, message });
    for (const [name, value] of Object.entries(values)) {
      const parameter = model.params.get(name);
      const wrong = parameter ? broken(parameter, value) : 'is no parameter of main.bicep';
      if (wrong) {
        report(`${name} ${wrong}`);
      }
    }
    for (const parameter of model.params.values()) {
      if (!parameter.value && !(parameter.name in values)) {
        report(`${parameter.name} is not given`);
      }
    }
  }
  const [development] = files.filter(({ path }) => path.endsWith('main.bicepparam'));
  const defaults = Object.fromEntries([...model.params.values()].filter((one) => one.value && !/\(/.test(one.value.text)).map((one) => [one.name, constant(one.value)]));
  const settled = (values) => JSON.stringify(Object.entries({ ...defaults, ...values, environmentName: '', location: '' }).sort());
  if (settled(development.values) !== settled(files.at(-1).values)) {
    findings.push({ file: json, line: 1, message: 'says something else than main.bicepparam' });
  }
  return findings;
}

/** The linter's rules are all there, all errors, and no others. */
export function linter(project) {
  const path = join('infra', 'bicepconfig.json');
  const { core } = JSON.parse(project.readText(path)).analyzers;
  const wrong = linterRules.filter((rule) => core.rules[rule]?.level !== 'error').map((rule) => `rule ${rule} is not an error`);
  const unknown = Object.keys(core.rules).filter((rule) => !linterRules.includes(rule)).map((rule) => `there is no rule ${rule}`);
  return [...(core.enabled ? [] : ['the linter is off']), ...wrong, ...unknown].map((message) => ({ file: path, line: 1, message }));
}
