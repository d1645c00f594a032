// Functions, groups, tables, topics and settings are called the same in infra/, in the contract and in the code.

import { openRoutes, readsSetting, triggers } from '../code.mjs';
import { appSettings, contract, hostSettings, notOnFlex } from '../facts.mjs';

export const groups = contract.consumers.map((one) => one.group);
export const same = (a, b) => JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());

/** `OrderTables__1__serviceUri` is of the pattern `OrderTables__n__serviceUri`. */
const patternOf = (setting) => setting.split('__').map((part) => (/^\d+$/.test(part) ? 'n' : groups.includes(part) ? 'group' : part)).join('__');

/** Whether the app or its host reads a setting. */
export const isRead = (setting) => appSettings.includes(patternOf(setting)) || hostSettings.includes(setting);

/** The code says what the contract says. */
export function code({ project }) {
  const found = triggers(project);
  const findings = [];
  for (const trigger of found) {
    const expected = contract.consumers.find((one) => one.function === trigger.function);
    if (expected?.group !== trigger.group) {
      findings.push(`${trigger.file}: function ${trigger.function} reads for the group ${trigger.group}, not ${expected?.group}`);
    }
    for (const [what, setting] of Object.entries({ brokers: 'KafkaBrokers', topic: '%OrdersTopic%', username: 'KafkaUsername', password: 'KafkaPassword' })) {
      if (trigger[what] !== setting) {
        findings.push(`${trigger.file}: ${trigger.function} takes its ${what} from ${trigger[what]}, not ${setting}`);
      }
    }
  }
  const missing = contract.consumers.filter((one) => !found.some((trigger) => trigger.function === one.function));
  return [...findings, ...missing.map((one) => `src: no function ${one.function} has a Kafka trigger`), ...unread(project).map((setting) => `src: nobody reads the setting ${setting}`)];
}

/** Settings that a template may give and the code does not read. */
const unread = (project) => appSettings.filter((setting) => !readsSetting(project, setting));

/** infra/ says what the contract says. */
export function names(view) {
  return [
    ...loops(view.project),
    ...view.deployments.flatMap((deployment) => [
      ...topics(deployment), ...tables(deployment), ...settings(deployment), ...functionsOf(deployment), ...alerted(deployment),
      ...probed(deployment, openRoutes(view.project)),
    ].map((finding) => `${deployment.name}: ${finding}`)),
  ];
}

/** A consumer is named in the one list, and everything else loops over it. */
function loops(project) {
  return project.bicep.filter((path) => path !== 'infra/consumers.bicep').flatMap((path) => contract.consumers
    .filter(({ group, function: name }) => project.readText(path).includes(`'${group}'`) || project.readText(path).includes(name))
    .map(({ group }) => `${path}: names the consumer ${group} itself instead of looping over the list`));
}

function topics(deployment) {
  const hubs = deployment.of('Microsoft.EventHub/namespaces/eventhubs').map((one) => one.names[1]);
  const expected = [contract.topic, ...groups.map((group) => contract.deadLetterTopic(contract.topic, group))];
  return hubs.length === 0 || same(hubs, expected) ? [] : [`the topics are ${hubs.join(', ')}`];
}

function tables(deployment) {
  const all = deployment.of('Microsoft.Storage/storageAccounts/tableServices/tables');
  const sample = !all.some((one) => one.names[2] === 'catalog');
  const shared = contract.sharedTables.filter((table) => !sample || table !== 'catalog');
  return deployment.of('Microsoft.Storage/storageAccounts').filter((one) => one.name.startsWith('stdata')).flatMap((account) => {
    const found = all.filter((one) => one.names[0] === account.name).map((one) => one.names[2]);
    return same(found, account.name.startsWith('stdata0') ? [...groups, ...shared] : groups) ? [] : [`the tables of ${account.name} are ${found.join(', ')}`];
  });
}

const required = [
  'KafkaBrokers', 'KafkaUsername', 'KafkaPassword', 'OrdersTopic',
  'EffectivelyOnce__Buckets', 'EffectivelyOnce__Retention', 'EffectivelyOnce__BatchDeadline', 'EffectivelyOnce__OutboxLease', 'EffectivelyOnce__InDoubt',
];

function settings(deployment) {
  const { settings: values } = deployment;
  const onSite = deployment.of('Microsoft.Web/sites').length > 0;
  const flex = deployment.of('Microsoft.Web/sites').some((one) => one.properties.functionAppConfig);
  const names = Object.keys(values);
  return [
    ...names.filter((one) => !isRead(one)).map((one) => `nobody reads the setting ${one}`),
    ...names.filter((one) => typeof values[one] !== 'string').map((one) => `the setting ${one} is no text`),
    ...names.filter((one) => onSite && /Password$/.test(one) && !/^@Microsoft\.KeyVault\(/.test(values[one])).map((one) => `the setting ${one} is not taken from the vault`),
    ...required.filter((one) => !(one in values)).map((one) => `the setting ${one} is missing`),
    ...('OrderTables__serviceUri' in values || 'OrderTables__0__serviceUri' in values ? [] : ['no setting names the tables']),
    ...(values.OrdersTopic === contract.topic ? [] : [`the topic is ${values.OrdersTopic}`]),
    ...notOnFlex.filter((one) => flex && one in values).map((one) => `${one} is not allowed on Flex Consumption`),
    ...vaultReferences(deployment),
  ];
}

/** Every secret that a setting refers to is written by somebody, unless its value is the operator's to give. */
function vaultReferences(deployment) {
  const written = new Set(deployment.of('Microsoft.KeyVault/vaults/secrets').map((one) => one.name));
  return Object.entries(deployment.settings).flatMap(([setting, value]) => {
    const match = value.match(/^@Microsoft\.KeyVault\(VaultName=(.+);SecretName=(.+)\)$/);
    return match && !written.has(`${match[1]}/${match[2]}`) ? [`the setting ${setting} refers to a secret that nobody writes: ${match[2]}`] : [];
  });
}

function functionsOf(deployment) {
  const findings = [];
  for (const { properties: { functionAppConfig: config } } of deployment.of('Microsoft.Web/sites').filter((one) => one.properties.functionAppConfig)) {
    const ready = config.scaleAndConcurrency.alwaysReady.map((one) => one.name);
    if (ready.length > 0 && !same(ready, contract.consumers.map((one) => `function:${one.function}`))) {
      findings.push(`ready are ${ready.join(', ')}`);
    }
    if (config.runtime.name !== 'dotnet-isolated' || config.runtime.version !== '10.0') {
      findings.push(`the runtime is ${config.runtime.name} ${config.runtime.version}`);
    }
  }
  for (const app of deployment.of('Microsoft.App/containerApps')) {
    const rules = app.properties.template.scale.rules.map((one) => one.custom.metadata.consumerGroup);
    if (!same(rules, groups)) {
      findings.push(`it scales on ${rules.join(', ')}`);
    }
  }
  return findings;
}

/** The probes of a container ask what the app answers without a key. */
const probed = (deployment, routes) => deployment.of('Microsoft.App/containerApps').flatMap((app) => app.properties.template.containers)
  .flatMap((container) => container.probes).filter((probe) => !routes.includes(probe.httpGet?.path)).map((probe) => `the probe ${probe.type} asks ${probe.httpGet?.path}`);

/** Each group's dead letters are watched, and so is the reading of the orders. */
function alerted(deployment) {
  const watched = deployment.of('Microsoft.Insights/metricAlerts').flatMap((one) => one.properties.criteria.allOf)
    .filter((one) => /Messages$/.test(one.metricName)).flatMap((one) => one.dimensions[0].values);
  return deployment.of('Microsoft.EventHub/namespaces/eventhubs').filter((one) => !watched.includes(one.names[1])).map((one) => `no alert watches ${one.names[1]}`);
}
