// What the consumers' identity may do, resource by resource; it has no right anywhere else. The broker is not in the
// list: the Kafka trigger cannot use an identity, so its rights are the keys in the vault (messaging.bicep).

import { roleIds } from '../roleIds.bicep'

@description('Name of the consumers\' identity. The names of the assignments come from it, since its object id is not known before it exists.')
param identityName string

@description('Object id of the consumers\' identity.')
param principalId string

@description('The host\'s own storage account.')
param hostStorageName string

@description('The accounts with the consumers\' tables.')
param dataStorageNames string[]

@description('The vault.')
param keyVaultName string

@description('The Application Insights component.')
param appInsightsName string

@description('What the host needs of its own account: packages and leases, its queues, its diagnostic events.')
var hostRoles = [
  roleIds.storageBlobDataOwner
  roleIds.storageQueueDataContributor
  roleIds.storageTableDataContributor
]

resource hostStorage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: hostStorageName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = [
  for accountName in dataStorageNames: {
    name: accountName
  }
]

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: appInsightsName
}

resource hostStorageRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in hostRoles: {
    scope: hostStorage
    name: guid(hostStorage.id, identityName, roleId)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    }
  }
]

resource dataStorageRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (accountName, i) in dataStorageNames: {
    scope: dataStorage[i]
    name: guid(dataStorage[i].id, identityName, roleIds.storageTableDataContributor)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageTableDataContributor
      )
    }
  }
]

resource vaultRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identityName, roleIds.keyVaultSecretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)
  }
}

resource appInsightsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: appInsights
  name: guid(appInsights.id, identityName, roleIds.monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.monitoringMetricsPublisher
    )
  }
}
