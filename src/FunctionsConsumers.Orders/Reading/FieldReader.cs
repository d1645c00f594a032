using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// Reads one property's value, or notes in the draft why it cannot stand. In the optional texts a null is as good as absent; where a
/// number decides about money or stock, a null is no number.
/// </summary>
internal readonly struct FieldReader(OrderDraft draft, int line = 0)
{
    /// <summary>An id: a string without control characters, or an integer, taken as its digits.</summary>
    public string? Id(ref readonly Utf8JsonReader json, string name)
    {
        var rank = name == "order_id" ? FaultRank.OrderId : FaultRank.Shape;
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number when IsInteger(json.ValueSpan):
                if (json.ValueSpan.Length <= OrderLimits.MaxTextLength)
                {
                    return Encoding.ASCII.GetString(json.ValueSpan);
                }

                draft.Fail(rank, RejectionReasons.NotAnOrder, $"The {name} has {json.ValueSpan.Length} digits: shorten it.");
                return null;
            case JsonTokenType.String:
                var id = Text(in json, name);
                if (id is null || !JsonText.HasControl(id))
                {
                    return id;
                }

                draft.Fail(rank, RejectionReasons.NotAnOrder, $"The {name} {JsonText.Quote(id)} holds a control character: take it out.");
                return null;
            default:
                draft.Fail(rank, RejectionReasons.NotAnOrder, $"The {name} is neither a string nor an integer: write it as a string.");
                return null;
        }
    }

    /// <summary>A product's name.</summary>
    public string? Product(ref readonly Utf8JsonReader json, string name)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                return Text(in json, name);
            case JsonTokenType.Null when line == 0:
                return null;
            default:
                draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder,
                    $"The {Place(name)} is no string: name a product of the catalog.");
                return null;
        }
    }

    /// <summary>A quantity: an integer token, so neither <c>"2"</c> nor <c>2.0</c> nor <c>2e0</c>.</summary>
    public int Quantity(ref readonly Utf8JsonReader json, string name)
    {
        if (json.TokenType != JsonTokenType.Number || !IsInteger(json.ValueSpan))
        {
            var given = json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray
                ? json.TokenType.ToString()
                : Shown(in json);
            draft.Fail(FaultRank.Quantity, RejectionReasons.BadQuantity,
                $"The {Place(name)} is {given} and no integer number: write a whole number from 1 to 1,000,000, without quotes.");
            return 0;
        }

        if (json.TryGetInt32(out var quantity) && quantity is >= 1 and <= OrderLimits.MaxQuantity)
        {
            return quantity;
        }

        draft.Fail(FaultRank.Quantity, RejectionReasons.BadQuantity,
            $"The {Place(name)} is {Shown(in json)}: write a whole number from 1 to 1,000,000.");
        return 0;
    }

    /// <summary>A price in ten-thousandths.</summary>
    public UInt128? Price(ref readonly Utf8JsonReader json, string name)
    {
        if (json.TokenType != JsonTokenType.Number)
        {
            draft.Fail(FaultRank.Price, RejectionReasons.BadPrice,
                $"The {Place(name)} is no number: write a number of at least 0, without quotes, or leave it out for the catalog's price.");
            return null;
        }

        var fault = Money.Parse(json.ValueSpan, out var units) switch
        {
            PriceVerdict.Negative => "below zero: write a number of at least 0.",
            PriceVerdict.TooFine => "finer than four decimals: round it.",
            PriceVerdict.TooLarge => "beyond what can be added exactly: write a smaller one.",
            _ => null,
        };
        if (fault is not null)
        {
            draft.Fail(FaultRank.Price, RejectionReasons.BadPrice, $"The {Place(name)} {Shown(in json)} is {fault}");
        }

        return units;
    }

    /// <summary>An e-mail address.</summary>
    public string? Email(ref readonly Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (json.TokenType != JsonTokenType.String)
        {
            draft.Fail(FaultRank.Address, RejectionReasons.BadAddress,
                "The email is no string: write one plain address, or leave it out.");
            return null;
        }

        var email = Text(in json, "email");
        if (email is not null && !PlainAddress.IsValid(email))
        {
            draft.Fail(FaultRank.Address, RejectionReasons.BadAddress,
                $"The email {JsonText.Quote(email)} is not one plain address: write it as name@host in ASCII, or leave it out.");
        }

        return email;
    }

    /// <summary>A currency: three capital letters of ASCII.</summary>
    public string Currency(ref readonly Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null || (json.TokenType == JsonTokenType.String && json.ValueSpan.SequenceEqual("EUR"u8)))
        {
            return OrderDraft.CatalogCurrency;
        }

        var currency = json.TokenType == JsonTokenType.String ? Text(in json, "currency") : null;
        if (currency is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z', >= 'A' and <= 'Z'])
        {
            draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder,
                "The currency is not three capital letters: write its ISO 4217 code, or leave it out for EUR.");
        }

        return currency ?? OrderDraft.CatalogCurrency;
    }

    /// <summary>
    /// A time: the extended profile of ISO 8601-1:2019 that System.Text.Json reads, which is <c>YYYY-MM-DD</c>, or with
    /// <c>Thh:mm</c>, <c>:ss</c>, a fraction, and <c>Z</c> or an offset. Without an offset it is UTC.
    /// </summary>
    public DateTimeOffset? Time(ref readonly Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (json.TokenType != JsonTokenType.String)
        {
            draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder,
                "The placed_at is no string: write it as \"2026-11-21T10:00:00Z\", or leave it out.");
            return null;
        }

        if (Text(in json, "placed_at") is not { } text)
        {
            return null;
        }

        if (!PlacedAtText.HasBarePoint(text))
        {
            if (json.TryGetDateTime(out var plain) && plain.Kind == DateTimeKind.Unspecified)
            {
                return new DateTimeOffset(plain, TimeSpan.Zero);
            }

            if (json.TryGetDateTimeOffset(out var time))
            {
                return time;
            }
        }

        draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder, PlacedAtText.Fault(text));
        return null;
    }

    private string? Text(ref readonly Utf8JsonReader json, string name)
    {
        // Noted where the reader goes on; not worth a string here.
        if (JsonText.IsLongerThan(in json, OrderLimits.MaxTextLength))
        {
            return null;
        }

        var text = JsonText.Read(in json);
        if (!json.ValueIsEscaped || !JsonText.HasUnpairedSurrogate(text))
        {
            return text;
        }

        draft.Fail(FaultRank.Text, RejectionReasons.NotJson,
            $"The {Place(name)} holds half of a surrogate pair, which UTF-8 cannot spell: write whole characters.");
        return null;
    }

    private string Place(string name) => line == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name} of line {line}");

    private static string Shown(ref readonly Utf8JsonReader json)
    {
        const int longest = 40;
        var token = json.ValueSpan;
        return json.TokenType switch
        {
            JsonTokenType.String => "a string",
            JsonTokenType.Number when token.Length > longest => Encoding.ASCII.GetString(token[..longest]) + "…",
            _ => Encoding.UTF8.GetString(token),
        };
    }

    private static bool IsInteger(ReadOnlySpan<byte> number) => !number.ContainsAny((byte)'.', (byte)'e', (byte)'E');
}
