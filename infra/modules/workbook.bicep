// One page with everything that is measured, made from infra/workbook.json.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Workspace that holds the app\'s metrics.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'consumers')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'Order consumers'
    serializedData: replace(loadTextContent('../workbook.json'), '__WORKSPACE__', workspaceId)
    sourceId: workspaceId
    version: '1.0'
  }
}
