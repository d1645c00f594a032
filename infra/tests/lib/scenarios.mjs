// The deployments that the checks look at: each choice that the parameters offer, at least once.

const where = { environmentName: 'orders', location: 'westeurope' };

const kafka = { kafkaMode: 'external', kafkaBrokers: 'kafka.example.org:9093' };

/** Parameters of infra/main.bicep by the name of the deployment. */
export const scenarios = {
  'as azd makes it': {},
  'made by somebody': { deployerPrincipalId: '99999999-9999-9999-9999-999999999999', vaultPurgeProtection: false },
  'keys of the namespace': { namespaceKeys: true },
  'elastic premium': { plan: 'elasticPremium', alertEmails: ['a@example.org'] },
  'elastic premium, private, over the zones': { plan: 'elasticPremium', privateNetwork: true, zoneRedundant: true },
  'flex, private, over the zones, three accounts': { privateNetwork: true, zoneRedundant: true, dataAccounts: 3, storageSku: 'Standard_GZRS' },
  'a broker that is already there': { ...kafka, kafkaUsername: 'orders', kafkaPassword: 'given', sampleCatalog: true, deployerPrincipalId: '99999999-9999-9999-9999-999999999999' },
  'a broker that is already there, private': { ...kafka, privateNetwork: true },
  'no instance kept ready, mail with a login': { alwaysReadyInstances: 0, smtpHost: 'mail.example.org', smtpUsername: 'orders', smtpPassword: 'given' },
  'mail without a login, bounds': { smtpHost: 'mail.example.org', outboxLeaseSeconds: 3600, batchDeadlineSeconds: 75, keyRetentionDays: 30, eventHubsSku: 'Premium' },
};

const container = {
  image: 'registry.example.org/order-consumers:1.0.0', identityName: 'id', keyVaultName: 'kv', appInsightsName: 'appi', hostStorageName: 'sthost',
  tableServiceUris: ['https://a.table.example.org'], kafkaBrokers: 'kafka.example.org:9093', kafkaUsername: 'orders', workspaceId: '/subscriptions/subscription/workspace',
};

/** Parameters of infra/container/containerApp.bicep by the name of the deployment. */
export const containerScenarios = {
  'container app': container,
  'container app, several accounts, in a network': {
    ...container, tableServiceUris: ['https://a.table.example.org', 'https://b.table.example.org'], deadLetterKeys: false, subnetId: 'subnet',
    zoneRedundant: true, smtpHost: 'mail.example.org', smtpUsername: 'orders', batchDeadlineSeconds: 75,
  },
};

export const parameterFiles = ['infra/main.bicepparam', 'infra/prod.bicepparam'];

const literal = (value) => (Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : typeof value === 'string' ? `'${value}'` : String(value));

/** The text of a parameter file that gives these values to a template. */
export const parameterFile = (template, values) => [`using '${template}'`, ...Object.entries(values).map(([name, value]) => `param ${name} = ${literal(value)}`), ''].join('\n');

export const mainParameters = (values) => parameterFile('main.bicep', { ...where, ...values });
