using FunctionsConsumers.IntegrationTests;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
