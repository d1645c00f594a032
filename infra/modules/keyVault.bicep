// The vault for what has no identity of its own: the broker's and the mail server's passwords.

@description('Name of the vault, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Whether the vault answers outside its private endpoint.')
@allowed([
  'Enabled'
  'Disabled'
])
param publicNetworkAccess string

@description('Workspace that receives the audit log.')
param workspaceId string

@description('Whether a deleted vault can be purged by nobody for 90 days.')
param purgeProtection bool

@description('When the secrets written here are to be renewed, in seconds since 1970.')
@minValue(0)
param secretsExpireAt int

@description('Name of the secret with the password for an external broker.')
param kafkaSecretName string

@description('Password for an external broker; empty for none.')
@secure()
param kafkaPassword string

@description('Name of the secret with the password for the mail server.')
param smtpSecretName string

@description('Password for the mail server; empty for none.')
@secure()
param smtpPassword string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  // checkov:skip=CKV_AZURE_109:Deny whenever the network is private (privateNetwork)
  // checkov:skip=CKV_AZURE_110:by the parameter vaultPurgeProtection
  // checkov:skip=CKV_AZURE_189:Disabled whenever the network is private (privateNetwork)
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Azure refuses `false`: what is not there is off.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'
    }
  }
}

resource kafka 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(kafkaPassword)) {
  parent: vault
  name: kafkaSecretName
  properties: {
    contentType: 'text/plain'
    value: kafkaPassword
    attributes: {
      exp: secretsExpireAt
    }
  }
}

resource smtp 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(smtpPassword)) {
  parent: vault
  name: smtpSecretName
  properties: {
    contentType: 'text/plain'
    value: smtpPassword
    attributes: {
      exp: secretsExpireAt
    }
  }
}

// The only version that knows category groups; it has never left preview.
#disable-next-line use-recent-api-versions
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the vault.')
output id string = vault.id
