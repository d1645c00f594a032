// The consumers on Elastic Premium: warm instances, and more of them while the lag grows.

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

@description('Application settings without those of the plan.')
param settings { *: string }

@description('The Application Insights component.')
param appInsightsName string

@description('Address of the app\'s package, a zip file in the host\'s account.')
param packageUrl string

@description('Size of an instance.')
@allowed([
  'EP1'
  'EP2'
  'EP3'
])
param sku string

@description('Instances that are always there. A plan over the availability zones needs three.')
@minValue(1)
@maxValue(20)
param minimumInstanceCount int

@description('Largest number of instances.')
@minValue(1)
@maxValue(100)
param maximumInstanceCount int

@description('Whether the instances are spread over the availability zones.')
param zoneRedundant bool

@description('Subnet in which the app runs; empty for none.')
param subnetId string

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_225:by the parameter zoneRedundant
  // checkov:skip=CKV_AZURE_212:by the parameter minimumInstanceCount
  name: planName
  location: location
  tags: tags
  kind: 'elastic'
  sku: {
    name: sku
    tier: 'ElasticPremium'
    capacity: minimumInstanceCount
  }
  properties: {
    maximumElasticWorkerCount: maximumInstanceCount
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
    siteConfig: {
      linuxFxVersion: 'DOTNET-ISOLATED|10.0'
      functionAppScaleLimit: maximumInstanceCount
      // Without it a Kafka trigger does not scale.
      functionsRuntimeScaleMonitoringEnabled: true
      minimumElasticInstanceCount: minimumInstanceCount
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      remoteDebuggingEnabled: false
      scmMinTlsVersion: '1.2'
      use32BitWorkerProcess: false
      vnetRouteAllEnabled: !empty(subnetId)
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union(settings, {
    APPLICATIONINSIGHTS_CONNECTION_STRING: appInsights.properties.ConnectionString
    FUNCTIONS_EXTENSION_VERSION: '~4'
    FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'
    WEBSITE_RUN_FROM_PACKAGE: packageUrl
    WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: identityId
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
