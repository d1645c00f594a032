using FunctionsConsumers.IntegrationTests.EndToEnd;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

/// <summary>The tests that share the real broker. They run one after the other: the consumer groups have the same names in each.</summary>
public sealed class OnRealKafka : ICollectionFixture<RealKafka>, ICollectionFixture<EmptyTables>;
