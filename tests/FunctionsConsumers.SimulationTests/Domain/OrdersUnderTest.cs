using System.Globalization;
using System.Text;
using FunctionsConsumers.EffectivelyOnce;
using FunctionsConsumers.EffectivelyOnce.Hosting;
using FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

namespace FunctionsConsumers.SimulationTests.Domain;

/// <summary>The consumer of orders, whose products become known by and by, and what is known of each order beforehand.</summary>
internal sealed class OrdersUnderTest(World world, string? effectKind, bool byMeaning = false) : ConsumerUnderTest
{
    /// <summary>A kind that is sent again in doubt, unless an old host's setting says otherwise.</summary>
    public const string Resent = "resent";

    /// <summary>A kind that is left to a person in doubt; hosts of the old version have no sender for it.</summary>
    public const string Parked = "parked";

    private readonly HashSet<string> _catalog = [.. OrderSettings.Products];
    private readonly Dictionary<OrderSpec, Dictionary<int, Plan>> _plans = [];

    public override string Group => OrderConsumer.GroupName;

    public override string? EffectKind => effectKind;

    public override string SubjectExistsReason => "order-exists";

    public override object Reference => new HashSet<string>(_catalog);

    public override IReadOnlyDictionary<string, InDoubtPolicy?> KindsOf(Life life)
    {
        var kinds = new Dictionary<string, InDoubtPolicy?> { [Resent] = null };
        if (!life.IsOfOldVersion)
        {
            kinds[Parked] = InDoubtPolicy.Park;
        }

        return kinds;
    }

    public override IConsumerGroup MakeGroup(Life life, GroupParts parts) => parts.Group(
        new OrderConsumer(effectKind, isOfNewVersion: !life.IsOfOldVersion),
        new OrderDecoder(new HashSet<string>(_catalog), stop => ReadCatalogAsync(life, stop), byMeaning),
        life.Time);

    public override bool MayBeApplied(LoggedRecord record) => Spec(record) is var spec
        && (spec.Kind is OrderKind.Valid or OrderKind.Outgrown
            || (spec.Kind == OrderKind.UnknownProduct && spec.Lines.All(line => _catalog.Contains(line.Product))));

    public override bool HangsOnNothingElse(LoggedRecord record) => Spec(record).Kind == OrderKind.Valid;

    public override bool IsJudgedByItsSubject(LoggedRecord record) =>
        Spec(record).Kind is not (OrderKind.Poison or OrderKind.TooWide or OrderKind.Forbidden);

    public override Plan PlanOf(LoggedRecord record)
    {
        var spec = Spec(record);
        var partition = record.Record.Coordinates.Partition;
        if (!_plans.TryGetValue(spec, out var plans))
        {
            _plans.Add(spec, plans = []);
        }

        return plans.TryGetValue(partition, out var plan) ? plan : plans[partition] = Plan(spec, record.Subject!, partition);
    }

    public override IEnumerable<string> ReasonsOf(LoggedRecord record, bool isKnown, bool isTaken, object? reference)
    {
        var spec = Spec(record);
        switch (spec.Kind)
        {
            case OrderKind.Poison:
                return ["not-an-order"];
            case OrderKind.TooWide:
                return ["too-wide"];
            case OrderKind.Forbidden or OrderKind.Refused or OrderKind.Overflow:
                return ["refused"];
            case OrderKind.Outgrown:
                // The other version may have applied it: only after its row has been read in this delivery.
                return isKnown ? [] : ["refused"];
            case OrderKind.UnknownProduct:
                // Only after the subject's row and the catalog have been read anew in this delivery.
                return isTaken || spec.Lines.All(line => ((HashSet<string>)reference!).Contains(line.Product)) ? [] : ["unknown-product"];
            default:
                return [];
        }
    }

    public override bool IsRightEnd(LoggedRecord record, bool isApplied, string? reason) => Spec(record).Kind switch
    {
        OrderKind.Valid => isApplied != reason is not null,
        OrderKind.UnknownProduct or OrderKind.Outgrown => isApplied || reason is not null,
        _ => !isApplied && reason is not null,
    };

    public override IEnumerable<(int Weight, Action Act)> Happenings() =>
        OrderSettings.LaterProducts.Count + OrderSettings.Products.Count > _catalog.Count ? [(3, Learn)] : [];

    private static OrderSpec Spec(LoggedRecord record) => ((OrderRecord)record).Spec;

    // Reckoned anew from what the order is meant to be: neither the decoder nor the consumer has a part in it.
    private Plan Plan(OrderSpec spec, string subject, int partition) => new()
    {
        Effect = effectKind is null
            ? new Dictionary<string, object>()
            : new Dictionary<string, object> { ["Nonce"] = Text(spec.Nonce), ["Quantity"] = spec.Lines.Sum(line => (long)line.Quantity) },
        Inserts = [.. Enumerable.Range(0, spec.Rows).Select(row =>
            new RowInsert(Invariant($"item!{subject}-{row}"), new Dictionary<string, object> { ["Nonce"] = Text(spec.Nonce) }))],
        Additions = [.. spec.Lines.Select(line =>
            new Addition(Invariant($"stock!{line.Product}!{ModelledLog.Topic}:{partition}"), "Reserved", line.Quantity))],
        Messages = [.. spec.Messages.Select((kind, ordinal) =>
            new PlannedMessage(kind, Encoding.UTF8.GetBytes(Invariant($"{subject} {ordinal} {spec.Nonce}").PadRight(spec.Bulk, ' '))))],
    };

    private void Learn()
    {
        var product = OrderSettings.LaterProducts.First(product => !_catalog.Contains(product));
        _catalog.Add(product);
        world.Note("catalog", $"has {product} from now on");
    }

    private Task<IReadOnlySet<string>> ReadCatalogAsync(Life life, CancellationToken cancellationToken) => life.Ask<IReadOnlySet<string>>(
        () => "read catalog", () => new HashSet<string>(_catalog), catalog => Text(catalog.Count), cancellationToken);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
