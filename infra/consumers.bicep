// The one list of the consumers. A fourth consumer is one more line here: its dead-letter topic, its table, its
// always-ready instance, its scale rule and its line in the alerts follow from it.

@export()
@description('One consumer group of the orders topic.')
type consumer = {
  @description('The Kafka consumer group; its table has the same name.')
  group: string

  @description('The function whose Kafka trigger reads for the group.')
  function: string
}

@export()
@description('All consumers, in the order in which they are listed everywhere.')
var consumers = [
  {
    group: 'billing'
    function: 'BillingServiceConsumer'
  }
  {
    group: 'inventory'
    function: 'InventoryServiceConsumer'
  }
  {
    group: 'notification'
    function: 'NotificationServiceConsumer'
  }
]

@export()
@description('Names of the tables that belong to no single group: the products and what each group has finished.')
var sharedTables = {
  catalog: 'catalog'
  progress: 'progress'
}

@export()
@description('Name of the topic that takes what a group could not handle.')
func deadLetterTopic(topic string, group string) string => '${topic}.${group}.dead-letters'

@export()
@description('Name of the Key Vault secret that lets a group write to its dead-letter topic.')
func deadLetterSecretName(group string) string => 'dead-letters-${group}'

@export()
@description('Name of the Key Vault secret that lets the triggers read the orders topic.')
var kafkaSecretName = 'kafka'

@export()
@description('Name of the Key Vault secret for the mail server.')
var smtpSecretName = 'smtp'

@export()
@description('A number of seconds below a day in the form in which .NET reads a TimeSpan, hh:mm:ss.')
func timeSpan(seconds int) string =>
  '${padLeft(seconds / 3600, 2, '0')}:${padLeft((seconds % 3600) / 60, 2, '0')}:${padLeft(seconds % 60, 2, '0')}'
