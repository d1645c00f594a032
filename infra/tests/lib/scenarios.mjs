// The deployments that the checks look at: each choice that the parameters offer, at least once.

import { join } from 'node:path';
import { expand, parametersOf } from './expand.mjs';

const main = join('infra', 'main.bicep');
const where = { environmentName: 'orders', location: 'region' };

const choices = {
  'as azd makes it': {},
  'elastic premium': { plan: 'elasticPremium', alertEmails: ['a@example.org'] },
  'elastic premium, private, over the zones': { plan: 'elasticPremium', privateNetwork: true, zoneRedundant: true },
  'flex, private, over the zones, three accounts': { privateNetwork: true, zoneRedundant: true, dataAccounts: 3, storageSku: 'Standard_GZRS' },
  'a broker that is already there': { kafkaMode: 'external', kafkaBrokers: 'kafka.example.org:9093', kafkaUsername: 'orders', kafkaPassword: 'secret', sampleCatalog: true },
  'a broker that is already there, private': { kafkaMode: 'external', kafkaBrokers: 'kafka.example.org:9093', privateNetwork: true },
  'no instance kept ready, mail with a login': { alwaysReadyInstances: 0, smtpHost: 'mail.example.org', smtpUsername: 'orders', smtpPassword: 'secret' },
  'mail without a login, bounds': { smtpHost: 'mail.example.org', outboxLeaseSeconds: 3600, batchDeadlineSeconds: 1, eventHubsSku: 'Premium' },
};

const containerApp = {
  image: 'registry.example.org/order-consumers:1.0.0', identityName: 'id', keyVaultName: 'kv', appInsightsName: 'appi', hostStorageName: 'sthost',
  tableServiceUris: ['https://a.table.example.org'], kafkaBrokers: 'kafka.example.org:9093', kafkaUsername: 'orders', workspaceId: '/subscriptions/subscription/workspace',
};

/** Every deployment, expanded: { name, file, resources, outputs, scope }. */
export function expandAll(project) {
  const made = Object.entries(choices).map(([name, parameters]) => ({ name, file: main, ...expand(project, main, { ...where, ...parameters }) }));
  for (const { path } of project.parameterFiles) {
    made.push({ name: path, file: main, ...expand(project, main, parametersOf(project, path)) });
  }
  const file = join('infra', 'container', 'containerApp.bicep');
  made.push({ name: 'container app', file, ...expand(project, file, containerApp) });
  made.push({ name: 'container app, several accounts, in a network', file, ...expand(project, file, { ...containerApp, tableServiceUris: ['https://a.table.example.org', 'https://b.table.example.org'], deadLetterKeys: false, subnetId: 'subnet', zoneRedundant: true, smtpHost: 'mail.example.org', smtpUsername: 'orders' }) });
  return made;
}
