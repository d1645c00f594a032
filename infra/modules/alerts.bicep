// What wakes somebody. The queries are files of their own (infra/queries), so that they can be tried in the portal.

import { consumer } from '../consumers.bicep'

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Workspace that holds the app\'s metrics.')
param workspaceId string

@description('Addresses that are told.')
param emails string[]

@description('The consumers.')
param consumers consumer[]

@description('The accounts with the consumers\' tables.')
param dataStorageNames string[]

@description('The Event Hubs namespace; empty for an external broker.')
param namespaceName string

@description('Records behind the end of the topic from which a group counts as late.')
@minValue(1)
param lagThreshold int

@description('Seconds after which a message that still waits in the outbox raises an alert.')
@minValue(60)
param outboxAgeThresholdSeconds int

@description('Answers "busy" of an account\'s tables in a quarter of an hour above which an alert is raised.')
@minValue(1)
param tableBusyThreshold int

@description('The groups as a list in the query language.')
var groupList = string(map(consumers, item => item.group))

@description('The alerts on what the app reports. The column named by measure is compared, for each value of dimension.')
var logAlerts = [
  {
    name: 'lag'
    description: 'A group is far behind the end of the orders topic.'
    severity: 2
    query: loadTextContent('../queries/lag.kql')
    measure: 'Lag'
    dimension: 'Group'
    aggregation: 'Minimum'
    threshold: lagThreshold
    windowSize: 'PT15M'
  }
  {
    name: 'stalled'
    description: 'A group has handled nothing for half an hour although its lag is not known to be zero.'
    severity: 1
    query: replace(loadTextContent('../queries/stalled.kql'), '__GROUPS__', groupList)
    measure: 'Stalled'
    dimension: 'Group'
    aggregation: 'Total'
    threshold: 0
    windowSize: 'PT30M'
  }
  {
    name: 'dead-letters'
    description: 'Records went to a dead-letter topic: look at them with `fc dead-letters list`.'
    severity: 2
    query: loadTextContent('../queries/dead-letters.kql')
    measure: 'DeadLetters'
    dimension: 'Group'
    aggregation: 'Total'
    threshold: 0
    windowSize: 'PT15M'
  }
  {
    name: 'failed-requests'
    description: 'Calls of a function fail; the host delivers their batches again and again.'
    severity: 2
    query: loadTextContent('../queries/failed-requests.kql')
    measure: 'Failures'
    dimension: 'Function'
    aggregation: 'Total'
    threshold: 0
    windowSize: 'PT15M'
  }
  {
    name: 'outbox-age'
    description: 'Messages wait in the outbox: the mail server or the broker does not take them.'
    severity: 2
    query: loadTextContent('../queries/outbox-age.kql')
    measure: 'Age'
    dimension: 'Group'
    aggregation: 'Maximum'
    threshold: outboxAgeThresholdSeconds
    windowSize: 'PT15M'
  }
  {
    name: 'gaps-healed'
    description: 'The host had passed over records; the audit found and handled them.'
    severity: 3
    query: loadTextContent('../queries/gaps-healed.kql')
    measure: 'Healed'
    dimension: 'Group'
    aggregation: 'Total'
    threshold: 0
    windowSize: 'PT15M'
  }
]

resource told 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'consumers'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'consumers'
    enabled: true
    emailReceivers: [
      for (email, i) in emails: {
        name: 'email-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in logAlerts: {
    name: 'consumers-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Order consumers: ${rule.name}'
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [
        workspaceId
      ]
      evaluationFrequency: 'PT5M'
      windowSize: rule.windowSize
      criteria: {
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            query: rule.query
            timeAggregation: rule.aggregation
            metricMeasureColumn: rule.measure
            dimensions: [
              {
                name: rule.dimension
                operator: 'Include'
                values: [
                  '*'
                ]
              }
            ]
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      // The tables of the metrics are there only after the first metric.
      skipQueryValidation: true
      actions: {
        actionGroups: [
          told.id
        ]
      }
    }
  }
]

resource tablesBusy 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for accountName in dataStorageNames: {
    name: 'consumers-tables-busy-${accountName}'
    location: 'global'
    tags: tags
    properties: {
      description: 'The tables answer 503: more entities a second than a partition or the account takes.'
      severity: 2
      enabled: true
      scopes: [
        resourceId('Microsoft.Storage/storageAccounts/tableServices', accountName, 'default')
      ]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'busy'
            metricNamespace: 'Microsoft.Storage/storageAccounts/tableServices'
            metricName: 'Transactions'
            dimensions: [
              {
                name: 'ResponseType'
                operator: 'Include'
                values: [
                  'ServerBusyError'
                  'ServerTimeoutError'
                ]
              }
            ]
            operator: 'GreaterThan'
            threshold: tableBusyThreshold
            timeAggregation: 'Total'
          }
        ]
      }
      autoMitigate: true
      actions: [
        {
          actionGroupId: told.id
        }
      ]
    }
  }
]

resource brokerThrottles 'Microsoft.Insights/metricAlerts@2026-01-01' = if (!empty(namespaceName)) {
  name: 'consumers-broker-throttles'
  location: 'global'
  tags: tags
  properties: {
    description: 'Event Hubs throttles requests: more throughput units are needed.'
    severity: 3
    enabled: true
    scopes: [
      resourceId('Microsoft.EventHub/namespaces', namespaceName)
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricNamespace: 'Microsoft.EventHub/namespaces'
          metricName: 'ThrottledRequests'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Total'
        }
      ]
    }
    autoMitigate: true
    actions: [
      {
        actionGroupId: told.id
      }
    ]
  }
}
