// What whoever deploys may do with the data: read and write the tables, and send orders to the broker made here.

import { roleIds } from '../roleIds.bicep'

@description('Object id of whoever deploys.')
param principalId string

@description('The accounts with the consumers\' tables.')
param dataStorageNames string[]

@description('The Event Hubs namespace; empty for an external broker.')
param namespaceName string

resource dataStorage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = [
  for accountName in dataStorageNames: {
    name: accountName
  }
]

resource namespace 'Microsoft.EventHub/namespaces@2026-01-01' existing = if (!empty(namespaceName)) {
  name: namespaceName
}

// Without principalType Azure finds out by itself whether a person or a pipeline deploys.
resource tablesRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (accountName, i) in dataStorageNames: {
    scope: dataStorage[i]
    name: guid(dataStorage[i].id, principalId, roleIds.storageTableDataContributor)
    properties: {
      principalId: principalId
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds.storageTableDataContributor
      )
    }
  }
]

resource senderRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(namespaceName)) {
  scope: namespace
  name: guid(namespace.id, principalId, roleIds.eventHubsDataSender)
  properties: {
    principalId: principalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.eventHubsDataSender)
  }
}
