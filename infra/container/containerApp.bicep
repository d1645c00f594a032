// The consumers as a container on Azure Container Apps, beside what infra/main.bicep made: deploy it into the same
// resource group, with the names that main.bicep gives out. KEDA scales on each group's lag.

import { consumers, deadLetterSecretName, kafkaSecretName, smtpSecretName, timeSpan } from '../consumers.bicep'

@description('Name of the container app and, with a prefix, of its environment.')
@minLength(2)
@maxLength(32)
param name string = 'order-consumers'

@description('Azure region.')
param location string = resourceGroup().location

@description('The image, with a registry that the identity may pull from, and a tag or a digest that never moves.')
@minLength(1)
param image string

@description('Name of the consumers\' identity: the output AZURE_IDENTITY_NAME.')
param identityName string

@description('Name of the vault with the broker\'s key: the output AZURE_KEY_VAULT_NAME.')
param keyVaultName string

@description('Name of the Application Insights component: the output APPLICATION_INSIGHTS_NAME.')
param appInsightsName string

@description('Name of the host\'s storage account: the output AZURE_HOST_STORAGE_NAME.')
param hostStorageName string

@description('Addresses of the tables: the output TABLE_SERVICE_URIS.')
@minLength(1)
param tableServiceUris string[]

@description('Bootstrap list of the broker: the output KAFKA_BROKERS.')
param kafkaBrokers string

@description('User name at the broker; `$ConnectionString` for Event Hubs.')
@secure()
param kafkaUsername string

@description('Whether each group has its own key for its dead-letter topic, as on Event Hubs.')
param deadLetterKeys bool = true

@description('Topic of the orders: the output ORDERS_TOPIC.')
param ordersTopic string = 'order-events'

@description('Buckets of a group\'s table, the same as everywhere.')
@minValue(1)
@maxValue(1000)
param buckets int = 16

@description('Days for which keys and the rows of dead letters are kept at least, the same as everywhere.')
@minValue(1)
@maxValue(3650)
param keyRetentionDays int = 14

@description('Seconds for which one call may try to settle a batch. Well below the 300 s after which the broker evicts an instance.')
@minValue(1)
@maxValue(240)
param batchDeadlineSeconds int = 120

@description('Seconds for which a claim on a message in the outbox holds, the same as everywhere.')
@minValue(10)
@maxValue(3600)
param outboxLeaseSeconds int = 60

@description('What happens to a message of which nobody knows whether it was sent: sent again, or set aside.')
@allowed([
  'Resend'
  'Park'
])
param inDoubt string = 'Resend'

@description('Mail server for the confirmations; without one they are files on the replica\'s disk and go with it.')
param smtpHost string = ''

@description('Port of the mail server, for STARTTLS.')
@minValue(1)
@maxValue(65535)
param smtpPort int = 587

@description('User name at the mail server, whose password is in the vault; empty for none.')
param smtpUsername string = ''

@description('Sender of the confirmations.')
param mailFrom string = 'orders@example.org'

@description('Lag of a group for which one more replica is started.')
@minValue(1)
@maxValue(1000000)
param lagForOneMore int = 1000

@description('Replicas that are always there. One at least: what waits in the outbox is sent by a running replica.')
@minValue(1)
@maxValue(100)
param minimumReplicas int = 1

@description('Largest number of replicas; more than the topic has partitions would be idle.')
@minValue(1)
@maxValue(1000)
param maximumReplicas int = 8

@description('Subnet of the environment, delegated to Microsoft.App/environments; empty for none.')
param subnetId string = ''

@description('Whether the environment is spread over the availability zones; needs a subnet.')
param zoneRedundant bool = false

@description('Workspace that receives the containers\' logs: the output AZURE_LOG_ANALYTICS_WORKSPACE_ID.')
param workspaceId string

@description('Tags of every resource.')
param tags { *: string } = {}

@description('Where the vault keeps its secrets.')
var secretsUri = 'https://${keyVaultName}${environment().suffixes.keyvaultDns}/secrets/'

@description('Secrets of the app: the broker\'s user name is given, its key stays in the vault.')
var secrets = concat(
  [
    {
      name: 'kafka-username'
      value: kafkaUsername
    }
    {
      name: 'kafka-password'
      identity: identity.id
      keyVaultUrl: '${secretsUri}${kafkaSecretName}'
    }
  ],
  deadLetterKeys
    ? map(consumers, item => {
        name: deadLetterSecretName(item.group)
        identity: identity.id
        keyVaultUrl: '${secretsUri}${deadLetterSecretName(item.group)}'
      })
    : [],
  empty(smtpUsername)
    ? []
    : [
        {
          name: smtpSecretName
          identity: identity.id
          keyVaultUrl: '${secretsUri}${smtpSecretName}'
        }
      ]
)

@description('The mail server, or the one folder that a replica may write to.')
var mailSettings = empty(smtpHost)
  ? [
      {
        name: 'MailFolder'
        value: '/tmp/mail'
      }
    ]
  : [
      {
        name: 'SmtpHost'
        value: smtpHost
      }
      {
        name: 'SmtpPort'
        value: string(smtpPort)
      }
      {
        name: 'SmtpTls'
        value: 'true'
      }
      {
        name: 'MailFrom'
        value: mailFrom
      }
    ]

@description('How to log in at the mail server, where that is asked for.')
var mailLoginSettings = empty(smtpUsername)
  ? []
  : [
      {
        name: 'SmtpUsername'
        value: smtpUsername
      }
      {
        name: 'SmtpPassword'
        secretRef: smtpSecretName
      }
    ]

@description('Settings that name the tables: one account, or several.')
var tableSettings = length(tableServiceUris) == 1
  ? [
      {
        name: 'OrderTables__serviceUri'
        value: tableServiceUris[0]
      }
      {
        name: 'OrderTables__clientId'
        value: identity.properties.clientId
      }
    ]
  : concat(
      map(range(0, length(tableServiceUris)), i => {
        name: 'OrderTables__${i}__serviceUri'
        value: tableServiceUris[i]
      }),
      map(range(0, length(tableServiceUris)), i => {
        name: 'OrderTables__${i}__clientId'
        value: identity.properties.clientId
      })
    )

@description('Settings that let each group write to its dead-letter topic.')
var deadLetterSettings = deadLetterKeys
  ? map(consumers, item => {
      name: 'KafkaDeadLetters__${item.group}__Password'
      secretRef: deadLetterSecretName(item.group)
    })
  : []

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: appInsightsName
}

resource containerEnvironment 'Microsoft.App/managedEnvironments@2026-01-01' = {
  name: 'cae-${name}'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
    vnetConfiguration: empty(subnetId)
      ? null
      : {
          infrastructureSubnetId: subnetId
          internal: true
        }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
    zoneRedundant: zoneRedundant
  }
}

// The only version that knows category groups; it has never left preview.
#disable-next-line use-recent-api-versions
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: containerEnvironment
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

resource app 'Microsoft.App/containerApps@2026-01-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    environmentId: containerEnvironment.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      registries: [
        {
          server: split(image, '/')[0]
          identity: identity.id
        }
      ]
      secrets: secrets
    }
    template: {
      // A batch in flight has this long to settle, and a little more.
      terminationGracePeriodSeconds: min(600, batchDeadlineSeconds + 30)
      containers: [
        {
          name: 'consumers'
          image: image
          resources: {
            cpu: 1
            memory: '2Gi'
          }
          env: concat(
            [
              {
                name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
                value: appInsights.properties.ConnectionString
              }
              {
                name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
                value: 'ClientId=${identity.properties.clientId};Authorization=AAD'
              }
              {
                name: 'AzureWebJobsStorage__accountName'
                value: hostStorageName
              }
              {
                name: 'AzureWebJobsStorage__credential'
                value: 'managedidentity'
              }
              {
                name: 'AzureWebJobsStorage__clientId'
                value: identity.properties.clientId
              }
              {
                name: 'KafkaBrokers'
                value: kafkaBrokers
              }
              {
                name: 'KafkaUsername'
                secretRef: 'kafka-username'
              }
              {
                name: 'KafkaPassword'
                secretRef: 'kafka-password'
              }
              {
                name: 'OrdersTopic'
                value: ordersTopic
              }
              {
                name: 'EffectivelyOnce__Buckets'
                value: string(buckets)
              }
              {
                name: 'EffectivelyOnce__Retention'
                value: '${keyRetentionDays}.00:00:00'
              }
              {
                name: 'EffectivelyOnce__BatchDeadline'
                value: timeSpan(batchDeadlineSeconds)
              }
              {
                name: 'EffectivelyOnce__OutboxLease'
                value: timeSpan(outboxLeaseSeconds)
              }
              {
                name: 'EffectivelyOnce__InDoubt'
                value: inDoubt
              }
            ],
            tableSettings,
            deadLetterSettings,
            mailSettings,
            mailLoginSettings
          )
          probes: [
            {
              type: 'Startup'
              httpGet: {
                path: '/api/health/live'
                port: 8080
              }
              periodSeconds: 5
              failureThreshold: 30
            }
            {
              type: 'Liveness'
              httpGet: {
                path: '/api/health/live'
                port: 8080
              }
              periodSeconds: 20
              timeoutSeconds: 5
              failureThreshold: 6
            }
            {
              type: 'Readiness'
              httpGet: {
                path: '/api/health/ready'
                port: 8080
              }
              periodSeconds: 10
              timeoutSeconds: 5
            }
          ]
        }
      ]
      scale: {
        minReplicas: minimumReplicas
        maxReplicas: maximumReplicas
        pollingInterval: 15
        cooldownPeriod: 300
        rules: [
          for item in consumers: {
            name: item.group
            custom: {
              type: 'kafka'
              metadata: {
                bootstrapServers: kafkaBrokers
                consumerGroup: item.group
                topic: ordersTopic
                lagThreshold: string(lagForOneMore)
                offsetResetPolicy: 'earliest'
                sasl: 'plaintext'
                tls: 'enable'
              }
              auth: [
                {
                  secretRef: 'kafka-username'
                  triggerParameter: 'username'
                }
                {
                  secretRef: 'kafka-password'
                  triggerParameter: 'password'
                }
              ]
            }
          }
        ]
      }
    }
  }
}

@description('Name of the container app.')
output AZURE_CONTAINER_APP_NAME string = app.name
