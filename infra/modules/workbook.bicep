// One page with everything that is measured: the queries in infra/queries/charts, and Azure's own metrics.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Workspace that holds what the app reports.')
param workspaceId string

@description('The accounts with the consumers\' tables.')
param dataStorageNames string[]

@description('The Event Hubs namespace; empty for an external broker.')
param namespaceName string

@description('What is drawn of what the app measures and logs. One more is one more entry and its query.')
var logCharts = [
  {
    name: 'records'
    title: 'Records of each group by outcome'
    visualization: 'table'
    query: loadTextContent('../queries/charts/records.kql')
  }
  {
    name: 'rate'
    title: 'Records handled'
    visualization: 'timechart'
    query: loadTextContent('../queries/charts/rate.kql')
  }
  {
    name: 'lag'
    title: 'Records behind'
    visualization: 'timechart'
    query: loadTextContent('../queries/charts/lag.kql')
  }
  {
    name: 'duplicates'
    title: 'Duplicates suppressed'
    visualization: 'timechart'
    query: loadTextContent('../queries/charts/duplicates.kql')
  }
  {
    name: 'outbox'
    title: 'Messages in the outbox, and seconds that the oldest has waited'
    visualization: 'timechart'
    query: loadTextContent('../queries/charts/outbox.kql')
  }
  {
    name: 'transactions'
    title: 'Transactions with the tables'
    visualization: 'table'
    query: loadTextContent('../queries/charts/transactions.kql')
  }
  {
    name: 'batch-time'
    title: 'Seconds until a batch was settled, mean and longest'
    visualization: 'timechart'
    query: loadTextContent('../queries/charts/batch-time.kql')
  }
  {
    name: 'failures'
    title: 'Failed calls of functions'
    visualization: 'timechart'
    query: loadTextContent('../queries/charts/failed-requests.kql')
  }
  {
    name: 'attention'
    title: 'Warnings and errors in the log'
    visualization: 'table'
    query: loadTextContent('../queries/charts/attention.kql')
  }
]

@description('What is drawn of Azure\'s own metrics.')
var metricCharts = concat(
  empty(namespaceName)
    ? []
    : map(
        [
          { metric: 'IncomingMessages', title: 'Records written to each topic, dead letters too' }
          { metric: 'OutgoingMessages', title: 'Records read from each topic' }
          { metric: 'ThrottledRequests', title: 'Requests that the broker throttled' }
        ],
        item => {
          name: item.metric
          title: item.title
          resourceType: 'microsoft.eventhub/namespaces'
          resourceIds: [resourceId('Microsoft.EventHub/namespaces', namespaceName)]
          metric: item.metric
          aggregation: 1
          splitBy: 'EntityName'
        }
      ),
  [
    {
      name: 'Transactions'
      title: 'Requests to the tables by answer'
      resourceType: 'microsoft.storage/storageaccounts/tableservices'
      resourceIds: map(dataStorageNames, name => resourceId('Microsoft.Storage/storageAccounts', name))
      metric: 'Transactions'
      aggregation: 1
      splitBy: 'ResponseType'
    }
    {
      name: 'SuccessE2ELatency'
      title: 'Milliseconds until the tables have answered, mean'
      resourceType: 'microsoft.storage/storageaccounts/tableservices'
      resourceIds: map(dataStorageNames, name => resourceId('Microsoft.Storage/storageAccounts', name))
      metric: 'SuccessE2ELatency'
      aggregation: 4
      splitBy: 'ApiName'
    }
  ]
)

@description('The choice of the time.')
var timeRange = {
  type: 9
  name: 'parameters'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
    parameters: [
      {
        id: guid('consumers', 'TimeRange')
        version: 'KqlParameterItem/1.0'
        name: 'TimeRange'
        label: 'Time range'
        type: 4
        isRequired: true
        value: {
          durationMs: 14400000
        }
        typeSettings: {
          selectableValues: map([1800000, 3600000, 14400000, 43200000, 86400000, 259200000, 604800000], duration => {
            durationMs: duration
          })
          allowCustom: true
        }
      }
    ]
  }
}

@description('The page.')
var page = {
  version: 'Notebook/1.0'
  '$schema': 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json'
  fallbackResourceIds: [workspaceId]
  items: concat(
    [
      {
        type: 1
        name: 'title'
        content: {
          json: '## Order consumers\nThe groups that read the orders topic. `docs/operating.md` says what to do about it.'
        }
      }
      timeRange
    ],
    map(metricCharts, chart => {
      type: 10
      name: chart.name
      customWidth: '50'
      content: {
        version: 'MetricsItem/2.0'
        chartId: guid('consumers', chart.name)
        title: chart.title
        size: 0
        chartType: 2
        resourceType: split(chart.resourceType, '/tableservices')[0]
        metricScope: 0
        resourceIds: chart.resourceIds
        timeContextFromParameter: 'TimeRange'
        metrics: [
          {
            namespace: chart.resourceType
            metric: '${chart.resourceType}--${chart.metric}'
            aggregation: chart.aggregation
            splitBy: chart.splitBy
          }
        ]
      }
    }),
    map(logCharts, chart => {
      type: 3
      name: chart.name
      customWidth: '50'
      content: {
        version: 'KqlItem/1.0'
        title: chart.title
        size: 0
        query: chart.query
        visualization: chart.visualization
        timeContextFromParameter: 'TimeRange'
        queryType: 0
        resourceType: 'microsoft.operationalinsights/workspaces'
        crossComponentResources: [workspaceId]
      }
    })
  )
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'consumers')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'Order consumers'
    serializedData: string(page)
    sourceId: workspaceId
    version: '1.0'
  }
}
