using Azure.Core;

namespace Azure.Data.Tables.Requests;

/// <summary>Takes one status beside the good ones for an expected answer, so that neither logs nor spans call it an error.</summary>
/// <param name="status">The status.</param>
internal sealed class AcceptedStatus(int status) : ResponseClassifier
{
    /// <summary>A table that is to be made is there.</summary>
    public static AcceptedStatus Conflict { get; } = new(409);

    /// <summary>What is to be deleted is not there.</summary>
    public static AcceptedStatus NotFound { get; } = new(404);

    public override bool IsErrorResponse(HttpMessage message) => message.Response.Status != status && base.IsErrorResponse(message);
}
