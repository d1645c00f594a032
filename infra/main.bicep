// The three consumers on Azure, from the subscription down. `azd up` runs it; docs/deploying.md explains the parameters.

targetScope = 'subscription'

import { consumers, deadLetterSecretName, kafkaSecretName, sharedTables, smtpSecretName, timeSpan } from 'consumers.bicep'

// ---- Where and under what name

@description('Name of the environment; the resource group and the unique part of every name come from it.')
@minLength(1)
@maxLength(64)
param environmentName string

// Regions with Flex Consumption, as `az functionapp list-flexconsumption-locations` gives them and Microsoft's own
// templates allow them; .NET 10 is in all of them since November 2025. A region that is missing here is refused before
// anything is made: add it once that command lists it.
@description('Azure region of every resource. It must have Flex Consumption, even for Elastic Premium.')
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'japanwest'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'southcentralus'
  'southeastasia'
  'swedencentral'
  'uksouth'
  'westcentralus'
  'westeurope'
  'westus2'
  'westus3'
])
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Object id of whoever deploys. It may read and write the tables and send orders, so that a first order can be sent and its invoice looked at. Empty for nobody.')
param deployerPrincipalId string = ''

// ---- Where the consumers run

@description('Hosting plan: flexConsumption scales with the lag and is paid by use; elasticPremium keeps warm instances.')
@allowed([
  'flexConsumption'
  'elasticPremium'
])
param plan string = 'flexConsumption'

@description('Flex Consumption: memory of an instance in MB.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int = 2048

@description('Flex Consumption: instances of each consumer that are always there. Scaling a Kafka trigger from none is unreliable, so 0 is for trials. Zone redundancy makes it 2 at least.')
@minValue(0)
@maxValue(10)
param alwaysReadyInstances int = 1

@description('Flex Consumption: largest number of instances.')
@minValue(40)
@maxValue(1000)
param flexMaximumInstances int = 100

@description('Elastic Premium: size of an instance.')
@allowed([
  'EP1'
  'EP2'
  'EP3'
])
param premiumSku string = 'EP1'

@description('Elastic Premium: instances that are always there. Zone redundancy makes it 3 at least.')
@minValue(1)
@maxValue(20)
param premiumMinimumInstances int = 1

@description('Elastic Premium: largest number of instances.')
@minValue(1)
@maxValue(100)
param premiumMaximumInstances int = 20

@description('Whether the plan and the broker are spread over the availability zones; the region must have them.')
param zoneRedundant bool = false

// ---- The broker

@description('Where orders come from: an Event Hubs namespace made here, or a Kafka broker that is already there.')
@allowed([
  'eventHubs'
  'external'
])
param kafkaMode string = 'eventHubs'

@description('External broker: host:port, several separated by commas. It must speak SASL PLAIN over TLS.')
param kafkaBrokers string = ''

@description('External broker: user name.')
param kafkaUsername string = ''

@description('External broker: password. It is kept in the vault.')
@secure()
param kafkaPassword string = ''

@description('Topic of the orders.')
@minLength(1)
@maxLength(200)
param ordersTopic string = 'order-events'

@description('Event Hubs: tier of the namespace.')
@allowed([
  'Standard'
  'Premium'
])
param eventHubsSku string = 'Standard'

@description('Event Hubs: throughput units (Standard) or processing units (Premium) to start with.')
@minValue(1)
@maxValue(40)
param eventHubsCapacity int = 1

@description('Event Hubs Standard: throughput units up to which the namespace grows by itself.')
@minValue(1)
@maxValue(40)
param eventHubsMaximumThroughputUnits int = 10

@description('Event Hubs: partitions of the orders topic, at most 32 on Standard. No group uses more instances than this, and it cannot be changed later on Standard.')
@minValue(1)
@maxValue(1024)
param ordersPartitions int = 8

@description('Event Hubs: hours for which orders stay in the topic; at most 168 on Standard.')
@minValue(1)
@maxValue(2160)
param ordersRetentionHours int = 168

@description('Event Hubs: hours for which dead letters stay in their topics; at most 168 on Standard.')
@minValue(1)
@maxValue(2160)
param deadLetterRetentionHours int = 168

@description('Event Hubs: whether the keys are good for the whole namespace. Otherwise each is good for one topic. Set it if the broker refuses keys of one topic; a key then still either listens or sends.')
param namespaceKeys bool = false

// ---- The tables

@description('Storage accounts with the consumers\' tables. The number is fixed by the first start. Each takes about 20,000 entities a second.')
@minValue(1)
@maxValue(16)
param dataAccounts int = 1

@description('Where copies of the tables are kept. GZRS survives the loss of a region, but a failover loses the last writes, and orders in them may be handled a second time.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GZRS'
  'Standard_RAGZRS'
])
param storageSku string = 'Standard_ZRS'

@description('Whether the app makes the table of products at its first start and fills it with the sample products. Otherwise it is made here, empty, and no order is handled until you have put your own products in.')
param sampleCatalog bool = false

// ---- How once is kept

@description('Buckets of a group\'s table. The number is fixed by the first start. Each takes about 2,000 entities a second.')
@minValue(1)
@maxValue(1000)
param buckets int = 16

@description('Days for which keys and the rows of dead letters are kept at least.')
@minValue(1)
@maxValue(3650)
param keyRetentionDays int = 14

@description('Seconds for which one call may try to settle a batch. Well below the 300 s after which the broker evicts an instance.')
@minValue(1)
@maxValue(240)
param batchDeadlineSeconds int = 120

@description('Seconds for which a claim on a message in the outbox holds.')
@minValue(10)
@maxValue(3600)
param outboxLeaseSeconds int = 60

@description('What happens to a message of which nobody knows whether it was sent: sent again, or set aside.')
@allowed([
  'Resend'
  'Park'
])
param inDoubt string = 'Resend'

// ---- Mail

@description('Mail server for the confirmations. Without one they are files on the instance\'s disk and go with it, which is good for a trial only.')
param smtpHost string = ''

@description('Port of the mail server, for STARTTLS: 465 speaks TLS from the first byte, which the app does not.')
@minValue(1)
@maxValue(65535)
param smtpPort int = 587

@description('User name at the mail server; empty for none.')
param smtpUsername string = ''

@description('Password at the mail server. It is kept in the vault.')
@secure()
param smtpPassword string = ''

@description('Whether the mail server must speak TLS. With a user name it must.')
param smtpTls bool = true

@description('Sender of the confirmations.')
param mailFrom string = 'orders@example.org'

// ---- Network

@description('Whether storage, vault and broker answer through private endpoints alone.')
param privateNetwork bool = false

@description('Address range of the private network, /16 to /24.')
@minLength(9)
@maxLength(18)
param networkAddressPrefix string = '10.60.0.0/24'

// ---- Watching

@description('Addresses that are told when an alert fires.')
param alertEmails string[] = []

@description('Tries to send a message that fail in a quarter of an hour, above which an alert is raised.')
@minValue(0)
@maxValue(1000000)
param unsentThreshold int = 30

@description('Records that a group is behind for a quarter of an hour, above which an alert is raised.')
@minValue(0)
@maxValue(1000000000)
param lagThreshold int = 10000

@description('Seconds that the oldest message of an outbox has waited for a quarter of an hour, above which an alert is raised.')
@minValue(30)
@maxValue(86400)
param outboxAgeThreshold int = 300

@description('Answers "busy" of an account\'s tables in a quarter of an hour above which an alert is raised.')
@minValue(1)
@maxValue(1000000)
param tableBusyThreshold int = 100

@description('Days for which logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('GB of logs a day after which ingestion stops until the next day; -1 for no limit.')
@minValue(-1)
@maxValue(1000)
param logDailyQuotaGb int = 5

@description('Days after which the keys in the vault are marked as due for renewal. A deployment writes them anew.')
@minValue(30)
@maxValue(730)
param secretsValidDays int = 365

@description('Whether the vault, once deleted, keeps its name and its keys for 90 days against everybody. It can never be turned off again, so it is off for trials.')
param vaultPurgeProtection bool = true

@description('Time of the deployment, from which the due date of the keys is reckoned. Leave it alone.')
param deployedAt string = utcNow()

// ---- Names

@description('The unique part of every name.')
var token = toLower(uniqueString(subscription().id, environmentName, location))

@description('Name of the consumers\' identity.')
var identityName = 'id-${token}'

@description('Name of the workspace.')
var workspaceName = 'log-${token}'

@description('Name of the Application Insights component.')
var appInsightsName = 'appi-${token}'

@description('Name of the host\'s storage account.')
var hostStorageName = 'sthost${token}'

@description('Names of the accounts with the tables.')
var dataStorageNames = map(range(0, dataAccounts), i => 'stdata${i}${token}')

@description('Name of the vault.')
var keyVaultName = 'kv-${token}'

@description('Name of the Event Hubs namespace.')
var namespaceName = 'evhns-${token}'

@description('Name of the Functions app.')
var functionAppName = 'func-${token}'

@description('Name of its plan.')
var planName = 'plan-${token}'

@description('Name of the private network.')
var networkName = 'vnet-${token}'

@description('Container of the app\'s package.')
var packageContainer = 'packages'

@description('Tags of every resource; azd finds the environment by them.')
var tags = {
  'azd-env-name': environmentName
}

@description('Tags of the Functions app; azd finds the service of azure.yaml by them.')
var siteTags = union(tags, {
  'azd-service-name': 'consumers'
})

// ---- What follows from the parameters

@description('Whether the broker is made here.')
var makesBroker = kafkaMode == 'eventHubs'

@description('Whether services answer outside their private endpoints.')
var publicNetworkAccess = privateNetwork ? 'Disabled' : 'Enabled'

@description('The due date of the keys, in seconds since 1970.')
var secretsExpireAt = dateTimeToEpoch(dateTimeAdd(deployedAt, 'P${secretsValidDays}D'))

@description('Tables of every data account: one for each group.')
var groupTables = map(consumers, item => item.group)

@description('Tables that the first account holds for all. The app fills a table of products only if it makes it itself.')
var firstAccountTables = sampleCatalog ? [sharedTables.progress] : [sharedTables.progress, sharedTables.catalog]

@description('Addresses of the tables, account by account.')
var tableServiceUris = map(dataStorageNames, name => 'https://${name}.table.${environment().suffixes.storage}')

@description('Address of the host\'s blobs.')
var hostBlobServiceUri = 'https://${hostStorageName}.blob.${environment().suffixes.storage}'

@description('Bootstrap list of the broker.')
var brokers = makesBroker ? '${namespaceName}.servicebus.windows.net:9093' : kafkaBrokers

@description('Private DNS zones of blobs, queues, tables and the vault.')
var storageZones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
}

@description('Private DNS zone of the vault.')
var vaultZone = replace(environment().suffixes.keyvaultDns, '.vault.', 'privatelink.vaultcore.')

@description('Private DNS zone of the broker.')
var brokerZone = 'privatelink.servicebus.windows.net'

@description('All private DNS zones.')
var zoneNames = concat(
  [
    storageZones.blob
    storageZones.queue
    storageZones.table
    vaultZone
  ],
  makesBroker ? [brokerZone] : []
)

@description('The private endpoints: the host\'s account, every account with tables, the vault, the broker.')
var endpoints = concat(
  map(['blob', 'queue', 'table'], part => {
    name: 'pep-${hostStorageName}-${part}'
    targetType: 'Microsoft.Storage/storageAccounts'
    targetName: hostStorageName
    groupId: part
    zoneName: 'privatelink.${part}.${environment().suffixes.storage}'
  }),
  map(dataStorageNames, name => {
    name: 'pep-${name}-table'
    targetType: 'Microsoft.Storage/storageAccounts'
    targetName: name
    groupId: 'table'
    zoneName: storageZones.table
  }),
  [
    {
      name: 'pep-${keyVaultName}'
      targetType: 'Microsoft.KeyVault/vaults'
      targetName: keyVaultName
      groupId: 'vault'
      zoneName: vaultZone
    }
  ],
  makesBroker
    ? [
        {
          name: 'pep-${namespaceName}'
          targetType: 'Microsoft.EventHub/namespaces'
          targetName: namespaceName
          groupId: 'namespace'
          zoneName: brokerZone
        }
      ]
    : []
)

// ---- Application settings: the names are those that the code reads

@description('What the Functions host needs: its storage and its telemetry, both under the identity; and a worker that is started before the app is known, which shortens a cold start.')
var hostSettings = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.outputs.clientId
  AzureWebJobsStorage__blobServiceUri: hostBlobServiceUri
  AzureWebJobsStorage__queueServiceUri: 'https://${hostStorageName}.queue.${environment().suffixes.storage}'
  AzureWebJobsStorage__tableServiceUri: 'https://${hostStorageName}.table.${environment().suffixes.storage}'
  WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED: '1'
}

@description('The broker, as the trigger reads it.')
var kafkaSettings = {
  KafkaBrokers: brokers
  KafkaUsername: makesBroker ? '$ConnectionString' : kafkaUsername
  KafkaPassword: '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${kafkaSecretName})'
  OrdersTopic: ordersTopic
}

@description('Each group\'s own key for its dead-letter topic. An external broker\'s one password serves for both.')
var deadLetterSettings = makesBroker
  ? toObject(
      consumers,
      item => 'KafkaDeadLetters__${item.group}__Password',
      item => '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${deadLetterSecretName(item.group)})'
    )
  : {}

@description('One account with tables.')
var oneAccountSettings = {
  OrderTables__serviceUri: tableServiceUris[0]
  OrderTables__clientId: identity.outputs.clientId
}

@description('Several accounts with tables: their addresses.')
var accountUriSettings = toObject(
  range(0, dataAccounts),
  i => 'OrderTables__${i}__serviceUri',
  i => tableServiceUris[i]
)

@description('Several accounts with tables: the identity for each.')
var accountIdentitySettings = toObject(
  range(0, dataAccounts),
  i => 'OrderTables__${i}__clientId',
  i => identity.outputs.clientId
)

@description('How once is kept.')
var onceSettings = {
  EffectivelyOnce__Buckets: string(buckets)
  EffectivelyOnce__Retention: '${keyRetentionDays}.00:00:00'
  EffectivelyOnce__BatchDeadline: timeSpan(batchDeadlineSeconds)
  EffectivelyOnce__OutboxLease: timeSpan(outboxLeaseSeconds)
  EffectivelyOnce__InDoubt: inDoubt
}

@description('The mail server, or the one folder that an instance may write to.')
var mailSettings = empty(smtpHost)
  ? {
      MailFolder: '/tmp/mail'
    }
  : {
      SmtpHost: smtpHost
      SmtpPort: string(smtpPort)
      SmtpTls: smtpTls ? 'true' : 'false'
      MailFrom: mailFrom
    }

@description('How to log in at the mail server, where that is asked for.')
var mailLoginSettings = empty(smtpHost) || empty(smtpUsername)
  ? {}
  : {
      SmtpUsername: smtpUsername
      SmtpPassword: '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${smtpSecretName})'
    }

@description('All application settings but those of the plan.')
var settings = union(
  hostSettings,
  kafkaSettings,
  deadLetterSettings,
  dataAccounts == 1 ? oneAccountSettings : union(accountUriSettings, accountIdentitySettings),
  onceSettings,
  mailSettings,
  mailLoginSettings
)

// ---- Resources

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: workspaceName
    appInsightsName: appInsightsName
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module hostStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: hostStorageName
    location: location
    tags: tags
    sku: storageSku
    publicNetworkAccess: publicNetworkAccess
    containers: [
      packageContainer
    ]
    tables: []
  }
}

module dataStorage 'modules/storage.bicep' = [
  for (name, i) in dataStorageNames: {
    scope: group
    params: {
      name: name
      location: location
      tags: tags
      sku: storageSku
      publicNetworkAccess: publicNetworkAccess
      containers: []
      tables: i == 0 ? concat(groupTables, firstAccountTables) : groupTables
    }
  }
]

module keyVault 'modules/keyVault.bicep' = {
  scope: group
  params: {
    name: keyVaultName
    location: location
    tags: tags
    publicNetworkAccess: publicNetworkAccess
    workspaceId: monitoring.outputs.workspaceId
    purgeProtection: vaultPurgeProtection
    secretsExpireAt: secretsExpireAt
    kafkaSecretName: kafkaSecretName
    kafkaPassword: makesBroker ? '' : kafkaPassword
    smtpSecretName: smtpSecretName
    smtpPassword: smtpPassword
  }
}

module messaging 'modules/messaging.bicep' = if (makesBroker) {
  scope: group
  params: {
    name: namespaceName
    location: location
    tags: tags
    sku: eventHubsSku
    capacity: eventHubsCapacity
    maximumThroughputUnits: max(eventHubsCapacity, eventHubsMaximumThroughputUnits)
    zoneRedundant: zoneRedundant
    publicNetworkAccess: publicNetworkAccess
    ordersTopic: ordersTopic
    partitionCount: ordersPartitions
    retentionHours: ordersRetentionHours
    deadLetterRetentionHours: deadLetterRetentionHours
    consumers: consumers
    namespaceKeys: namespaceKeys
    keyVaultName: keyVaultName
    kafkaSecretName: kafkaSecretName
    secretsExpireAt: secretsExpireAt
    workspaceId: monitoring.outputs.workspaceId
  }
  dependsOn: [
    keyVault
  ]
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: networkName
    location: location
    tags: tags
    addressPrefix: networkAddressPrefix
    delegation: plan == 'flexConsumption' ? 'Microsoft.App/environments' : 'Microsoft.Web/serverFarms'
    zoneNames: zoneNames
  }
}

module privateEndpoints 'modules/privateEndpoints.bicep' = if (privateNetwork) {
  scope: group
  params: {
    location: location
    tags: tags
    endpoints: endpoints
    subnetId: network!.outputs.endpointsSubnetId
  }
  dependsOn: [
    dataStorage
    hostStorage
    keyVault
    messaging
  ]
}

module roles 'modules/roles.bicep' = {
  scope: group
  params: {
    identityName: identityName
    principalId: identity.outputs.principalId
    hostStorageName: hostStorageName
    dataStorageNames: dataStorageNames
    keyVaultName: keyVaultName
    appInsightsName: appInsightsName
  }
  dependsOn: [
    dataStorage
    hostStorage
    keyVault
    monitoring
  ]
}

module deployerRoles 'modules/deployerRoles.bicep' = if (!empty(deployerPrincipalId)) {
  scope: group
  params: {
    principalId: deployerPrincipalId
    dataStorageNames: dataStorageNames
    namespaceName: makesBroker ? namespaceName : ''
  }
  dependsOn: [
    dataStorage
    messaging
  ]
}

module flex 'modules/functionAppFlex.bicep' = if (plan == 'flexConsumption') {
  scope: group
  params: {
    name: functionAppName
    planName: planName
    location: location
    tags: tags
    siteTags: siteTags
    identityId: identity.outputs.id
    consumers: consumers
    settings: settings
    appInsightsName: appInsightsName
    packageContainerUrl: '${hostBlobServiceUri}/${packageContainer}'
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: flexMaximumInstances
    alwaysReadyInstances: zoneRedundant ? max(2, alwaysReadyInstances) : alwaysReadyInstances
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork ? network!.outputs.consumersSubnetId : ''
  }
  dependsOn: [
    messaging
    privateEndpoints
    roles
  ]
}

module premium 'modules/functionAppPremium.bicep' = if (plan == 'elasticPremium') {
  scope: group
  params: {
    name: functionAppName
    planName: planName
    location: location
    tags: tags
    siteTags: siteTags
    identityId: identity.outputs.id
    settings: settings
    appInsightsName: appInsightsName
    packageUrl: '${hostBlobServiceUri}/${packageContainer}/consumers.zip'
    sku: premiumSku
    minimumInstanceCount: zoneRedundant ? max(3, premiumMinimumInstances) : premiumMinimumInstances
    maximumInstanceCount: max(3, premiumMaximumInstances)
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork ? network!.outputs.consumersSubnetId : ''
  }
  dependsOn: [
    messaging
    privateEndpoints
    roles
  ]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    emails: alertEmails
    consumers: consumers
    ordersTopic: ordersTopic
    dataStorageNames: dataStorageNames
    namespaceName: makesBroker ? namespaceName : ''
    flexAppName: plan == 'flexConsumption' ? functionAppName : ''
    unsentThreshold: unsentThreshold
    lagThreshold: lagThreshold
    outboxAgeThreshold: outboxAgeThreshold
    tableBusyThreshold: tableBusyThreshold
  }
  dependsOn: [
    dataStorage
    flex
    messaging
  ]
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    dataStorageNames: dataStorageNames
    namespaceName: makesBroker ? namespaceName : ''
  }
}

// ---- What azd and people need to know

@description('Region of the resources.')
output AZURE_LOCATION string = location

@description('Resource group of the environment.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the Functions app.')
output AZURE_FUNCTION_APP_NAME string = functionAppName

@description('Account and container of the app\'s package, for Elastic Premium.')
output PACKAGE_CONTAINER_URL string = '${hostBlobServiceUri}/${packageContainer}'

@description('Name of the host\'s storage account.')
output AZURE_HOST_STORAGE_NAME string = hostStorageName

@description('Resource id of the workspace.')
output AZURE_LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.workspaceId

@description('Bootstrap list of the broker.')
output KAFKA_BROKERS string = brokers

@description('Topic of the orders.')
output ORDERS_TOPIC string = ordersTopic

@description('Addresses of the tables, account by account.')
output TABLE_SERVICE_URIS string[] = tableServiceUris

@description('Name of the vault.')
output AZURE_KEY_VAULT_NAME string = keyVaultName

@description('Name of the consumers\' identity.')
output AZURE_IDENTITY_NAME string = identityName

@description('Name of the Application Insights component.')
output APPLICATION_INSIGHTS_NAME string = appInsightsName
