// One private endpoint for each service that the consumers call, with its name in the zone made for it.

@description('A service and the way to it.')
type endpoint = {
  @description('Name of the endpoint.')
  name: string

  @description('Resource type of the service.')
  targetType: string

  @description('Name of the service.')
  targetName: string

  @description('The part of the service that is reached: blob, queue, table, vault or namespace.')
  groupId: string

  @description('The private DNS zone of that part.')
  zoneName: string
}

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('The endpoints to make.')
param endpoints endpoint[]

@description('Subnet of the endpoints.')
param subnetId string

resource privateEndpoint 'Microsoft.Network/privateEndpoints@2025-09-01' = [
  for item in endpoints: {
    name: item.name
    location: location
    tags: tags
    properties: {
      subnet: {
        id: subnetId
      }
      privateLinkServiceConnections: [
        {
          name: item.groupId
          properties: {
            privateLinkServiceId: resourceId(item.targetType, item.targetName)
            groupIds: [
              item.groupId
            ]
          }
        }
      ]
    }
  }
]

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-09-01' = [
  for (item, i) in endpoints: {
    parent: privateEndpoint[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: item.groupId
          properties: {
            privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', item.zoneName)
          }
        }
      ]
    }
  }
]
