// What the checks hold infra/ against and no compiler knows: names of the contract, settings, Azure's role ids and metrics.

import { readFileSync } from 'node:fs';

/** The one list of the consumers. The check of the code holds each of its lines against a trigger, and each trigger against it. */
const list = readFileSync(new URL('../../consumers.bicep', import.meta.url), 'utf8');

/** The names of the contract. */
export const contract = {
  topic: 'order-events',
  consumers: [...list.matchAll(/group: '(\w+)'\s+function: '(\w+)'/g)].map(([, group, name]) => ({ group, function: name })),
  sharedTables: ['catalog', 'progress'],
  deadLetterTopic: (topic, group) => `${topic}.${group}.dead-letters`,
};

/** Settings of the app, as patterns; a digit or a group may stand where `n` or `group` does. */
export const appSettings = [
  'KafkaBrokers', 'KafkaUsername', 'KafkaPassword', 'KafkaSslCaLocation', 'OrdersTopic',
  'KafkaDeadLetters__group__Password',
  'OrderTables__serviceUri', 'OrderTables__clientId', 'OrderTables__n__serviceUri', 'OrderTables__n__clientId',
  'EffectivelyOnce__Buckets', 'EffectivelyOnce__Retention', 'EffectivelyOnce__BatchDeadline', 'EffectivelyOnce__OutboxLease', 'EffectivelyOnce__InDoubt',
  'SmtpHost', 'SmtpPort', 'SmtpUsername', 'SmtpPassword', 'SmtpTls', 'MailFrom', 'MailFolder',
];

/** Settings of the Functions host. */
export const hostSettings = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', 'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AzureWebJobsStorage__accountName', 'AzureWebJobsStorage__blobServiceUri', 'AzureWebJobsStorage__clientId', 'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__queueServiceUri', 'AzureWebJobsStorage__tableServiceUri',
  'FUNCTIONS_EXTENSION_VERSION', 'FUNCTIONS_WORKER_RUNTIME', 'WEBSITE_RUN_FROM_PACKAGE', 'WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID', 'WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED',
];

/** Settings that Flex Consumption refuses (its page "Deprecated properties and settings"): functionAppConfig says the same. */
export const notOnFlex = [
  'ENABLE_ORYX_BUILD', 'FUNCTIONS_EXTENSION_VERSION', 'FUNCTIONS_WORKER_RUNTIME', 'FUNCTIONS_WORKER_RUNTIME_VERSION', 'SCM_DO_BUILD_DURING_DEPLOYMENT',
  'WEBSITE_CONTENTAZUREFILECONNECTIONSTRING', 'WEBSITE_CONTENTOVERVNET', 'WEBSITE_CONTENTSHARE', 'WEBSITE_RUN_FROM_PACKAGE', 'WEBSITE_VNET_ROUTE_ALL',
];

/** Built-in roles by name, from Azure's published table. */
export const roles = {
  eventHubsDataReceiver: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
  eventHubsDataSender: '2b629674-e913-4c01-ae53-ef4638d8f975',
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
};

/** What the identity may do, by the resource; any more is too much, any less does not work. */
export const rights = [
  { type: 'Microsoft.Storage/storageAccounts', name: /^sthost/, roles: ['storageBlobDataOwner', 'storageQueueDataContributor', 'storageTableDataContributor'] },
  { type: 'Microsoft.Storage/storageAccounts', name: /^stdata/, roles: ['storageTableDataContributor'] },
  { type: 'Microsoft.KeyVault/vaults', name: /./, roles: ['keyVaultSecretsUser'] },
  { type: 'Microsoft.Insights/components', name: /./, roles: ['monitoringMetricsPublisher'] },
];

/** What whoever deploys may do, where a deployment says who that is. */
export const deployerRights = [
  { type: 'Microsoft.Storage/storageAccounts', name: /^stdata/, roles: ['storageTableDataContributor'] },
  { type: 'Microsoft.EventHub/namespaces', name: /./, roles: ['eventHubsDataSender'] },
];

/** Azure's own metrics that alerts read, with their dimensions (Azure Monitor's reference of supported metrics). */
export const platformMetrics = {
  'Microsoft.EventHub/namespaces': { IncomingMessages: ['EntityName'], OutgoingMessages: ['EntityName'], ThrottledRequests: ['EntityName', 'OperationResult'] },
  'Microsoft.Storage/storageAccounts/tableServices': { Transactions: ['ResponseType', 'GeoType', 'ApiName', 'Authentication'] },
  'Microsoft.Web/sites': { AlwaysReadyFunctionExecutionCount: ['Instance'], OnDemandFunctionExecutionCount: ['Instance'] },
};

/** What a resource must say wherever it is made. */
export const hardening = {
  'Microsoft.Storage/storageAccounts': {
    'properties.allowSharedKeyAccess': [false], 'properties.allowBlobPublicAccess': [false], 'properties.allowCrossTenantReplication': [false],
    'properties.minimumTlsVersion': ['TLS1_2', 'TLS1_3'], 'properties.supportsHttpsTrafficOnly': [true],
  },
  'Microsoft.Storage/storageAccounts/blobServices/containers': { 'properties.publicAccess': ['None'] },
  'Microsoft.EventHub/namespaces': { 'properties.minimumTlsVersion': ['1.2', '1.3'], 'properties.kafkaEnabled': [true] },
  'Microsoft.KeyVault/vaults': { 'properties.enableRbacAuthorization': [true], 'properties.enablePurgeProtection': [true, null], 'properties.enableSoftDelete': [true] },
  'Microsoft.Web/sites': {
    'properties.httpsOnly': [true], 'properties.siteConfig.ftpsState': ['Disabled'], 'properties.siteConfig.minTlsVersion': ['1.2', '1.3'],
    'properties.siteConfig.scmMinTlsVersion': ['1.2', '1.3'], 'identity.type': ['UserAssigned'],
  },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { 'properties.allow': [false] },
  'Microsoft.Insights/components': { 'properties.DisableLocalAuth': [true] },
  'Microsoft.OperationalInsights/workspaces': { 'properties.features.disableLocalAuth': [true] },
};
