using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Outbox;
using FunctionsConsumers.EffectivelyOnce.Subjects;
using FunctionsConsumers.EffectivelyOnce.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace FunctionsConsumers.UnitTests.EffectivelyOnce.Outbox;

/// <summary>What the tests of a group's outbox set up.</summary>
internal static class TestOutbox
{
    /// <summary>An outbox over a table, with as many buckets as the options say.</summary>
    public static GroupOutbox Over(
        ITableStore store, TimeProvider time, EffectivelyOnceOptions options, string owner, params IMessageSender[] senders) =>
        new("group", store, new Buckets(options.Buckets), senders, options, owner, time, NullLogger.Instance);

    /// <summary>Writes messages as the transaction of their plans would, all in one parcel.</summary>
    public static CommittedParcel Insert(MemoryTableStore table, string bucket, string kind, DateTimeOffset at, params string[] names)
    {
        var parcel = new Parcel(kind, [.. names.Select(name =>
            new OutboxMessage(MessageId.Of("group", name, name, 0), kind, "group", name, Encoding.UTF8.GetBytes(name), at))]);
        return new CommittedParcel(parcel, table.Submit(bucket, OutboxRows.Inserts(parcel)).ETags[0]);
    }
}
