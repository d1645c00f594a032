// For production: private, over three zones, with room to grow.

using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'orders-prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

param plan = 'flexConsumption'
param instanceMemoryMB = 2048
param alwaysReadyInstances = 2
param flexMaximumInstances = 100
param zoneRedundant = true
param privateNetwork = true

param kafkaMode = readEnvironmentVariable('KAFKA_MODE', 'eventHubs')
param kafkaBrokers = readEnvironmentVariable('KAFKA_BROKERS_EXTERNAL', '')
param kafkaUsername = readEnvironmentVariable('KAFKA_USERNAME', '')
param kafkaPassword = readEnvironmentVariable('KAFKA_PASSWORD', '')
param eventHubsSku = 'Standard'
param eventHubsCapacity = 2
param eventHubsMaximumThroughputUnits = 20
param ordersPartitions = 32
param ordersRetentionHours = 168
param deadLetterRetentionHours = 168

param dataAccounts = 2
param storageSku = 'Standard_ZRS'
param buckets = 64
param keyRetentionDays = 30

param smtpHost = readEnvironmentVariable('SMTP_HOST')
param smtpUsername = readEnvironmentVariable('SMTP_USERNAME', '')
param smtpPassword = readEnvironmentVariable('SMTP_PASSWORD', '')
param mailFrom = readEnvironmentVariable('MAIL_FROM')

param alertEmails = [
  readEnvironmentVariable('ALERT_EMAIL')
]
param logRetentionDays = 90
param logDailyQuotaGb = -1
