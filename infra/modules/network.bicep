// The private network: one subnet in which the consumers run, one for private endpoints, and the names that lead to them.

@description('Name of the virtual network.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Address range, /16 to /24; the consumers get its first half, the private endpoints the second.')
param addressPrefix string

@description('The service to which the consumers\' subnet is delegated.')
@allowed([
  'Microsoft.App/environments'
  'Microsoft.Web/serverFarms'
])
param delegation string

@description('The private DNS zones.')
param zoneNames string[]

@description('Length of a subnet\'s prefix, one more than the network\'s.')
var subnetBits = parseCidr(addressPrefix).cidr + 1

resource consumersRules 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'nsg-${name}-consumers'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'deny-inbound'
        properties: {
          description: 'Nothing calls the consumers; they call the broker and the tables.'
          access: 'Deny'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource endpointsRules 'Microsoft.Network/networkSecurityGroups@2025-09-01' = {
  name: 'nsg-${name}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'deny-inbound'
        properties: {
          description: 'The private endpoints answer inside the network only.'
          access: 'Deny'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    // Here and not as resources of their own: a network written without its subnets can lose them.
    subnets: [
      {
        name: 'consumers'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, subnetBits, 0)
          delegations: [
            {
              name: 'consumers'
              properties: {
                serviceName: delegation
              }
            }
          ]
          networkSecurityGroup: {
            id: consumersRules.id
          }
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, subnetBits, 1)
          networkSecurityGroup: {
            id: endpointsRules.id
          }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

resource consumersSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' existing = {
  parent: network
  name: 'consumers'
}

resource endpointsSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-09-01' existing = {
  parent: network
  name: 'endpoints'
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, i) in zoneNames: {
    parent: zone[i]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

@description('Subnet in which the consumers run.')
output consumersSubnetId string = consumersSubnet.id

@description('Subnet of the private endpoints.')
output endpointsSubnetId string = endpointsSubnet.id
