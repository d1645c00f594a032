// Event Hubs as the Kafka broker: the orders topic, a dead-letter topic for each group, and one key for each task.
// The keys go straight into the vault and nowhere else. A trigger's key can only listen to orders; a group's key can
// only send to its own dead-letter topic. With namespaceKeys, the same keys are good for every topic.

import { consumer, deadLetterSecretName, deadLetterTopic } from '../consumers.bicep'

@description('Name of the Event Hubs namespace, unique in Azure.')
@minLength(6)
@maxLength(50)
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Tier of the namespace. Kafka needs Standard at least.')
@allowed([
  'Standard'
  'Premium'
])
param sku string

@description('Throughput units (Standard) or processing units (Premium) to start with.')
@minValue(1)
@maxValue(40)
param capacity int

@description('Throughput units up to which a Standard namespace grows by itself.')
@minValue(1)
@maxValue(40)
param maximumThroughputUnits int

@description('Whether the namespace is spread over the availability zones.')
param zoneRedundant bool

@description('Whether the namespace answers outside its private endpoint.')
@allowed([
  'Enabled'
  'Disabled'
])
param publicNetworkAccess string

@description('The orders topic.')
param ordersTopic string

@description('Partitions of the orders topic, and so the largest number of instances that read for one group.')
@minValue(1)
@maxValue(1024)
param partitionCount int

@description('Hours for which orders stay in the topic.')
@minValue(1)
@maxValue(2160)
param retentionHours int

@description('Hours for which dead letters stay in their topics.')
@minValue(1)
@maxValue(2160)
param deadLetterRetentionHours int

@description('The consumers.')
param consumers consumer[]

@description('Whether the keys are good for the whole namespace instead of one topic each.')
param namespaceKeys bool

@description('The vault that receives the keys.')
param keyVaultName string

@description('Name of the secret with the key that listens to orders.')
param kafkaSecretName string

@description('When the secrets written here are to be renewed, in seconds since 1970.')
@minValue(0)
param secretsExpireAt int

@description('Workspace that receives the broker\'s logs.')
param workspaceId string

// A variable, and not a call in the loop below: the compiler writes the name once more into the loop of the keys, and
// loses the namespace of the function there.
@description('The dead-letter topics, group by group.')
var deadLetterTopics = map(consumers, item => deadLetterTopic(ordersTopic, item.group))

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' = {
  // checkov:skip=CKV_AZURE_228:by the parameter zoneRedundant
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: capacity
  }
  properties: {
    // SASL PLAIN is what the Kafka trigger speaks, and it needs a key; the trigger has no managed identity.
    disableLocalAuth: false
    isAutoInflateEnabled: sku == 'Standard'
    kafkaEnabled: true
    maximumThroughputUnits: sku == 'Standard' ? maximumThroughputUnits : 0
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
    zoneRedundant: zoneRedundant
  }
}

resource orders 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' = {
  parent: namespace
  name: ordersTopic
  properties: {
    partitionCount: partitionCount
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: retentionHours
    }
  }
}

resource listen 'Microsoft.EventHub/namespaces/eventhubs/authorizationRules@2026-01-01' = if (!namespaceKeys) {
  parent: orders
  name: 'listen'
  properties: {
    rights: [
      'Listen'
    ]
  }
}

resource deadLetters 'Microsoft.EventHub/namespaces/eventhubs@2026-01-01' = [
  for topic in deadLetterTopics: {
    parent: namespace
    name: topic
    properties: {
      partitionCount: 1
      retentionDescription: {
        cleanupPolicy: 'Delete'
        retentionTimeInHours: deadLetterRetentionHours
      }
    }
  }
]

resource send 'Microsoft.EventHub/namespaces/eventhubs/authorizationRules@2026-01-01' = [
  for i in range(0, length(consumers)): if (!namespaceKeys) {
    parent: deadLetters[i]
    name: 'send'
    properties: {
      rights: [
        'Send'
      ]
    }
  }
]

resource listenAnywhere 'Microsoft.EventHub/namespaces/authorizationRules@2026-01-01' = if (namespaceKeys) {
  parent: namespace
  name: 'listen'
  properties: {
    rights: [
      'Listen'
    ]
  }
}

resource sendAnywhere 'Microsoft.EventHub/namespaces/authorizationRules@2026-01-01' = if (namespaceKeys) {
  parent: namespace
  name: 'send'
  properties: {
    rights: [
      'Send'
    ]
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

resource listenSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = {
  parent: vault
  name: kafkaSecretName
  properties: {
    contentType: 'text/plain'
    value: namespaceKeys
      ? listenAnywhere!.listKeys().primaryConnectionString
      : listen!.listKeys().primaryConnectionString
    attributes: {
      exp: secretsExpireAt
    }
  }
}

resource sendSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = [
  for (item, i) in consumers: {
    parent: vault
    name: deadLetterSecretName(item.group)
    properties: {
      contentType: 'text/plain'
      value: namespaceKeys
        ? sendAnywhere!.listKeys().primaryConnectionString
        : send[i]!.listKeys().primaryConnectionString
      attributes: {
        exp: secretsExpireAt
      }
    }
  }
]

// The only version that knows category groups; it has never left preview.
#disable-next-line use-recent-api-versions
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the namespace.')
output id string = namespace.id
