
namespace FunctionsConsumers.EffectivelyOnce.Testing.Worlds;

/// <summary>
/// Something a process life waits for. It ends when the scheduler lets it, in one of the ways the real thing can; the
/// life's code then runs on at once, on the scheduler's own thread, until it waits for the next.
/// </summary>
internal abstract class Operation
{
    private readonly CancellationTokenRegistration _cancellation;
    private readonly Func<string> _describe;
    private string? _label;

    protected Operation(Life life, Func<string> label, CancellationToken cancellationToken)
    {
        Life = life;
        Since = life.World.Clock.Now;
        _describe = label;
        _cancellation = cancellationToken.Register(static operation => ((Operation)operation!).Cancelled = true, this);
    }

    /// <summary>Since when, by the world's clock.</summary>
    public TimeSpan Since { get; }

    /// <summary>Who waits.</summary>
    public Life Life { get; }

    /// <summary>What for, in a word or two, the same in every run.</summary>
    public string Label => _label ??= _describe();

    /// <summary>Whether the one who waits has given up.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>What part of it has happened, for the state of a small world.</summary>
    public virtual string Phase => Cancelled ? "x" : "";

    /// <summary>Lets something happen to it.</summary>
    public abstract void Act();

    /// <summary>Whether nothing but an answer can happen any more, which a paused life does not take.</summary>
    public virtual bool OnlyAnswerLeft => true;

    /// <summary>The life is gone: whatever is on its way to the outside may still arrive there.</summary>
    public virtual void Abandon()
    {
    }

    /// <summary>Ends the waiting.</summary>
    protected void Completes(Func<string> answer)
    {
        _cancellation.Dispose();
        Life.World.Operations.Remove(this);
        if (Life.World.IsObserved)
        {
            var text = answer();
            Life.World.Note(Life.Name, $"{Label} -> {text}");
            Life.Observe(Label, text);
        }
    }
}
