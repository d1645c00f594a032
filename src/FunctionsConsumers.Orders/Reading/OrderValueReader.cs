using System.Text.Json;
using FunctionsConsumers.Orders.Events;

namespace FunctionsConsumers.Orders.Reading;

/// <summary>
/// Reads a value into a draft, in one pass over its bytes, whatever they are. Every string and every property name is
/// looked at, those of unknown properties too: none may be too long, no name may stand twice in one object. Nesting has
/// no limit but the value's size.
/// </summary>
internal ref struct OrderValueReader
{
    // No depth that fits the largest value is refused: what is unknown is ignored, however deep.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = OrderLimits.MaxValueBytes + 1 };

    private readonly OrderDraft _draft;
    private readonly PropertyNames _names;
    private Utf8JsonReader _json;

    private OrderValueReader(ReadOnlySpan<byte> value, Workspace workspace)
    {
        (_draft, _names) = (workspace.Draft, workspace.Names);
        _json = new Utf8JsonReader(value, Options);
    }

    /// <summary>Reads a value. Null if the value is JSON but no object.</summary>
    /// <exception cref="JsonException">The value is not JSON.</exception>
    public static OrderDraft? Read(ReadOnlySpan<byte> value, Workspace workspace)
    {
        var reader = new OrderValueReader(value, workspace);
        reader._json.Read();
        var isObject = reader._json.TokenType == JsonTokenType.StartObject;
        if (isObject)
        {
            reader.ReadOrder();
        }
        else
        {
            reader.Ignore();
        }

        // What stands behind the value must be white space: the reader throws at anything else.
        while (reader._json.Read())
        {
        }

        return isObject ? reader._draft : null;
    }

    private void ReadOrder()
    {
        var seen = OrderFields.None;
        _names.Begin();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var field = ReadName(OrderFields.OfOrder, ref seen);
            _json.Read();
            ReadField(field);
        }

        _names.End();
    }

    private void ReadField(OrderFields field)
    {
        switch (field)
        {
            case OrderFields.OrderId:
                _draft.OrderId = ReadOrderId();
                break;
            case OrderFields.EventId:
                _draft.EventId = new FieldReader(_draft).Id(ref _json, "event_id");
                break;
            case OrderFields.CustomerId:
                _draft.CustomerId = new FieldReader(_draft).Id(ref _json, "customer_id");
                break;
            case OrderFields.Email:
                _draft.Email = new FieldReader(_draft).Email(ref _json);
                break;
            case OrderFields.Currency:
                _draft.Currency = new FieldReader(_draft).Currency(ref _json);
                break;
            case OrderFields.PlacedAt:
                _draft.PlacedAt = new FieldReader(_draft).Time(ref _json);
                break;
            case OrderFields.Product:
                _draft.HasProduct = _json.TokenType != JsonTokenType.Null;
                _draft.Short = _draft.Short with { Product = new FieldReader(_draft).Product(ref _json, "product") };
                break;
            case OrderFields.Quantity:
                _draft.HasQuantity = true;
                _draft.Short = _draft.Short with { Quantity = new FieldReader(_draft).Quantity(ref _json, "quantity") };
                break;
            case OrderFields.UnitPrice:
                _draft.HasUnitPrice = _json.TokenType != JsonTokenType.Null;
                break;
            case OrderFields.Lines:
                ReadLines();
                return;
            case OrderFields.None:
            default:
                break;
        }

        Ignore();
    }

    private string? ReadOrderId()
    {
        if (new FieldReader(_draft).Id(ref _json, "order_id") is not { } id)
        {
            return null;
        }

        if (id.Length is >= 1 and <= OrderLimits.MaxOrderIdLength)
        {
            return id;
        }

        _draft.Fail(FaultRank.OrderId, RejectionReasons.NotAnOrder, id.Length == 0
            ? "The order_id is empty: give the order an id of 1 to 200 characters."
            : $"The order_id has {id.Length} characters: give the order an id of 1 to 200 characters.");
        return null;
    }

    private void ReadLines()
    {
        _draft.HasLines = _json.TokenType != JsonTokenType.Null;
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            if (_draft.HasLines)
            {
                _draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder,
                    "The lines are no array: write them as [{\"product\", \"quantity\", \"unit_price\"}].");
            }

            Ignore();
            return;
        }

        for (var number = 1; _json.Read() && _json.TokenType != JsonTokenType.EndArray; number++)
        {
            if (_json.TokenType != JsonTokenType.StartObject)
            {
                _draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder,
                    $"Line {number} is no object: write it as {{\"product\", \"quantity\", \"unit_price\"}}.");
                Ignore();
                continue;
            }

            var line = ReadLine(number);
            if (_draft.Lines.Count <= OrderLimits.MaxLines)
            {
                _draft.Lines.Add(line);
            }
        }
    }

    private LineDraft ReadLine(int number)
    {
        var line = new LineDraft { Quantity = 1 };
        var seen = OrderFields.None;
        _names.Begin();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var field = ReadName(OrderFields.OfLine, ref seen);
            _json.Read();
            switch (field)
            {
                case OrderFields.Product:
                    line.Product = new FieldReader(_draft, number).Product(ref _json, "product");
                    break;
                case OrderFields.Quantity:
                    line.Quantity = new FieldReader(_draft, number).Quantity(ref _json, "quantity");
                    break;
                case OrderFields.UnitPrice:
                    line.Price = new FieldReader(_draft, number).Price(ref _json, "unit_price");
                    break;
            }

            Ignore();
        }

        _names.End();
        if ((seen & OrderFields.Product) == 0)
        {
            _draft.Fail(FaultRank.Shape, RejectionReasons.NotAnOrder, $"Line {number} has no product: name one of the catalog.");
        }

        return line;
    }

    /// <summary>Reads a property's name; a second one of a name is noted, and its value is then ignored.</summary>
    private OrderFields ReadName(OrderFields known, ref OrderFields seen)
    {
        CheckLength();
        var field = OrderFieldNames.Of(in _json) & known;
        if (field == OrderFields.None ? AddName() : (seen & field) == 0)
        {
            seen |= field;
            return field;
        }

        if (field == OrderFields.OrderId)
        {
            _draft.OrderId = null;
        }

        FailDuplicate();
        return OrderFields.None;
    }

    /// <summary>
    /// Goes to the last token of the value on whose first token the reader stands, and looks at the names and strings
    /// in it: a plain value that was read before is looked at here for its length alone.
    /// </summary>
    private void Ignore()
    {
        var depth = _json.CurrentDepth;
        do
        {
            switch (_json.TokenType)
            {
                case JsonTokenType.StartObject:
                    _names.Begin();
                    break;
                case JsonTokenType.EndObject:
                    _names.End();
                    break;
                case JsonTokenType.String:
                    CheckLength();
                    break;
                case JsonTokenType.PropertyName:
                    CheckLength();
                    if (!AddName())
                    {
                        FailDuplicate();
                    }

                    break;
            }
        }
        while (!IsEndOfValue(depth) && _json.Read());
    }

    private readonly bool AddName()
    {
        var name = JsonText.Read(in _json);
        if (_json.ValueIsEscaped && JsonText.HasUnpairedSurrogate(name))
        {
            _draft.Fail(FaultRank.Text, RejectionReasons.NotJson,
                $"A property name, at byte {_json.TokenStartIndex}, holds half of a surrogate pair, which UTF-8 cannot spell: "
                    + "write whole characters.");
        }

        return _names.Add(name);
    }

    private readonly bool IsEndOfValue(int depth) =>
        _json.CurrentDepth == depth && _json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);

    private readonly void CheckLength()
    {
        if (JsonText.IsLongerThan(in _json, OrderLimits.MaxTextLength))
        {
            _draft.Fail(FaultRank.Size, RejectionReasons.TooLarge,
                $"A string of the value, at byte {_json.TokenStartIndex}, is longer than 1,000 characters: shorten it.");
        }
    }

    private readonly void FailDuplicate() =>
        _draft.Fail(FaultRank.DuplicateName, RejectionReasons.NotAnOrder,
            $"The property {JsonText.Quote(JsonText.Read(in _json))} stands twice in one object, at byte {_json.TokenStartIndex}: "
                + "write each name once.");
}
