// A first try, small and public: `azd up` with nothing else. azd gives the name and the region.

using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'orders-dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')

// azd gives the object id of whoever runs it.
param deployerPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')

param plan = 'flexConsumption'
param instanceMemoryMB = 2048
param alwaysReadyInstances = 1
param flexMaximumInstances = 40

param kafkaMode = readEnvironmentVariable('KAFKA_MODE', 'eventHubs')
param kafkaBrokers = readEnvironmentVariable('KAFKA_BROKERS_EXTERNAL', '')
param kafkaUsername = readEnvironmentVariable('KAFKA_USERNAME', '')
param kafkaPassword = readEnvironmentVariable('KAFKA_PASSWORD', '')
param ordersPartitions = 4
param ordersRetentionHours = 24
param deadLetterRetentionHours = 168

param storageSku = 'Standard_LRS'
param sampleCatalog = true

param smtpHost = readEnvironmentVariable('SMTP_HOST', '')
param smtpUsername = readEnvironmentVariable('SMTP_USERNAME', '')
param smtpPassword = readEnvironmentVariable('SMTP_PASSWORD', '')
param mailFrom = readEnvironmentVariable('MAIL_FROM', 'orders@example.org')

param logDailyQuotaGb = 1
param vaultPurgeProtection = false
