// What single choices of the parameters make.

import assert from 'node:assert/strict';
import { deploymentOf, deploymentWith } from '../lib/deployment.mjs';
import { mainParameters } from '../lib/scenarios.mjs';
import { bicep, compilerTest, repository } from './here.mjs';

let made = 0;
const deploy = (parameters, project = repository) => deploymentWith(bicep, project, `one-${++made}`, mainParameters(parameters));
const [external, privately] = [{ kafkaMode: 'external', kafkaBrokers: 'kafka.example.org:9093', kafkaUsername: 'orders', kafkaPassword: 'given' }, { privateNetwork: true, dataAccounts: 2 }];

compilerTest('A fourth line in the list of consumers makes its table, topic, keys, ready instance, settings and alert', async () => {
  const project = repository.planted('infra/consumers.bicep', "  {\n    group: 'billing'", "  {\n    group: 'loyalty'\n    function: 'LoyaltyServiceConsumer'\n  }\n  {\n    group: 'billing'");
  const deployment = await deploy({}, project);
  const names = deployment.resources.map((one) => one.name).join('\n');
  assert.match(names, /stdata0\w+\/default\/loyalty\n/);
  assert.match(names, /order-events\.loyalty\.dead-letters\n/);
  assert.match(names, /order-events\.loyalty\.dead-letters\/send/);
  assert.match(names, /kv-\w+\/dead-letters-loyalty/);
  assert.match(deployment.settings.KafkaDeadLetters__loyalty__Password, /SecretName=dead-letters-loyalty/);
  assert.equal(deployment.of('Microsoft.Web/sites')[0].properties.functionAppConfig.scaleAndConcurrency.alwaysReady.length, 4);
  assert.match(JSON.stringify(deployment.of('Microsoft.Insights/metricAlerts')), /order-events\.loyalty\.dead-letters/);
});

compilerTest('A broker that is already there makes no namespace and no keys of its own', async () => {
  const deployment = await deploy(external);
  assert.equal(deployment.resources.filter((one) => one.type.startsWith('Microsoft.EventHub/')).length, 0);
  assert.equal(deployment.settings.KafkaBrokers, 'kafka.example.org:9093');
  assert.equal(deployment.settings.KafkaUsername, 'orders');
  assert.ok(!Object.keys(deployment.settings).some((name) => name.startsWith('KafkaDeadLetters')));
  assert.deepEqual(deployment.of('Microsoft.KeyVault/vaults/secrets').filter((one) => /kafka|dead/.test(one.names[1])).map((one) => one.names[1]), ['kafka']);
});

compilerTest('Keys of the namespace take the place of the keys of topics, and the vault holds them under the same names', async () => {
  const [byTopic, byNamespace] = [await deploy({}), await deploy({ namespaceKeys: true })];
  const secrets = (deployment) => deployment.of('Microsoft.KeyVault/vaults/secrets').filter((one) => !one.condition);
  const keyOf = (secret) => secret.properties.value.match(/EventHub\/namespaces\/[^']*\/authorizationRules\/\w+/)[0].split('/').slice(3).join('/');
  assert.deepEqual(secrets(byTopic).map((one) => one.names[1]), secrets(byNamespace).map((one) => one.names[1]));
  assert.equal(keyOf(secrets(byTopic)[0]), 'eventhubs/order-events/authorizationRules/listen');
  assert.deepEqual([...new Set(secrets(byNamespace).map(keyOf))], ['authorizationRules/listen', 'authorizationRules/send']);
});

compilerTest('Several accounts are named one by one, a single one by its own name', async () => {
  assert.ok('OrderTables__serviceUri' in (await deploy({ dataAccounts: 1 })).settings);
  const several = Object.keys((await deploy({ dataAccounts: 3 })).settings).filter((name) => name.startsWith('OrderTables'));
  assert.deepEqual(several.sort(), [0, 1, 2].flatMap((i) => [`OrderTables__${i}__clientId`, `OrderTables__${i}__serviceUri`]));
});

compilerTest('A private network closes every service and gives each its endpoint and zone', async () => {
  const deployment = await deploy(privately);
  const endpoints = deployment.of('Microsoft.Network/privateEndpoints').flatMap((one) => one.properties.privateLinkServiceConnections[0].properties.groupIds);
  assert.deepEqual(endpoints.sort(), ['blob', 'namespace', 'queue', 'table', 'table', 'table', 'vault']);
  assert.equal(deployment.of('Microsoft.Network/privateEndpoints/privateDnsZoneGroups').length, endpoints.length);
});

compilerTest('Times are written so that .NET reads them', async () => {
  const { settings } = await deploy({ keyRetentionDays: 30, batchDeadlineSeconds: 75, outboxLeaseSeconds: 3600 });
  assert.equal(settings.EffectivelyOnce__Retention, '30.00:00:00');
  assert.equal(settings.EffectivelyOnce__BatchDeadline, '00:01:15');
  assert.equal(settings.EffectivelyOnce__OutboxLease, '01:00:00');
});

compilerTest('Zone redundancy raises the number of instances that are always there', async () => {
  const [site] = (await deploy({ zoneRedundant: true })).of('Microsoft.Web/sites');
  assert.deepEqual(site.properties.functionAppConfig.scaleAndConcurrency.alwaysReady.map((one) => one.instanceCount), [2, 2, 2]);
  assert.equal((await deploy({ zoneRedundant: true, plan: 'elasticPremium' })).of('Microsoft.Web/serverfarms')[0].sku.capacity, 3);
});

compilerTest('The table of products is left to the app only where it is to fill it, and only the first account has it', async () => {
  const tables = async (parameters) => (await deploy(parameters)).of('Microsoft.Storage/storageAccounts/tableServices/tables').map((one) => `${one.names[0].slice(0, 7)} ${one.names[2]}`);
  assert.deepEqual((await tables({ sampleCatalog: true })).filter((one) => one.endsWith('catalog')), []);
  assert.deepEqual((await tables({ dataAccounts: 2 })).filter((one) => /catalog|progress/.test(one)).sort(), ['stdata0 catalog', 'stdata0 progress']);
});

compilerTest('The mail server is named only where there is one', async () => {
  const { settings: none } = await deploy({});
  assert.ok(!('SmtpHost' in none));
  assert.equal(none.MailFolder, '/tmp/mail');
  const { settings } = await deploy({ smtpHost: 'mail.example.org', smtpUsername: 'orders', smtpPassword: 'given' });
  assert.deepEqual([settings.SmtpHost, settings.SmtpPort, settings.SmtpTls, settings.SmtpUsername], ['mail.example.org', '587', 'true', 'orders']);
  assert.match(settings.SmtpPassword, /^@Microsoft\.KeyVault/);
});

compilerTest('A trial gives its vault\'s name back, production protects it', async () => {
  const protection = async (name) => (await deploymentOf(bicep, repository, name)).of('Microsoft.KeyVault/vaults')[0].properties.enablePurgeProtection;
  assert.equal(await protection('infra/main.bicepparam'), null);
  assert.equal(await protection('infra/prod.bicepparam'), true);
});

compilerTest('The container keeps once as the Functions app does, and is given the time to settle a batch', async () => {
  const once = ({ settings }) => Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('EffectivelyOnce__')));
  assert.deepEqual(once(await deploymentOf(bicep, repository, 'container app')), once(await deploy({})));
  const [app] = (await deploymentOf(bicep, repository, 'container app, several accounts, in a network')).of('Microsoft.App/containerApps');
  assert.equal(app.properties.template.terminationGracePeriodSeconds, 75 + 30);
});

compilerTest('A region without Flex Consumption is refused before anything is made', async () => {
  const path = repository.write('infra/elsewhere.scenario.bicepparam', mainParameters({ location: 'antarctica' }));
  const { success, diagnostics } = await bicep.compileParams(path);
  assert.equal(success, false);
  assert.match(diagnostics[0].message, /'westeurope'/);
});
