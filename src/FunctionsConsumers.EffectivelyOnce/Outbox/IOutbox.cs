namespace FunctionsConsumers.EffectivelyOnce.Outbox;

/// <summary>Where the processor leaves the messages it has committed.</summary>
internal interface IOutbox
{
    /// <summary>
    /// Takes messages whose rows were committed a moment ago, to be claimed and sent soon. A hint and no more: what is dropped here
    /// is found by the sweep.
    /// </summary>
    void Offer(string bucket, IReadOnlyList<CommittedParcel> parcels);
}
