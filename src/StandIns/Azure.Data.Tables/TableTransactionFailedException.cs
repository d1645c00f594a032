using System.Globalization;
using System.Runtime.Serialization;

namespace Azure.Data.Tables;

/// <summary>
/// The service took the transaction apart and refused one of its operations; nothing of it was written. A request that
/// is refused as a whole (413, 503 of the request) is a plain <see cref="RequestFailedException" />.
/// </summary>
[Serializable]
public class TableTransactionFailedException : RequestFailedException
{
    internal const string FailedEntityKey = "FailedEntity";

    /// <summary>Wraps the failure of one operation.</summary>
    /// <param name="requestFailedException">The failure; its status, message, code and data are taken over.</param>
    public TableTransactionFailedException(RequestFailedException requestFailedException)
        : base(requestFailedException.Status, requestFailedException.Message, requestFailedException.ErrorCode, requestFailedException.InnerException)
    {
        foreach (var key in requestFailedException.Data.Keys)
        {
            Data.Add(key, requestFailedException.Data[key]);
        }

        if (Data[FailedEntityKey] is string index && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            FailedTransactionActionIndex = position;
        }
    }

    /// <summary>Serialization as the framework once did it.</summary>
    /// <param name="info">The values.</param>
    /// <param name="context">Where they come from.</param>
    [Obsolete(DiagnosticId = "SYSLIB0051")]
    protected TableTransactionFailedException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }

    /// <summary>The position of the refused operation, from 0, as the service said it; null where it said none.</summary>
    public int? FailedTransactionActionIndex { get; internal set; }
}
