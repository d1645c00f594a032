// The test of the tests: a typo in each class, planted in a copy of the text, is found.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../lib/check.mjs';
import { planted } from './repository.mjs';

const storage = 'infra/modules/storage.bicep';
const main = 'infra/main.bicep';
const messaging = 'infra/modules/messaging.bicep';
const roles = 'infra/modules/roles.bicep';
const scaled = 'infra/kubernetes/scaledobject.yaml';
const billing = 'src/FunctionsConsumers/BillingServiceConsumer.cs';

// [what is planted, check that finds it, file, from, to, what it says]
const typos = [
  ['a brace that is missing', 'syntax', storage, "sku: {\n    name: sku\n  }", "sku: {\n    name: sku\n", /does not parse/],
  ['a parameter file that does not parse', 'syntax', 'infra/prod.bicepparam', "param plan = 'flexConsumption'", "param plan = 'flexConsumption", /does not parse/],
  ['a misspelt parameter', 'symbols', storage, 'for containerName in containers', 'for containerName in container', /containers is never used/],
  ['a misspelt variable', 'symbols', main, 'tags: tags', 'tags: tag', /no tag is declared/],
  ['a misspelt function', 'symbols', main, 'uniqueString(', 'uniqeString(', /no function uniqeString/],
  ['a misspelt import', 'symbols', roles, 'import { roleIds }', 'import { roleIdz }', /exports no roleIdz/],
  ['a misspelt type', 'symbols', messaging, 'consumers consumer[]', 'consumers consumers[]', /no type consumers/],
  ['an untyped parameter', 'symbols', storage, 'param tags { *: string }', 'param tags object', /object says nothing/],
  ['a parameter without a description', 'symbols', storage, "@description('Azure region.')\n", '', /location has no description/],
  ['a variable that nothing uses', 'symbols', main, "@description('Name of the vault.')", "@description('Spare.')\nvar spare = 1\n\n@description('Name of the vault.')", /spare is never used/],
  ['a misspelt module parameter', 'modules', main, 'dailyQuotaGb: logDailyQuotaGb', 'dailyQuotaGB: logDailyQuotaGb', /takes no dailyQuotaGB/],
  ['a module parameter that is not given', 'modules', main, '    dailyQuotaGb: logDailyQuotaGb\n', '', /dailyQuotaGb is not given/],
  ['a misspelt output of a module', 'modules', main, 'principalId: identity.outputs.principalId', 'principalId: identity.outputs.principal', /has no output principal/],
  ['a misspelt module path', 'modules', main, "'modules/keyVault.bicep'", "'modules/keyvault.bicep'", /no file modules\/keyvault.bicep/],
  ['a module from a registry', 'modules', main, "'modules/keyVault.bicep'", "'br/public:key-vault:1.0'", /is not a local file/],
  ['a conditional module taken for granted', 'modules', main, 'subnetId: network!.outputs', 'subnetId: network.outputs', /may not be there/],
  ['a parameter with no bound at all', 'parameters', main, '@minValue(1)\n@maxValue(1000)\nparam buckets', 'param buckets', /buckets has no bounds/],
  ['a secret that is not marked', 'parameters', main, '@secure()\nparam smtpPassword', 'param smtpPassword', /smtpPassword is a secret/],
  ['a secret in an output', 'parameters', messaging, 'output id string = namespace.id', 'output id string = listen.listKeys().primaryKey', /gives a secret away/],
  ['a secret parameter in an output', 'parameters', main, 'output ORDERS_TOPIC string = ordersTopic', 'output ORDERS_TOPIC string = kafkaPassword', /gives a secret away/],
  ['a value out of bounds', 'parameters', 'infra/prod.bicepparam', 'param buckets = 64', 'param buckets = 1001', /buckets is 1001/],
  ['a value that is not allowed', 'parameters', 'infra/main.bicepparam', "'Standard_LRS'", "'Standard_LSR'", /not one of Standard_LRS/],
  ['a misspelt parameter in a file', 'parameters', 'infra/prod.bicepparam', 'param buckets =', 'param bucket =', /bucket is no parameter/],
  ['two files for development that differ', 'parameters', 'infra/main.parameters.json', '"value": 24', '"value": 25', /something else than main.bicepparam/],
  ['a linter rule turned off', 'linter', 'infra/bicepconfig.json', '"level": "error"', '"level": "off"', /is not an error/],
  ['a misspelt linter rule', 'linter', 'infra/bicepconfig.json', '"no-unused-vars"', '"no-unused-var"', /no rule no-unused-var/],
  ['a misspelt property', 'schemas', storage, 'allowSharedKeyAccess:', 'allowSharedKeyAcces:', /allowSharedKeyAcces is not known/],
  ['a misspelt property deep down', 'schemas', 'infra/modules/functionAppFlex.bicep', 'instanceMemoryMB: instanceMemoryMB', 'instanceMemoryMb: instanceMemoryMB', /instanceMemoryMb is not known/],
  ['a misspelt property behind a condition', 'schemas', 'infra/modules/functionAppPremium.bicep', 'functionsRuntimeScaleMonitoringEnabled:', 'functionRuntimeScaleMonitoringEnabled:', /functionRuntimeScaleMonitoringEnabled is not known/],
  ['a misspelt resource type', 'schemas', storage, "'Microsoft.Storage/storageAccounts@", "'Microsoft.Storage/storageAccount@", /storageAccount is not known/],
  ['another API version', 'schemas', storage, 'tables@2026-04-01', 'tables@2021-04-01', /not 2021-04-01/],
  ['a value that no schema has', 'schemas', storage, "'TLS1_2'", "'TLS12'", /'TLS12' is not one of/],
  ['a value of another kind', 'schemas', messaging, 'kafkaEnabled: true', "kafkaEnabled: 'true'", /is string, not bool/],
  ['a required property left out', 'schemas', 'infra/modules/monitoring.bicep', "  kind: 'web'\n", '', /kind is required/],
  ['a property that Azure writes', 'schemas', 'infra/modules/identity.bicep', '  tags: tags\n', "  tags: tags\n  properties: {\n    clientId: 'x'\n  }\n", /written by Azure|not known|left-out|not part/],
  ['a name too long', 'schemas', main, "'sthost${token}'", "'sthostingaccount${token}'", /characters, not 3 to 24/],
  ['shared keys allowed', 'safety', storage, 'allowSharedKeyAccess: false', 'allowSharedKeyAccess: true', /allowSharedKeyAccess is true/],
  ['FTP allowed', 'safety', 'infra/modules/functionAppFlex.bicep', "ftpsState: 'Disabled'", "ftpsState: 'FtpsOnly'", /ftpsState/],
  ['basic publishing allowed', 'safety', 'infra/modules/functionAppPremium.bicep', 'allow: false', 'allow: true', /properties.allow is true/],
  ['an open account in a private network', 'safety', main, "privateNetwork ? 'Disabled' : 'Enabled'", "'Enabled'", /open to the public in a private network/],
  ['a key with more rights', 'safety', messaging, "'Listen'", "'Manage'", /may Manage/],
  ['one name for two resources', 'safety', main, "'stdata${i}${token}'", "'stdata${token}'", /is made twice/],
  ['a misspelt role id', 'roles', 'infra/roleIds.bicep', '0a9a7e1f-b9d0', '0a9a7e1f-b9d1', /is no role of the table/],
  ['a role under another name', 'roles', 'infra/roleIds.bicep', "keyVaultSecretsUser: '4633458b", "keyVaultSecretsOfficer: '4633458b", /is keyVaultSecretsUser, not/],
  ['another right', 'roles', roles, "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)", "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataOwner)", /the identity is storageBlobDataOwner, not keyVaultSecretsUser/],
  ['a right on the whole group', 'roles', roles, '  scope: vault\n', '', /whole resource group/],
  ['a right that is missing', 'roles', roles, '  roleIds.storageQueueDataContributor\n', '', /not storageBlobDataOwner, storageQueueDataContributor/],
  ['a misspelt group', 'names', 'infra/consumers.bicep', "group: 'billing'", "group: 'biling'", /not those of the code/],
  ['a misspelt function name', 'names', 'infra/consumers.bicep', "'InventoryServiceConsumer'", "'InventoryConsumer'", /not those of the code/],
  ['a misspelt table', 'names', 'infra/consumers.bicep', "progress: 'progress'", "progress: 'progres'", /the tables of stdata/],
  ['a misspelt dead-letter topic', 'names', 'infra/consumers.bicep', '.dead-letters', '.deadletters', /the topics are/],
  ['a misspelt topic', 'names', main, "'order-events'", "'orders-events'", /the topics are|the topic is/],
  ['a misspelt setting', 'names', main, 'KafkaBrokers: brokers', 'KafkaBroker: brokers', /nobody reads the setting KafkaBroker$/],
  ['a misspelt setting made in a loop', 'names', main, "'OrderTables__${i}__serviceUri'", "'OrderTable__${i}__serviceUri'", /nobody reads the setting OrderTable__0__serviceUri/],
  ['a password that is not taken from the vault', 'names', main, "KafkaPassword: '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${kafkaSecretName})'", 'KafkaPassword: kafkaPassword', /not taken from the vault/],
  ['a secret that nobody writes', 'names', 'infra/modules/messaging.bicep', 'name: kafkaSecretName', "name: 'kafkas'", /secret that nobody writes/],
  ['a setting that Flex Consumption refuses', 'names', 'infra/modules/functionAppFlex.bicep', 'APPLICATIONINSIGHTS_CONNECTION_STRING:', "FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'\n    APPLICATIONINSIGHTS_CONNECTION_STRING:", /not allowed on Flex/],
  ['a misspelt metric in an alert', 'names', 'infra/queries/lag.kql', 'kafka.consumer_group.lag', 'kafka.consumergroup.lag', /nobody reports/],
  ['a misspelt metric in the workbook', 'names', 'infra/workbook.json', 'effectively_once.outbox.depth', 'effectively_once.outbox.length', /nobody reports/],
  ['a misspelt outcome', 'names', 'infra/queries/dead-letters.kql', '"dead_lettered"', '"deadlettered"', /nobody reports deadlettered/],
  ['bounds that are not the code\'s', 'names', main, '@maxValue(1000)\nparam buckets', '@maxValue(2000)\nparam buckets', /buckets may be 1 to 2000/],
  ['a default that is not the code\'s', 'names', main, 'param outboxLeaseSeconds int = 60', 'param outboxLeaseSeconds int = 90', /outboxLeaseSeconds is 90/],
  ['a consumer named outside the list', 'names', 'infra/modules/alerts.bicep', "name: 'lag'", "name: 'billing'", /instead of looping/],
  ['another runtime', 'names', 'infra/modules/functionAppFlex.bicep', "version: '10.0'", "version: '9.0'", /the runtime is/],
  ['a misspelt setting in the code', 'code', billing, '"KafkaBrokers"', '"KafkaBroker"', /takes its brokers from KafkaBroker/],
  ['a misspelt topic setting in the code', 'code', billing, '%OrdersTopic%', '%OrderTopic%', /takes its topic from/],
  ['another group in the code', 'code', billing, 'Groups.Billing,', 'Groups.Inventory,', /reads for the group inventory/],
  ['another function name in the code', 'code', billing, 'nameof(BillingServiceConsumer)', '"BillingConsumer"', /no function BillingServiceConsumer/],
  ['a renamed group in the code', 'code', 'src/FunctionsConsumers.Orders/Groups.cs', '"billing"', '"bills"', /reads for the group bills/],
  ['a misspelt group in KEDA', 'manifests', scaled, 'consumerGroup: billing', 'consumerGroup: biling', /it scales on biling/],
  ['a misspelt topic in KEDA', 'manifests', scaled, 'topic: order-events', 'topic: orders', /has the topic orders/],
  ['a misspelt setting in Kubernetes', 'manifests', 'infra/kubernetes/configmap.yaml', 'OrdersTopic:', 'OrderTopic:', /nobody reads the setting OrderTopic/],
  ['a container that runs as root', 'manifests', 'infra/container/Dockerfile', 'USER 10001:10001', 'USER root', /runs as root/],
  ['a pod that may do more', 'manifests', 'infra/kubernetes/deployment.yaml', 'allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true', /may do more/],
  ['a service that listens to everybody', 'manifests', 'infra/local/compose.yaml', '"127.0.0.1:9092:9092"', '"9092:9092"', /outside this machine/],
  ['an image that moves', 'manifests', 'infra/local/compose.yaml', 'apache/kafka:4.1.0', 'apache/kafka:latest', /is not pinned/],
  ['an action that moves', 'manifests', '.github/workflows/ci.yml', /(uses: actions\/checkout)@\S+/, '$1@main', /is not pinned/],
  ['a service azd cannot find', 'manifests', 'azure.yaml', '  consumers:', '  consumer:', /the site is tagged consumers/],
];

for (const [what, check, file, from, to, says] of typos) {
  test(`Found: ${what}`, () => {
    const found = run(check, planted(file, from, to)).map(({ message }) => message);
    assert.ok(found.some((message) => says.test(message)), `nothing like ${says} in ${JSON.stringify(found.slice(0, 5))}`);
  });
}
