import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readsSetting } from '../lib/code.mjs';
import { unread } from '../lib/checks/names.mjs';
import { Scope } from '../lib/evaluate.mjs';
import { expression } from '../lib/expression.mjs';
import { expand } from '../lib/expand.mjs';
import { parse, walk } from '../lib/syntax.mjs';
import { evaluate } from '../lib/evaluate.mjs';
import { planted, repository } from './repository.mjs';

const where = { environmentName: 'orders', location: 'region' };
const deploy = (parameters, project = repository) => expand(project, 'infra/main.bicep', { ...where, ...parameters });
const made = ({ resources }, type) => resources.filter((one) => one.type === type && !one.existing);
const settings = (deployment) => made(deployment, 'Microsoft.Web/sites/config')[0].body.properties;
const value = (text) => evaluate([...walk(parse(`var x = ${text}`))].find((node) => node.type === 'variable_declaration').children.at(-1), new Scope());

test('A fourth line in the list of consumers makes its table, topic, keys, ready instance and settings', () => {
  const project = planted('infra/consumers.bicep', "  {\n    group: 'billing'", "  {\n    group: 'loyalty'\n    function: 'LoyaltyServiceConsumer'\n  }\n  {\n    group: 'billing'");
  const deployment = deploy({}, project);
  const names = deployment.resources.map((one) => one.name).join('\n');
  assert.match(names, /stdata0\w+\/default\/loyalty\n/);
  assert.match(names, /order-events\.loyalty\.dead-letters\n/);
  assert.match(names, /order-events\.loyalty\.dead-letters\/send/);
  assert.match(names, /kv-\w+\/dead-letters-loyalty/);
  assert.match(settings(deployment).KafkaDeadLetters__loyalty__Password, /SecretName=dead-letters-loyalty/);
  assert.equal(made(deployment, 'Microsoft.Web/sites')[0].body.properties.functionAppConfig.scaleAndConcurrency.alwaysReady.length, 4);
  assert.match(made(deployment, 'Microsoft.Insights/scheduledQueryRules').map((one) => one.body.properties.criteria.allOf[0].query).join(), /dynamic\(\["loyalty","billing"/);
});

test('A broker that is already there makes no namespace and no keys of its own', () => {
  const deployment = deploy({ kafkaMode: 'external', kafkaBrokers: 'kafka.example.org:9093', kafkaUsername: 'orders', kafkaPassword: 'secret' });
  assert.equal(deployment.resources.filter((one) => one.type.startsWith('Microsoft.EventHub/')).length, 0);
  assert.equal(settings(deployment).KafkaBrokers, 'kafka.example.org:9093');
  assert.equal(settings(deployment).KafkaUsername, 'orders');
  assert.ok(!Object.keys(settings(deployment)).some((name) => name.startsWith('KafkaDeadLetters')));
  assert.deepEqual(made(deployment, 'Microsoft.KeyVault/vaults/secrets').map((one) => one.body.name), ['kafka']);
});

test('Several accounts are named one by one, a single one by its own name', () => {
  assert.ok('OrderTables__serviceUri' in settings(deploy({ dataAccounts: 1 })));
  const several = Object.keys(settings(deploy({ dataAccounts: 3 }))).filter((name) => name.startsWith('OrderTables'));
  assert.deepEqual(several.sort(), [0, 1, 2].flatMap((i) => [`OrderTables__${i}__clientId`, `OrderTables__${i}__serviceUri`]));
});

test('A private network closes every service and gives each its endpoint and zone', () => {
  const deployment = deploy({ privateNetwork: true, dataAccounts: 2 });
  const endpoints = made(deployment, 'Microsoft.Network/privateEndpoints').flatMap((one) => one.body.properties.privateLinkServiceConnections[0].properties.groupIds);
  assert.deepEqual(endpoints.sort(), ['blob', 'namespace', 'queue', 'table', 'table', 'table', 'vault']);
  const zones = new Set(made(deployment, 'Microsoft.Network/privateDnsZones').map((one) => one.id));
  for (const group of made(deployment, 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups')) {
    assert.ok(zones.has(group.body.properties.privateDnsZoneConfigs[0].properties.privateDnsZoneId));
  }
});

test('Times are written so that .NET reads them', () => {
  const given = settings(deploy({ keyRetentionDays: 30, batchDeadlineSeconds: 75, outboxLeaseSeconds: 3600 }));
  assert.equal(given.EffectivelyOnce__Retention, '30.00:00:00');
  assert.equal(given.EffectivelyOnce__BatchDeadline, '00:01:15');
  assert.equal(given.EffectivelyOnce__OutboxLease, '01:00:00');
});

test('Zone redundancy raises the number of instances that are always there', () => {
  const ready = made(deploy({ zoneRedundant: true }), 'Microsoft.Web/sites')[0].body.properties.functionAppConfig.scaleAndConcurrency.alwaysReady;
  assert.deepEqual(ready.map((one) => one.instanceCount), [2, 2, 2]);
  assert.equal(made(deploy({ zoneRedundant: true, plan: 'elasticPremium' }), 'Microsoft.Web/serverfarms')[0].body.sku.capacity, 3);
});

test('The table of products is left to the app only where it is to fill it, and only the first account has it', () => {
  const tables = (parameters) => made(deploy(parameters), 'Microsoft.Storage/storageAccounts/tableServices/tables').map((one) => `${one.names[0].slice(0, 7)} ${one.names[2]}`);
  assert.deepEqual(tables({ sampleCatalog: true }).filter((one) => one.endsWith('catalog')), []);
  assert.deepEqual(tables({ dataAccounts: 2 }).filter((one) => /catalog|progress/.test(one)).sort(), ['stdata0 catalog', 'stdata0 progress']);
});

test('The mail server is named only where there is one', () => {
  assert.ok(!('SmtpHost' in settings(deploy({}))));
  assert.equal(settings(deploy({})).MailFolder, '/tmp/mail');
  const given = settings(deploy({ smtpHost: 'mail.example.org', smtpUsername: 'orders', smtpPassword: 'secret' }));
  assert.deepEqual([given.SmtpHost, given.SmtpPort, given.SmtpTls, given.SmtpUsername], ['mail.example.org', '587', 'true', 'orders']);
  assert.match(given.SmtpPassword, /^@Microsoft\.KeyVault/);
});

test('Outputs give names away and nothing else', () => {
  const { model, outputs } = deploy({});
  for (const name of model.outputs.keys()) {
    assert.doesNotMatch(JSON.stringify(outputs.member(name)), /password|AccountKey|listKeys|SharedAccess/i);
  }
});

test('A call or a property binds closer than an operator', () => {
  assert.equal(value("'a' == toLower('A') ? 'yes' : 'no'"), 'yes');
  assert.deepEqual(value("map([{ a: { b: 1 } }], x => x.a.b)"), [1]);
  assert.deepEqual(value("[\n toLower('A')\n toLower('B')\n]"), ['a', 'b']);
  assert.equal(value("!empty('x') && length('ab') + 1 * 2 == 4"), true);
  assert.equal(expression(parse("var x = a ? b : c.d").descendantsOfType('ternary_expression')[0]).kind, 'ternary');
});

for (const setting of unread(repository)) {
  test(`The code reads the setting ${setting}`, { skip: 'no source reads it yet' }, () => assert.ok(readsSetting(repository, setting)));
}
