// The test of the tests: a fault of each class, planted in a copy of the text, is found.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onDeployments, onFiles, onTemplates } from '../lib/check.mjs';
import { compile, format, predict } from '../lib/checks/compiled.mjs';
import { bicep, compilerTest, repository } from './here.mjs';

const [storage, main, messaging, roles] = ['modules/storage.bicep', 'main.bicep', 'modules/messaging.bicep', 'modules/roles.bicep'].map((name) => `infra/${name}`);
const [flex, premium, alerts] = ['functionAppFlex', 'functionAppPremium', 'alerts'].map((name) => `infra/modules/${name}.bicep`);
const [consumers, scaled] = ['infra/consumers.bicep', 'infra/kubernetes/scaledobject.yaml'];
const container = 'infra/container/containerApp.bicep';
const workflow = '.github/workflows/ci.yml';
const source = (name) => repository.files('src', new RegExp(`/${name}\\.cs$`))[0];

// [what is planted, file, from, to, what the compiler says]
const ofCompiler = [
  ['a misspelt property', storage, 'allowSharedKeyAccess:', 'allowSharedKeyAcces:', /BCP089.*allowSharedKeyAcces/],
  ['a version that is too old', storage, 'tables@2026-04-01', 'tables@2021-04-01', /use-recent-api-versions/],
  ['a conditional module taken for granted', main, 'subnetId: network!.outputs', 'subnetId: network.outputs', /BCP318/],
  ['a value out of bounds', 'infra/prod.bicepparam', 'param buckets = 64', 'param buckets = 1001', /buckets|1001/],
  ['a secret that is not marked', main, '@secure()\nparam smtpPassword', 'param smtpPassword', /smtpPassword/],
  ['a secret parameter in an output', main, 'output ORDERS_TOPIC string = ordersTopic', 'output ORDERS_TOPIC string = kafkaPassword', /outputs-should-not-contain-secrets/],
];

// [what is planted, check that finds it, file, from, to, what it says]
const ofTemplates = [
  ['a key in an output', 'secrets', messaging, 'output id string = namespace.id', 'output id string = listen!.listKeys().primaryKey', /module messaging: the output id gives a secret away/],
  ['a parameter without bounds', 'bounds', main, '@minValue(1)\n@maxValue(1000)\nparam buckets', 'param buckets', /buckets has no bounds/],
  ['bounds that are not the code\'s', 'bounds', main, '@maxValue(1000)\nparam buckets', '@maxValue(2000)\nparam buckets', /buckets may be 1 to 2000/],
  ['a default that is not the code\'s', 'bounds', main, 'param outboxLeaseSeconds int = 60', 'param outboxLeaseSeconds int = 90', /outboxLeaseSeconds is 90/],
  ['a default of the container that is not the code\'s', 'bounds', container, 'param keyRetentionDays int = 14', 'param keyRetentionDays int = 7', /containerApp.bicep: keyRetentionDays is/],
];

// [what is planted, check that finds it, file, from, to, what it says, deployment that shows it]
const ofDeployments = [
  ['shared keys allowed', 'safety', storage, 'allowSharedKeyAccess: false', 'allowSharedKeyAccess: true', /allowSharedKeyAccess is true/],
  ['FTP allowed', 'safety', flex, "ftpsState: 'Disabled'", "ftpsState: 'FtpsOnly'", /ftpsState/],
  ['basic publishing allowed', 'safety', premium, 'allow: false', 'allow: true', /properties.allow is true/, 'elastic premium'],
  ['an open account in a private network', 'safety', main, "privateNetwork ? 'Disabled' : 'Enabled'", "'Enabled'", /open to the public in a private network/, 'elastic premium, private, over the zones'],
  ['a key with more rights', 'safety', messaging, "'Listen'", "'Manage'", /may Manage/],
  ['a key of the namespace with more rights', 'safety', messaging, /(name: 'send'\n  properties: \{\n    rights: \[\n      )'Send'/, "$1'Listen'", /may Listen/, 'keys of the namespace'],
  ['one name for two resources', 'safety', main, "'stdata${i}${token}'", "'stdata${min(i, 0)}${token}'", /is made twice/, 'flex, private, over the zones, three accounts'],
  ['a misspelt role id', 'roles', 'infra/roleIds.bicep', '0a9a7e1f-b9d0', '0a9a7e1f-b9d1', /is no role of the table/],
  ['a role under another name', 'roles', 'infra/roleIds.bicep', "monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'", "monitoringMetricsPublisher: '4633458b-17de-408a-b874-0445c86b69e6'", /is keyVaultSecretsUser/],
  ['another right', 'roles', roles, "'Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)", "'Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataOwner)", /is storageBlobDataOwner, not keyVaultSecretsUser/],
  ['a right on the whole group', 'roles', roles, '  scope: vault\n', '', /whole resource group/],
  ['a right that is missing', 'roles', roles, '  roleIds.storageQueueDataContributor\n', '', /not storageBlobDataOwner, storageQueueDataContributor/],
  ['a deployer with the app\'s rights', 'roles', 'infra/modules/deployerRoles.bicep', 'roleIds.eventHubsDataSender)\n  }', 'roleIds.storageBlobDataOwner)\n  }', /whoever deploys on evhns-\w+ is storageBlobDataOwner/, 'made by somebody'],
  ['a misspelt group', 'names', consumers, "group: 'billing'", "group: 'biling'", /the topics are/],
  ['a misspelt function name', 'names', consumers, "'InventoryServiceConsumer'", "'InventoryConsumer'", /ready are/],
  ['a misspelt table', 'names', consumers, "progress: 'progress'", "progress: 'progres'", /the tables of stdata/],
  ['a misspelt dead-letter topic', 'names', consumers, '.dead-letters', '.deadletters', /the topics are/],
  ['a misspelt topic', 'names', main, "'order-events'", "'orders-events'", /the topics are/],
  ['a misspelt setting', 'names', main, 'KafkaBrokers: brokers', 'KafkaBroker: brokers', /nobody reads the setting KafkaBroker$/],
  ['a misspelt setting made in a loop', 'names', main, "'OrderTables__${i}__serviceUri'", "'OrderTable__${i}__serviceUri'", /nobody reads the setting OrderTable__0__serviceUri/, 'flex, private, over the zones, three accounts'],
  ['a probe that nobody answers', 'names', container, '/api/health/ready', '/api/healthy', /the probe Readiness asks/, 'container app'],
  ['a setting that the container does not pass on', 'names', container, "name: 'EffectivelyOnce__OutboxLease'", "name: 'EffectivelyOnce__Buckets'", /EffectivelyOnce__OutboxLease is missing/, 'container app'],
  ['a password that is not taken from the vault', 'names', main, "KafkaPassword: '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${kafkaSecretName})'", "KafkaPassword: 'x'", /not taken from the vault/],
  ['a secret that nobody writes', 'names', messaging, 'name: deadLetterSecretName(item.group)', "name: '${deadLetterSecretName(item.group)}s'", /secret that nobody writes/],
  ['a setting that Flex Consumption refuses', 'names', flex, 'APPLICATIONINSIGHTS_CONNECTION_STRING:', "FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'\n    APPLICATIONINSIGHTS_CONNECTION_STRING:", /not allowed on Flex/],
  ['a consumer named outside the list', 'names', alerts, "name: 'silent'", "name: 'billing'", /instead of looping/],
  ['another runtime', 'names', flex, "version: '10.0'", "version: '9.0'", /the runtime is/],
  ['a dead-letter topic that nobody watches', 'names', alerts, 'deadLetterTopic(ordersTopic, item.group))', "'${deadLetterTopic(ordersTopic, item.group)}s')", /no alert watches order-events.billing.dead-letters/],
  ['a metric that Azure does not have', 'queries', alerts, "metric: 'ThrottledRequests'", "metric: 'ThrottleRequests'", /has no metric ThrottleRequests/],
  ['a column that an alert\'s query does not give', 'queries', alerts, "measure: 'Failures'", "measure: 'Failure'", /gives no Failure/],
  ['a misspelt column in a query', 'queries', 'infra/queries/charts/attention.kql', 'SeverityLevel', 'Severity', /'Severity' does not refer/],
  ['a metric that nobody reports', 'queries', 'infra/queries/charts/attention.kql', 'AppTraces', 'AppMetrics | where Name == "effectively_once.lenght" | extend Message = Name, SeverityLevel = 2', /nobody reports effectively_once.lenght/],
  ['an alert that does not say what to do', 'queries', alerts, ' What to do: docs/operating.md#alert-lag', '', /has no section for it/],
  ['an alert that links nowhere', 'queries', alerts, '#alert-waiting', '#alert-wating', /docs.operating.md has no alert-wating/],
  ['a metric that the code renames under an alert', 'queries', 'src/FunctionsConsumers.EffectivelyOnce/Telemetry/GroupMetrics.cs', '"kafka.consumer_group.lag"', '"kafka.lag"', /lag.kql: nobody reports kafka.consumer_group.lag/],
  ['words that the code no longer logs', 'queries', 'infra/queries/alerts/parked.kql', 'messages parked, for a person', 'messages parked for a person', /nobody logs "messages parked for a person to decide"/],
  ['an attribute that nobody reports', 'queries', 'infra/queries/charts/attention.kql', '>= 2', '>= 2 and tostring(Properties["consumer.grop"]) == "unheard-of"', /nobody reports unheard-of/],
];

const ofFiles = [
  ['a misspelt setting in the code', 'code', source('BillingServiceConsumer'), '"KafkaBrokers"', '"KafkaBroker"', /takes its brokers from KafkaBroker/],
  ['a misspelt topic setting in the code', 'code', source('BillingServiceConsumer'), '%OrdersTopic%', '%OrderTopic%', /takes its topic from/],
  ['another group in the code', 'code', source('BillingServiceConsumer'), 'InvoiceConsumer.GroupName,', 'ReservationConsumer.GroupName,', /reads for the group inventory/],
  ['another function name in the code', 'code', source('BillingServiceConsumer'), 'nameof(BillingServiceConsumer)', '"BillingConsumer"', /no function BillingServiceConsumer/],
  ['a metric that the code renames', 'dashboards', 'src/FunctionsConsumers.EffectivelyOnce/Telemetry/GroupMetrics.cs', '"effectively_once.outbox.age"', '"effectively_once.outbox.waiting"', /nobody reports effectively_once_outbox_age_seconds/],
  ['a unit that the code changes', 'dashboards', 'src/FunctionsConsumers.EffectivelyOnce/Telemetry/GroupMetrics.cs', '"messaging.process.duration", "s"', '"messaging.process.duration", "ms"', /nobody reports messaging_process_duration_seconds_bucket/],
  ['an attribute that the code renames', 'dashboards', 'src/FunctionsConsumers.EffectivelyOnce/Telemetry/GroupMetrics.cs', '"messaging.consumer.group.name"', '"messaging.consumer.group"', /nothing has the label messaging_consumer_group_name/],
  ['an outcome that the code renames', 'dashboards', 'src/FunctionsConsumers.EffectivelyOnce/Telemetry/GroupMetrics.cs', '"dead_lettered")', '"dead")', /there is no outcome dead_lettered/],
  ['an expression that does not parse', 'dashboards', 'infra/prometheus/dashboard.json', 'sum by (', 'sum by by (', /does not parse/],
  ['a metric that is drawn nowhere', 'dashboards', 'src/FunctionsConsumers.EffectivelyOnce/Telemetry/GroupMetrics.cs', 'private static readonly Histogram<double> Duration', 'private static readonly Counter<long> Added = Meter.CreateCounter<long>("added", "{record}");\n    private static readonly Histogram<double> Duration', /added is drawn nowhere/],
  ['a section that is gone', 'dashboards', 'docs/operating.md', '### Alert: lag', '### Alert: behind', /docs.operating.md has no alert-lag/],
  ['a renamed group in the code', 'code', source('InvoiceConsumer'), '"billing"', '"bills"', /reads for the group bills/],
  ['a route of the health that was renamed', 'kubernetes', source('HealthFunctions'), '"health/ready"', '"health/works"', /the readiness probe asks/],
  ['a probe of the image that nobody answers', 'containers', 'infra/container/Dockerfile', 'GET /api/health/live', 'GET /api/health/alive', /has no health check that the app answers/],
  ['a misspelt group in KEDA', 'kubernetes', scaled, 'consumerGroup: billing', 'consumerGroup: biling', /it scales on biling/],
  ['a misspelt topic in KEDA', 'kubernetes', scaled, 'topic: order-events', 'topic: orders', /has the topic orders/],
  ['a name that KEDA asks for', 'kubernetes', scaled, '    kind: Deployment\n    name: order-consumers', '    kind: Deployment', /must have required property name/],
  ['a value that Kubernetes does not take', 'kubernetes', 'infra/kubernetes/deployment.yaml', 'containerPort: 8080', 'containerPort: http', /containerPort must be/],
  ['a misspelt setting in Kubernetes', 'kubernetes', 'infra/kubernetes/configmap.yaml', 'OrdersTopic:', 'OrderTopic:', /nobody reads the setting OrderTopic/],
  ['a pod that may do more', 'kubernetes', 'infra/kubernetes/deployment.yaml', 'allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true', /may do more/],
  ['a container that runs as root', 'containers', 'infra/container/Dockerfile', 'USER 10001:10001', 'USER root', /runs as root/],
  ['a restore that any script of the build repeats', 'containers', 'infra/container/Dockerfile', 'RUN dotnet restore', 'COPY build/ build/\nRUN dotnet restore', /restores anew/],
  ['a project that the restore lacks', 'containers', 'infra/container/Dockerfile', /COPY src\/FunctionsConsumers.Orders\/.*\n/, '', /restores without src\/FunctionsConsumers.Orders/],
  ['a service that listens to everybody', 'containers', 'infra/local/compose.yaml', '"127.0.0.1:9092:9092"', '"9092:9092"', /outside this machine/],
  ['an image that moves', 'containers', 'infra/local/compose.yaml', /apache\/kafka:[\d.]+/, 'apache/kafka:latest', /is not pinned/],
  ['an action that moves', 'pipelines', workflow, /(uses: actions\/checkout)@\S+/, '$1@main', /is not pinned/],
  ['a misspelt expression in a workflow', 'pipelines', workflow, '${{ github.ref }}', '${{ githup.ref }}', /undefined variable "githup"/],
  ['a service azd cannot find', 'pipelines', 'azure.yaml', '  consumers:', '  consumer:', /the site is tagged consumers/],
  ['a folder that is gone', 'pipelines', '.github/dependabot.yml', '/infra/tests', '/infra/test', /there is no folder/],
];

const found = (findings, says) => assert.ok(findings.some((one) => says.test(one)), `nothing like ${says} in ${JSON.stringify(findings.slice(0, 5))}`);

for (const [what, file, from, to, says] of ofCompiler) {
  const compiled = file.endsWith('param') ? file : main;
  compilerTest(`Found: ${what}`, async () => found((await compile(bicep, repository.planted(file, from, to), [compiled])).findings, says));
}

compilerTest('Found: a name made by a function of ours in a loop within a loop, which compiles', async () => {
  const project = repository.planted(messaging, 'name: topic\n', "name: deadLetterTopic(ordersTopic, split(topic, '.')[1])\n");
  assert.deepEqual((await compile(bicep, project, [main])).findings, []);
  found((await predict(bicep, project, ['as azd makes it'])).findings, /cannot be predicted|is called/);
});

for (const [what, check, file, from, to, says] of ofTemplates) {
  compilerTest(`Found: ${what}`, async () => {
    const project = repository.planted(file, from, to);
    found(onTemplates[check]({ project, ...await compile(bicep, project, [main, container]) }), says);
  });
}

for (const [what, check, file, from, to, says, deployment = 'as azd makes it'] of ofDeployments) {
  compilerTest(`Found: ${what}`, async () => {
    const project = repository.planted(file, from, to);
    const { findings, deployments } = await predict(bicep, project, [deployment]);
    assert.deepEqual(findings, []);
    found(onDeployments[check]({ project, deployments }), says);
  });
}

for (const [what, check, file, from, to, says] of ofFiles) {
  test(`Found: ${what}`, async () => found(await onFiles[check]({ project: repository.planted(file, from, to) }), says));
}

compilerTest('Found: a file that is not formatted', async () => {
  const project = repository.planted(storage, 'sku: {\n    name: sku\n  }', 'sku: { name:   sku }');
  found(await format(bicep, project), /is not formatted/);
});
