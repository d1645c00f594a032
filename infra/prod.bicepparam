// For production: private, over the availability zones, with room to grow. SMTP_HOST, MAIL_FROM and ALERT_EMAILS (separated
// by commas) are asked of the environment; without a mail server no confirmation leaves.

using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'orders-prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

// Nobody but the app has a right to the data, unless DEPLOYER_PRINCIPAL_ID names somebody.
param deployerPrincipalId = readEnvironmentVariable('DEPLOYER_PRINCIPAL_ID', '')

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

param smtpHost = readEnvironmentVariable('SMTP_HOST', '')
param smtpUsername = readEnvironmentVariable('SMTP_USERNAME', '')
param smtpPassword = readEnvironmentVariable('SMTP_PASSWORD', '')
param mailFrom = readEnvironmentVariable('MAIL_FROM', 'orders@example.org')

param alertEmails = filter(split(readEnvironmentVariable('ALERT_EMAILS', ''), ','), address => !empty(address))
param logRetentionDays = 90
param logDailyQuotaGb = -1
