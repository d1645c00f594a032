// What wakes somebody: Azure's own metrics of broker, tables and app, and queries on the metrics and the log of the app.
// The queries are files of their own (infra/queries/alerts), so that they can be tried in the portal.

import { consumer, deadLetterTopic } from '../consumers.bicep'

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Workspace that holds what the app reports.')
param workspaceId string

@description('Addresses that are told.')
param emails string[]

@description('The consumers.')
param consumers consumer[]

@description('The orders topic.')
param ordersTopic string

@description('The accounts with the consumers\' tables.')
param dataStorageNames string[]

@description('The Event Hubs namespace; empty for an external broker.')
param namespaceName string

@description('The app on Flex Consumption; empty on another plan.')
param flexAppName string

@description('Tries to send a message that fail in a quarter of an hour, above which an alert is raised.')
@minValue(0)
@maxValue(1000000)
param unsentThreshold int

@description('Records behind for a quarter of an hour, above which an alert is raised.')
@minValue(0)
@maxValue(1000000000)
param lagThreshold int

@description('Seconds that the oldest message of an outbox has waited for a quarter of an hour, above which an alert is raised.')
@minValue(30)
@maxValue(86400)
param outboxAgeThreshold int

@description('Answers "busy" of an account\'s tables in a quarter of an hour above which an alert is raised.')
@minValue(1)
@maxValue(1000000)
param tableBusyThreshold int

@description('The alerts on what the app measures and logs. The column named by measure is compared, for each value of dimension. One more is one more entry and its query.')
var logAlerts = [
  {
    name: 'records-lost'
    description: 'The broker dropped records before they were handled. What to do: docs/operating.md#alert-records-lost'
    severity: 1
    query: loadTextContent('../queries/alerts/records-lost.kql')
    windowSize: 'PT15M'
    measure: 'Lost'
    dimension: 'Group'
    threshold: 0
  }
  {
    name: 'waiting'
    description: 'The batches of a group have waited for the tables or the broker for ten minutes of a quarter of an hour. What to do: docs/operating.md#alert-waiting'
    severity: 1
    query: loadTextContent('../queries/alerts/waiting.kql')
    windowSize: 'PT15M'
    measure: 'Minutes'
    dimension: 'Group'
    threshold: 9
  }
  {
    name: 'idle'
    description: 'A group handles nothing, and its lag has risen for three intervals of five minutes. What to do: docs/operating.md#alert-idle'
    severity: 1
    query: loadTextContent('../queries/alerts/idle.kql')
    windowSize: 'PT30M'
    measure: 'Intervals'
    dimension: 'Group'
    threshold: 2
  }
  {
    name: 'group-silent'
    description: 'A group, over all its hosts, has handled nothing for a minute while its lag rose. What to do: docs/operating.md#alert-group-silent'
    severity: 1
    query: loadTextContent('../queries/alerts/group-silent.kql')
    windowSize: 'PT15M'
    measure: 'Times'
    dimension: 'Group'
    threshold: 0
  }
  {
    name: 'lag'
    description: 'A group has been behind for a quarter of an hour. What to do: docs/operating.md#alert-lag'
    severity: 2
    query: loadTextContent('../queries/alerts/lag.kql')
    windowSize: 'PT15M'
    measure: 'Lag'
    dimension: 'Group'
    threshold: lagThreshold
  }
  {
    name: 'outbox-age'
    description: 'A message has been waiting in the outbox for too long. What to do: docs/operating.md#alert-outbox-age'
    severity: 2
    query: loadTextContent('../queries/alerts/outbox-age.kql')
    windowSize: 'PT15M'
    measure: 'Age'
    dimension: 'Group'
    threshold: outboxAgeThreshold
  }
  {
    name: 'failed-requests'
    description: 'Calls of a function fail; the host delivers their batches again and again. What to do: docs/operating.md#alert-failed-requests'
    severity: 2
    query: loadTextContent('../queries/alerts/failed-requests.kql')
    windowSize: 'PT15M'
    measure: 'Failures'
    dimension: 'Function'
    threshold: 0
  }
  {
    name: 'unsent'
    description: 'Messages are not sent and wait in the outbox: the mail server or the broker does not take them. What to do: docs/operating.md#alert-unsent'
    severity: 2
    query: loadTextContent('../queries/alerts/unsent.kql')
    windowSize: 'PT15M'
    measure: 'Tries'
    dimension: 'Group'
    threshold: unsentThreshold
  }
  {
    name: 'parked'
    description: 'Messages of which nobody knows whether they were sent wait for a person. What to do: docs/operating.md#alert-parked'
    severity: 2
    query: loadTextContent('../queries/alerts/parked.kql')
    windowSize: 'PT15M'
    measure: 'Parked'
    dimension: 'Group'
    threshold: 0
  }
  {
    name: 'gaps-healed'
    description: 'The host had passed over records; the audit found and handled them. What to do: docs/operating.md#alert-gaps-healed'
    severity: 3
    query: loadTextContent('../queries/alerts/gaps-healed.kql')
    windowSize: 'PT15M'
    measure: 'Healed'
    dimension: 'Group'
    threshold: 0
  }
]

@description('The alerts on Azure\'s own metrics. The criteria of one alert must all be met, for one value of dimension.')
var metricAlerts = concat(
  map(dataStorageNames, accountName => {
    name: 'tables-busy-${accountName}'
    description: 'The tables throttle: more entities a second than a partition or the account takes. What to do: docs/operating.md#alert-tables-busy'
    severity: 2
    resourceType: 'Microsoft.Storage/storageAccounts/tableServices'
    resourceId: resourceId('Microsoft.Storage/storageAccounts/tableServices', accountName, 'default')
    windowSize: 'PT15M'
    dimension: 'ResponseType'
    // Every answer by which the service throttles: 503 and 500 of a partition, of the account's requests and bandwidth,
    // and success that a limit slowed down.
    values: [
      'ServerBusyError'
      'ServerTimeoutError'
      'ClientThrottlingError'
      'ClientAccountRequestThrottlingError'
      'ClientAccountBandwidthThrottlingError'
      'SuccessWithThrottling'
    ]
    criteria: [
      { metric: 'Transactions', operator: 'GreaterThan', threshold: tableBusyThreshold }
    ]
  }),
  empty(namespaceName)
    ? []
    : [
        {
          name: 'dead-letters'
          description: 'Records went to a dead-letter topic: look at them with `fc dead-letters list`. What to do: docs/operating.md#alert-dead-letters'
          severity: 2
          resourceType: 'Microsoft.EventHub/namespaces'
          resourceId: resourceId('Microsoft.EventHub/namespaces', namespaceName)
          windowSize: 'PT15M'
          dimension: 'EntityName'
          values: map(consumers, item => deadLetterTopic(ordersTopic, item.group))
          criteria: [
            { metric: 'IncomingMessages', operator: 'GreaterThan', threshold: 0 }
          ]
        }
        {
          name: 'stalled'
          description: 'Orders come in, and for half an hour nobody has read one. What to do: docs/operating.md#alert-stalled'
          severity: 1
          resourceType: 'Microsoft.EventHub/namespaces'
          resourceId: resourceId('Microsoft.EventHub/namespaces', namespaceName)
          windowSize: 'PT30M'
          dimension: 'EntityName'
          values: [ordersTopic]
          criteria: [
            { metric: 'IncomingMessages', operator: 'GreaterThan', threshold: 0 }
            { metric: 'OutgoingMessages', operator: 'LessThanOrEqual', threshold: 0 }
          ]
        }
        {
          name: 'broker-throttles'
          description: 'Event Hubs throttles requests: more throughput units are needed. What to do: docs/operating.md#alert-broker-throttles'
          severity: 3
          resourceType: 'Microsoft.EventHub/namespaces'
          resourceId: resourceId('Microsoft.EventHub/namespaces', namespaceName)
          windowSize: 'PT15M'
          dimension: 'EntityName'
          values: ['*']
          criteria: [
            { metric: 'ThrottledRequests', operator: 'GreaterThan', threshold: 0 }
          ]
        }
      ],
  empty(flexAppName)
    ? []
    : [
        {
          name: 'silent'
          description: 'No function has run for a quarter of an hour, not even the timers, which run every minute. What to do: docs/operating.md#alert-silent'
          severity: 1
          resourceType: 'Microsoft.Web/sites'
          resourceId: resourceId('Microsoft.Web/sites', flexAppName)
          windowSize: 'PT15M'
          dimension: ''
          values: []
          criteria: [
            { metric: 'AlwaysReadyFunctionExecutionCount', operator: 'LessThanOrEqual', threshold: 0 }
            { metric: 'OnDemandFunctionExecutionCount', operator: 'LessThanOrEqual', threshold: 0 }
          ]
        }
      ]
)

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
            timeAggregation: 'Total'
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
      // The tables of the app's reports are there only after the first report.
      skipQueryValidation: true
      actions: {
        actionGroups: [
          told.id
        ]
      }
    }
  }
]

resource metricAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for rule in metricAlerts: {
    name: 'consumers-${rule.name}'
    location: 'global'
    tags: tags
    properties: {
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [
        rule.resourceId
      ]
      evaluationFrequency: 'PT5M'
      windowSize: rule.windowSize
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: map(rule.criteria, criterion => {
          criterionType: 'StaticThresholdCriterion'
          name: criterion.metric
          metricNamespace: rule.resourceType
          metricName: criterion.metric
          dimensions: empty(rule.dimension)
            ? []
            : [
                {
                  name: rule.dimension
                  operator: 'Include'
                  values: rule.values
                }
              ]
          operator: criterion.operator
          threshold: criterion.threshold
          timeAggregation: 'Total'
          // A metric that has no value yet, or that a region names later, does not stop the deployment.
          skipMetricValidation: true
        })
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
