// Functions, groups, tables, topics, settings and metrics are called the same in infra/, in the contract and in the code.

import { join } from 'node:path';
import { optionOf, readsSetting, triggers } from '../code.mjs';
import { evaluate, Scope } from '../evaluate.mjs';
import { appSettings, contract, hostSettings, notOnFlex } from '../facts.mjs';
import { Runtime } from '../functions.mjs';
import { expectedTopics } from './resources.mjs';

const groups = contract.consumers.map((one) => one.group);
const same = (a, b) => JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());

/** `OrderTables__1__serviceUri` is of the pattern `OrderTables__n__serviceUri`. */
const patternOf = (setting) => setting.split('__').map((part) => (/^\d+$/.test(part) ? 'n' : groups.includes(part) ? 'group' : part)).join('__');

/** The code says what the contract says. */
export function code(project) {
  const found = triggers(project);
  const findings = [];
  const report = (file, message) => findings.push({ file, line: 1, message });
  for (const trigger of found) {
    const expected = contract.consumers.find((one) => one.function === trigger.function);
    if (expected?.group !== trigger.group) {
      report(trigger.file, `function ${trigger.function} reads for the group ${trigger.group}, not ${expected?.group}`);
    }
    for (const [what, setting] of Object.entries({ brokers: 'KafkaBrokers', topic: '%OrdersTopic%', username: 'KafkaUsername', password: 'KafkaPassword' })) {
      if (trigger[what] !== setting) {
        report(trigger.file, `${trigger.function} takes its ${what} from ${trigger[what]}, not ${setting}`);
      }
    }
  }
  for (const { function: name } of contract.consumers.filter((one) => !found.some((trigger) => trigger.function === one.function))) {
    report(join('src', 'FunctionsConsumers'), `no function ${name} has a Kafka trigger`);
  }
  return findings;
}

/** Settings that a template gives and the code does not read. */
export const unread = (project) => appSettings.filter((setting) => !readsSetting(project, setting));

/** infra/ says what the contract says. */
export function names(project, deployments) {
  const findings = [];
  const list = project.models.get(join('infra', 'consumers.bicep'));
  const listed = evaluate(list.vars.get('consumers').value, new Scope());
  const inList = (message, line = list.vars.get('consumers').line) => findings.push({ file: list.path, line, message });
  if (JSON.stringify(listed) !== JSON.stringify(contract.consumers)) {
    inList(`the consumers are ${JSON.stringify(listed)}, not those of the code`);
  }
  for (const model of project.templates.filter((one) => one !== list)) {
    for (const { group, function: name } of contract.consumers) {
      if (model.text.includes(`'${group}'`) || model.text.includes(name)) {
        findings.push({ file: model.path, line: 1, message: `names the consumer ${group} itself instead of looping over the list` });
      }
    }
  }
  for (const deployment of deployments) {
    findings.push(...topics(deployment), ...tables(deployment), ...settings(deployment), ...functionsOf(deployment));
  }
  findings.push(...bounds(project), ...metrics(project));
  return findings;
}

function topics({ name, resources }) {
  const hubs = resources.filter((one) => one.type === 'Microsoft.EventHub/namespaces/eventhubs');
  return hubs.length === 0 || same(hubs.map((one) => one.names[1]), expectedTopics(contract.topic))
    ? [] : [{ file: hubs[0].file, line: hubs[0].line, message: `${name}: the topics are ${hubs.map((one) => one.names[1]).join(', ')}` }];
}

function tables({ name, resources, scope, model }) {
  const findings = [];
  const sample = model.params.has('sampleCatalog') && scope.get('sampleCatalog');
  const shared = contract.sharedTables.filter((table) => !sample || table !== 'catalog');
  for (const account of resources.filter((one) => !one.existing && one.type === 'Microsoft.Storage/storageAccounts' && one.name.startsWith('stdata'))) {
    const found = resources.filter((one) => one.type === 'Microsoft.Storage/storageAccounts/tableServices/tables' && one.names[0] === account.name).map((one) => one.names[2]);
    if (!same(found, account.name.startsWith('stdata0') ? [...groups, ...shared] : groups)) {
      findings.push({ file: account.file, line: account.line, message: `${name}: the tables of ${account.name} are ${found.join(', ')}` });
    }
  }
  return findings;
}

function settings({ name, resources }) {
  const findings = [];
  const settled = [
    ...resources.filter((one) => one.type === 'Microsoft.Web/sites/config').map((one) => ({ resource: one, values: one.body.properties })),
    ...resources.filter((one) => one.type === 'Microsoft.App/containerApps').map((one) => ({
      resource: one, values: Object.fromEntries(one.body.properties.template.containers[0].env.map((each) => [each.name, each.value ?? each.secretRef])),
    })),
  ];
  for (const { resource, values } of settled) {
    const report = (message) => findings.push({ file: resource.file, line: resource.line, message: `${name}: ${message}` });
    for (const [setting, value] of Object.entries(values)) {
      if (!appSettings.includes(patternOf(setting)) && !hostSettings.includes(setting)) {
        report(`nobody reads the setting ${setting}`);
      }
      if (typeof value !== 'string' && !(value instanceof Runtime)) {
        report(`the setting ${setting} is no text`);
      }
      if (/Password$/.test(setting) && resource.type === 'Microsoft.Web/sites/config' && !/^@Microsoft\.KeyVault\(/.test(value)) {
        report(`the setting ${setting} is not taken from the vault`);
      }
    }
    for (const setting of ['KafkaBrokers', 'KafkaUsername', 'KafkaPassword', 'OrdersTopic', 'EffectivelyOnce__Buckets']) {
      if (!(setting in values)) {
        report(`the setting ${setting} is missing`);
      }
    }
    if (!('OrderTables__serviceUri' in values) && !('OrderTables__0__serviceUri' in values)) {
      report('no setting names the tables');
    }
    if (values.OrdersTopic !== contract.topic) {
      report(`the topic is ${values.OrdersTopic}`);
    }
    const flex = resources.some((one) => one.type === 'Microsoft.Web/sites' && one.body.properties.functionAppConfig);
    for (const setting of notOnFlex.filter((one) => flex && one in values)) {
      report(`${setting} is not allowed on Flex Consumption`);
    }
    findings.push(...vaultReferences(name, resource, values, resources));
  }
  return findings;
}

/** Every secret that a setting refers to is written by somebody, unless its value is the operator's to give. */
function vaultReferences(name, resource, values, resources) {
  const written = new Set(resources.filter((one) => one.type === 'Microsoft.KeyVault/vaults/secrets').map((one) => one.names.join('/')));
  return Object.entries(values).flatMap(([setting, value]) => {
    const match = typeof value === 'string' ? value.match(/^@Microsoft\.KeyVault\(VaultName=(.+);SecretName=(.+)\)$/) : undefined;
    const given = resources.some((one) => one.type === 'Microsoft.EventHub/namespaces') || !setting.startsWith('Kafka');
    return match && given && !written.has(`${match[1]}/${match[2]}`)
      ? [{ file: resource.file, line: resource.line, message: `${name}: the setting ${setting} refers to a secret that nobody writes: ${match[2]}` }] : [];
  });
}

function functionsOf({ name, resources }) {
  const findings = [];
  for (const site of resources.filter((one) => one.type === 'Microsoft.Web/sites' && one.body.properties.functionAppConfig)) {
    const { runtime, scaleAndConcurrency } = site.body.properties.functionAppConfig;
    const ready = scaleAndConcurrency.alwaysReady.map((one) => one.name);
    if (ready.length > 0 && !same(ready, contract.consumers.map((one) => `function:${one.function}`))) {
      findings.push({ file: site.file, line: site.line, message: `${name}: ready are ${ready.join(', ')}` });
    }
    if (runtime.name !== 'dotnet-isolated' || runtime.version !== '10.0') {
      findings.push({ file: site.file, line: site.line, message: `${name}: the runtime is ${runtime.name} ${runtime.version}` });
    }
  }
  for (const app of resources.filter((one) => one.type === 'Microsoft.App/containerApps')) {
    const rules = app.body.properties.template.scale.rules.map((one) => one.custom.metadata.consumerGroup);
    if (!same(rules, groups)) {
      findings.push({ file: app.file, line: app.line, message: `${name}: it scales on ${rules.join(', ')}` });
    }
  }
  return findings;
}

/** Parameters that become options of the code, each with the seconds (or pieces) in one of its units. */
const options = { buckets: ['Buckets', 1], keyRetentionDays: ['Retention', 86400], batchDeadlineSeconds: ['BatchDeadline', 1], outboxLeaseSeconds: ['OutboxLease', 1] };

/** Parameters stay within what the code takes, and their defaults are the code's. */
function bounds(project) {
  const model = project.models.get(join('infra', 'main.bicep'));
  return Object.entries(options).flatMap(([name, [property, unit]]) => {
    const option = optionOf(project, property);
    const parameter = model.params.get(name);
    const [least, most] = ['minValue', 'maxValue'].map((bound) => evaluate(parameter.decorators[bound][0], new Scope()) * unit);
    const initial = evaluate(parameter.value, new Scope()) * unit;
    const report = (message) => ({ file: model.path, line: parameter.line, message: `${name} ${message}` });
    return option === undefined ? [] : [
      ...(least < option.least || most > option.most ? [report(`may be ${least} to ${most}; the code takes ${option.least} to ${option.most}`)] : []),
      ...(initial !== option.default ? [report(`is ${initial} unless given; the code's default is ${option.default}`)] : []),
    ];
  });
}

/** Queries and workbook name no metric and no outcome that the app does not report. */
function metrics(project) {
  return [...project.files(join('infra', 'queries'), /\.kql$/), join('infra', 'workbook.json')].flatMap((path) => {
    const text = project.readText(path).replaceAll('\\"', '"');
    const wrong = [...text.matchAll(/\bName == "([^"]+)"/g)].filter((match) => !contract.metrics.includes(match[1]));
    const outcomes = [...text.matchAll(/"outcome"\]\) == "([^"]+)"/g)].filter((match) => !contract.outcomes.includes(match[1]));
    return [...wrong, ...outcomes].map((match) => ({ file: path, line: text.slice(0, match.index).split('\n').length, message: `nobody reports ${match[1]}` }));
  });
}
