// The consumers on Flex Consumption: instances come and go with the lag, and one for each consumer is always there,
// since a Kafka trigger does not wake an app that has none.

import { consumer } from '../consumers.bicep'

@description('Name of the Functions app, unique in Azure.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of its plan.')
param planName string

@description('Azure region.')
param location string

@description('Tags of the plan.')
param tags { *: string }

@description('Tags of the app; azd finds it by them.')
param siteTags { *: string }

@description('Resource id of the consumers\' identity.')
param identityId string

@description('The consumers.')
param consumers consumer[]

@description('Application settings without those of the plan.')
param settings { *: string }

@description('The Application Insights component.')
param appInsightsName string

@description('Container from which the app\'s package is read.')
param packageContainerUrl string

@description('Memory of an instance in MB.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int

@description('Largest number of instances.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances of each consumer that are always there.')
@minValue(0)
@maxValue(10)
param alwaysReadyInstances int

@description('Whether the instances are spread over the availability zones.')
param zoneRedundant bool

@description('Subnet in which the app runs; empty for none.')
param subnetId string

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_225:by the parameter zoneRedundant
  // checkov:skip=CKV_AZURE_212:Flex Consumption counts instances in alwaysReady
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: appInsightsName
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_17:no function answers HTTP
  // checkov:skip=CKV_AZURE_221:the site's only public face is its deployment endpoint, which takes tokens alone
  // checkov:skip=CKV_AZURE_222:the site's only public face is its deployment endpoint, which takes tokens alone
  name: name
  location: location
  tags: siteTags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        alwaysReady: alwaysReadyInstances == 0
          ? []
          : map(consumers, item => {
              name: 'function:${item.function}'
              instanceCount: alwaysReadyInstances
            })
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union(settings, {
    APPLICATIONINSIGHTS_CONNECTION_STRING: appInsights.properties.ConnectionString
  })
}

resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: {
    allow: false
  }
}

@description('Name of the app.')
output name string = site.name
