// What the checks hold infra/ against: names of the contract, Azure's role ids, the linter's rules.

/** The names of the contract. A fourth consumer is a fourth line in `consumers`. */
export const contract = {
  topic: 'order-events',
  consumers: [
    { group: 'billing', function: 'BillingServiceConsumer' },
    { group: 'inventory', function: 'InventoryServiceConsumer' },
    { group: 'notification', function: 'NotificationServiceConsumer' },
  ],
  sharedTables: ['catalog', 'progress'],
  deadLetterTopic: (topic, group) => `${topic}.${group}.dead-letters`,
  metrics: [
    'messaging.process.duration', 'messaging.client.consumed.messages',
    'effectively_once.records', 'effectively_once.transactions', 'effectively_once.transaction.rows', 'effectively_once.answers.unknown',
    'effectively_once.batch.attempts', 'effectively_once.outbox.depth', 'effectively_once.outbox.age', 'effectively_once.gaps.healed',
    'kafka.consumer_group.lag',
  ],
  outcomes: ['applied', 'duplicate', 'dead_lettered'],
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
  'FUNCTIONS_EXTENSION_VERSION', 'FUNCTIONS_WORKER_RUNTIME', 'WEBSITE_RUN_FROM_PACKAGE', 'WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID',
];

/** Settings that the host or the platform sets out of functionAppConfig, so that they must not be set on Flex Consumption. */
export const notOnFlex = ['FUNCTIONS_EXTENSION_VERSION', 'FUNCTIONS_WORKER_RUNTIME', 'WEBSITE_RUN_FROM_PACKAGE'];

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

/** What a resource must say wherever it is made. */
export const hardening = {
  'Microsoft.Storage/storageAccounts': {
    'properties.allowSharedKeyAccess': [false], 'properties.allowBlobPublicAccess': [false], 'properties.allowCrossTenantReplication': [false],
    'properties.minimumTlsVersion': ['TLS1_2', 'TLS1_3'], 'properties.supportsHttpsTrafficOnly': [true],
  },
  'Microsoft.Storage/storageAccounts/blobServices/containers': { 'properties.publicAccess': ['None'] },
  'Microsoft.EventHub/namespaces': { 'properties.minimumTlsVersion': ['1.2', '1.3'], 'properties.kafkaEnabled': [true] },
  'Microsoft.KeyVault/vaults': { 'properties.enableRbacAuthorization': [true], 'properties.enablePurgeProtection': [true], 'properties.enableSoftDelete': [true] },
  'Microsoft.Web/sites': {
    'properties.httpsOnly': [true], 'properties.siteConfig.ftpsState': ['Disabled'], 'properties.siteConfig.minTlsVersion': ['1.2', '1.3'],
    'properties.siteConfig.scmMinTlsVersion': ['1.2', '1.3'], 'identity.type': ['UserAssigned'],
  },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { 'properties.allow': [false] },
  'Microsoft.Insights/components': { 'properties.DisableLocalAuth': [true] },
  'Microsoft.OperationalInsights/workspaces': { 'properties.features.disableLocalAuth': [true] },
};

/** Every rule of Bicep's linter, all of them errors here. */
export const linterRules = `
  adminusername-should-not-be-literal artifacts-parameters decompiler-cleanup explicit-values-for-loc-params max-asserts max-outputs
  max-params max-resources max-variables nested-deployment-template-scoping no-conflicting-metadata no-deployments-resources
  no-explicit-any no-hardcoded-env-urls no-hardcoded-location no-hardcoded-outputs no-loc-expr-outside-params no-module-name
  no-unnecessary-dependson no-unused-existing-resources no-unused-imports no-unused-params no-unused-types no-unused-vars
  outputs-should-not-contain-secrets prefer-interpolation prefer-unquoted-property-names protect-commandtoexecute-secrets
  secure-parameter-default secure-params-in-nested-deploy secure-params-in-parameters-file secure-secrets-in-params
  simplify-interpolation simplify-json-null stacks-extensibility-compat use-description-outputs use-description-params
  use-description-type-properties use-description-types use-description-vars use-parent-property use-recent-api-versions
  use-recent-az-powershell-version use-recent-module-versions use-recognized-resource-type use-resource-id-functions
  use-resource-symbol-reference use-safe-access use-secure-value-for-secure-inputs use-stable-resource-identifiers
  use-stable-vm-image use-user-defined-types what-if-short-circuiting`.trim().split(/\s+/);
