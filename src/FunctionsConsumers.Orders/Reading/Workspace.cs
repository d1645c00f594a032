using System.Buffers;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// What reading one order needs beside the order itself, kept for the next one that the same thread reads: a batch of 500
/// would else make 500 of each.
/// </summary>
internal sealed class Workspace
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static Workspace? t_free;

    /// <summary>What was read.</summary>
    public OrderDraft Draft { get; } = new();

    /// <summary>The names of unknown properties.</summary>
    public PropertyNames Names { get; } = new();

    /// <summary>Where the canonical form is written.</summary>
    public ArrayBufferWriter<byte> Form { get; } = new(512);

    /// <summary>Takes the thread's workspace, emptied. Returns the workspace, for the caller alone until it is given back.</summary>
    public static Workspace Take()
    {
        var workspace = t_free ?? new Workspace();
        t_free = null;
        workspace.Draft.Clear();
        workspace.Names.Clear();
        workspace.Form.ResetWrittenCount();
        return workspace;
    }

    /// <summary>Gives it back for the next order; one that grew under a huge order is left to the collector.</summary>
    public void GiveBack()
    {
        if (Form.Capacity <= LargestKept)
        {
            t_free = this;
        }
    }
}
