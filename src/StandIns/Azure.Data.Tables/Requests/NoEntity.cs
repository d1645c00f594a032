namespace Azure.Data.Tables.Requests;

/// <summary>The answer of a read that found nothing.</summary>
/// <typeparam name="T">What was looked for.</typeparam>
/// <param name="response">The service's answer, 404.</param>
internal sealed class NoEntity<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException($"Status: {response.Status}, Service returned no content");

    public override Response GetRawResponse() => response;
}
